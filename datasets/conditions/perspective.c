// Perspective: taken from aside. The corners of the view move outwards, each by up to `amount`
// percent of the sides, drawn from the seed, so that the picture becomes a smaller quadrangle;
// beyond its edges the edge pixels go on.
#include "datasets/shared/light.h"
#include "harness/condition.h"

// The projective map of the corners (0,0), (1,0), (1,1), (0,1) of the unit square to those of a
// quadrangle (Heckbert 1989, 2.2).
static void square_to_quadrangle(const double x[4], const double y[4], double m[8])
{
    const double dx1 = x[1] - x[2], dx2 = x[3] - x[2], dx3 = x[0] - x[1] + x[2] - x[3];
    const double dy1 = y[1] - y[2], dy2 = y[3] - y[2], dy3 = y[0] - y[1] + y[2] - y[3];
    const double below = dx1 * dy2 - dx2 * dy1;
    m[6] = (dx3 * dy2 - dx2 * dy3) / below;
    m[7] = (dx1 * dy3 - dx3 * dy1) / below;
    m[0] = x[1] - x[0] + m[6] * x[1];
    m[1] = x[3] - x[0] + m[7] * x[3];
    m[2] = x[0];
    m[3] = y[1] - y[0] + m[6] * y[1];
    m[4] = y[3] - y[0] + m[7] * y[3];
    m[5] = y[0];
}

static void change(PsLight *light, double percent, PsRng *rng)
{
    const double width = light->width_px, height = light->height_px;
    const double corner_x[4] = {0, width, width, 0}, corner_y[4] = {0, 0, height, height};
    double x[4], y[4], m[8];
    for (int i = 0; i < 4; i++) {
        const double out_x = percent / 100 * width * ps_rng_uniform(rng);
        const double out_y = percent / 100 * height * ps_rng_uniform(rng);
        x[i] = corner_x[i] + (corner_x[i] > 0 ? out_x : -out_x);
        y[i] = corner_y[i] + (corner_y[i] > 0 ? out_y : -out_y);
    }
    square_to_quadrangle(x, y, m);
    for (int row = 0; row < 7; row += 3) {
        m[row] /= width;
        m[row + 1] /= height;
    }
    ps_light_warp(light, m);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_perspective = {
    .name = "perspective",
    .summary =
        "taken from aside: the corners of the view move outwards by up to this share of the "
        "sides; delivered as PNG",
    .unit = "%",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 40,
    .severities = {2, 5, 10, 15, 25},
    .apply = apply,
};

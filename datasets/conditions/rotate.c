// Rotate: held askew. The picture turns about its middle by `amount` degrees, clockwise or
// counter-clockwise as the seed draws; its size stays, the corners fall outside, and beyond its
// edges the edge pixels go on.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

static void change(PsLight *light, double degrees, PsRng *rng)
{
    const double angle = degrees * G_PI / 180 * (ps_rng_uniform(rng) < 0.5 ? 1 : -1);
    const double c = cos(angle), s = sin(angle);
    const double x = (light->width_px - 1) / 2.0, y = (light->height_px - 1) / 2.0;
    const double turned[8] = {c, -s, x - c * x + s * y, s, c, y - s * x - c * y, 0, 0};
    ps_light_warp(light, turned);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_rotate = {
    .name = "rotate",
    .summary =
        "held askew: turned by this angle to a drawn side, same size, edges go on outside; "
        "delivered as PNG",
    .unit = "°",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 180,
    .severities = {1, 2, 5, 10, 20},
    .apply = apply,
};

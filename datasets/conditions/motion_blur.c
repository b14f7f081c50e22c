// Motion blur: the camera moved while the shutter was open. Each point becomes an evenly lit
// line of `amount` pixels, in linear light, in a direction drawn from the seed.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

static void change(PsLight *light, double length, PsRng *rng)
{
    const double direction = G_PI * ps_rng_uniform(rng);
    const double across = cos(direction), down = sin(direction);
    const int n_points = (int)ceil(length) + 1;
    const double step = length / (n_points - 1);
    const size_t n = (size_t)light->width_px * (size_t)light->height_px;
    float *values = g_new0(float, n *(size_t)light->n_bands), *to = values;
    for (int y = 0; y < light->height_px; y++) {
        for (int x = 0; x < light->width_px; x++, to += light->n_bands) {
            for (int i = 0; i < n_points; i++) {
                const double at = step * i - length / 2;
                ps_light_add(light, x + at * across, y + at * down, 1 / (float)n_points, to);
            }
        }
    }
    ps_light_replace(light, values);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_motion_blur = {
    .name = "motion_blur",
    .summary =
        "shaken: each point becomes a line of this length in a drawn direction, in linear "
        "light; delivered as PNG",
    .unit = "px",
    .kind = PS_PART_IMAGE,
    .least = 1,
    .most = 100,
    .severities = {3, 6, 10, 16, 25},
    .apply = apply,
};

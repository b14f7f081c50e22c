// Occlusion: a thumb or a sticker lies over part of what is taken. One rectangle of middle grey
// covers `amount` percent of the area; its place and its shape (half to twice the picture's
// ratio of sides, as far as it fits) are drawn from the seed.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

#define GREY_LIGHT 0.2159f // of level 128

static void change(PsLight *light, double percent, PsRng *rng)
{
    const double side = sqrt(percent / 100), most = side > 0 ? MIN(2, 1 / side) : 1;
    const double stretch = pow(most, 2 * ps_rng_uniform(rng) - 1);
    const int width = (int)lround(side * stretch * light->width_px);
    const int height = (int)lround(side / stretch * light->height_px);
    const int left = (int)ps_rng_below(rng, (uint64_t)(light->width_px - width) + 1);
    const int top = (int)ps_rng_below(rng, (uint64_t)(light->height_px - height) + 1);
    for (int y = top; y < top + height; y++) {
        const size_t first = (size_t)y * (size_t)light->width_px + (size_t)left;
        float *values = light->values + first * (size_t)light->n_bands;
        for (int i = 0; i < width * light->n_bands; i++)
            values[i] = GREY_LIGHT;
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_occlusion = {
    .name = "occlusion",
    .summary =
        "partly covered: a grey rectangle over this share of the area, at a drawn place; "
        "delivered as PNG",
    .unit = "%",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 90,
    .severities = {2, 5, 10, 20, 35},
    .apply = apply,
};

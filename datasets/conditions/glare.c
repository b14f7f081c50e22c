// Glare: a lamp is mirrored in the page or shines into the lens. A bell of light is added in
// linear light, `amount` percent of white at its middle, which is drawn from the seed; its
// standard deviation is a quarter of the longer side.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

static void change(PsLight *light, double percent, PsRng *rng)
{
    const double middle_x = ps_rng_uniform(rng) * light->width_px;
    const double middle_y = ps_rng_uniform(rng) * light->height_px;
    const double sigma = MAX(light->width_px, light->height_px) / 4.0;
    float *value = light->values;
    for (int y = 0; y < light->height_px; y++) {
        for (int x = 0; x < light->width_px; x++) {
            const double dx = (x - middle_x) / sigma, dy = (y - middle_y) / sigma;
            const float more = (float)(percent / 100 * exp(-(dx * dx + dy * dy) / 2));
            for (int band = 0; band < light->n_bands; band++)
                *value++ += more;
        }
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_glare = {
    .name = "glare",
    .summary =
        "a lamp mirrored in what is taken: a bell of light at a drawn place, this much of "
        "white at its middle, a quarter of the longer side wide; delivered as PNG",
    .unit = "%",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 1000,
    .severities = {25, 50, 100, 200, 400},
    .apply = apply,
};

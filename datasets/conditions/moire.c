// Moiré: a screen is photographed. The raster of the screen and that of the sensor beat: light
// is dimmed by up to `amount` percent in waves of 6 to 24 pixels, in a direction drawn from the
// seed, a third of a wave apart in red, green and blue, since a screen's colours lie side by
// side.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

static void change(PsLight *light, double percent, PsRng *rng)
{
    const double direction = G_PI * ps_rng_uniform(rng);
    const double wave = 2 * G_PI / (6 + 18 * ps_rng_uniform(rng));
    const double across = wave * cos(direction), down = wave * sin(direction);
    float *value = light->values;
    for (int y = 0; y < light->height_px; y++) {
        for (int x = 0; x < light->width_px; x++) {
            for (int band = 0; band < light->n_bands; band++) {
                const double phase = across * x + down * y + 2 * G_PI / 3 * band;
                *value++ *= (float)(1 - percent / 100 * (1 + cos(phase)) / 2);
            }
        }
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_moire = {
    .name = "moire",
    .summary =
        "a photographed screen: its raster beats with the sensor's, in coloured waves that dim "
        "light by up to this much; delivered as PNG",
    .unit = "%",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 100,
    .severities = {10, 20, 35, 50, 70},
    .apply = apply,
};

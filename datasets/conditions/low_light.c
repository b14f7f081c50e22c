// Low light: `amount` stops less light reach the sensor, and nothing makes up for it. White was
// 10,000 electrons (a small phone pixel), of which 2^-amount remain; their number varies as
// photons do (standard deviation: its square root) and by 3 electrons as they are read.
#include "datasets/shared/gaussian.h"
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

#define WHITE_ELECTRONS 10000.0f
#define READ_ELECTRONS 3.0f

static void change(PsLight *light, double stops, PsRng *rng)
{
    const size_t n =
        (size_t)light->width_px * (size_t)light->height_px * (size_t)light->n_bands;
    const float share = (float)exp2(-stops);
    for (size_t first = 0; first < n; first += 4096) {
        float noise[4096];
        const size_t n_now = MIN((size_t)4096, n - first);
        ps_gaussian_fill(rng, 1, noise, n_now);
        for (size_t i = 0; i < n_now; i++) {
            const float electrons = WHITE_ELECTRONS * share * light->values[first + i];
            const float sigma = sqrtf(electrons + READ_ELECTRONS * READ_ELECTRONS);
            light->values[first + i] = (electrons + sigma * noise[i]) / WHITE_ELECTRONS;
        }
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_low_light = {
    .name = "low_light",
    .summary =
        "too little light: this many stops darker, with the noise of photons and of reading "
        "them out (white was 10,000 electrons, 3 to read); delivered as PNG",
    .unit = "stops",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 8,
    .severities = {1, 2, 3, 4, 5},
    .apply = apply,
};

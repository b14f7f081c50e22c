// Noise: the sensor in too little light. Independent Gaussian noise of standard deviation
// `amount` 8-bit levels is added to every band of every pixel, then rounded and clipped to
// 0…255. Real noise depends on brightness and is smoothed by the camera; one number with a
// plain meaning was preferred. Clipping is real: on white paper half of the noise is cut off.
#include "datasets/shared/gaussian.h"
#include "harness/condition.h"

#define CHUNK 4096 // deviates at a time

static void add_noise(PsImage *image, double sigma, PsRng *rng)
{
    size_t n = (size_t)image->width_px * (size_t)image->height_px * (size_t)image->n_bands;
    float noise[CHUNK];
    for (size_t first = 0; first < n; first += CHUNK) {
        size_t n_now = MIN((size_t)CHUNK, n - first);
        uint8_t *values = image->pixels + first;
        ps_gaussian_fill(rng, sigma, noise, n_now);
        for (size_t i = 0; i < n_now; i++) {
            float value = (float)values[i] + noise[i] + 0.5f;
            values[i] = (uint8_t)CLAMP(value, 0.0f, 255.0f);
        }
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    add_noise(image, amount, &rng);
    return ps_media_of_pixels(g_steal_pointer(&image));
}

const PsCondition ps_condition_noise = {
    .name = "noise",
    .summary = "sensor noise: white Gaussian noise of this standard deviation in 8-bit levels, "
               "independent in every band; delivered as PNG",
    .unit = "levels",
    .kind = PS_PART_IMAGE,
    .least = 0,
    .most = 128,
    .severities = {4, 8, 16, 32, 64},
    .apply = apply,
};

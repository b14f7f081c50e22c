#include "datasets/shared/light.h"

#include <math.h>

enum { N_LEVELS = 256, N_STEPS = 1 << 14 }; // so many steps give each level back

static float light_of[N_LEVELS];
static uint8_t level_of[N_STEPS + 1];

// IEC 61966-2-1.
static double decoded(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double encoded(double light)
{
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

static void tables_fill(void)
{
    static gsize is_done;
    if (!g_once_init_enter(&is_done)) return;
    for (int i = 0; i < N_LEVELS; i++)
        light_of[i] = (float)decoded(i / 255.0);
    for (int i = 0; i <= N_STEPS; i++)
        level_of[i] = (uint8_t)lround(255 * encoded((double)i / N_STEPS));
    g_once_init_leave(&is_done, 1);
}

static size_t n_values(const PsLight *light)
{
    return (size_t)light->width_px * (size_t)light->height_px * (size_t)light->n_bands;
}

// Takes image.
static PsMedia *deliver(const PsLight *light, PsImage *image)
{
    for (size_t i = 0; i < n_values(light); i++)
        image->pixels[i] = level_of[lrintf(CLAMP(light->values[i], 0.0f, 1.0f) * N_STEPS)];
    return ps_media_of_pixels(image);
}

PsMedia *ps_light_apply(
    const PsMedia *media, PsLightChange change, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    tables_fill();
    PsLight light = {image->width_px, image->height_px, image->n_bands, NULL};
    light.values = g_new(float, n_values(&light));
    for (size_t i = 0; i < n_values(&light); i++)
        light.values[i] = light_of[image->pixels[i]];
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    change(&light, amount, &rng);
    PsMedia *changed = deliver(&light, g_steal_pointer(&image));
    g_free(light.values);
    return changed;
}

void ps_light_replace(PsLight *light, float *values)
{
    g_free(light->values);
    light->values = values;
}

const float *ps_light_at(const PsLight *light, int x, int y)
{
    const size_t row = (size_t)CLAMP(y, 0, light->height_px - 1);
    const size_t column = (size_t)CLAMP(x, 0, light->width_px - 1);
    return light->values + (row * (size_t)light->width_px + column) * (size_t)light->n_bands;
}

void ps_light_add(const PsLight *light, double x, double y, float weight, float *sums)
{
    x = CLAMP(x, 0, light->width_px - 1);
    y = CLAMP(y, 0, light->height_px - 1);
    const int left = (int)x, top = (int)y;
    const float right = (float)(x - left), down = (float)(y - top);
    const float *a = ps_light_at(light, left, top), *b = ps_light_at(light, left + 1, top);
    const float *c = ps_light_at(light, left, top + 1);
    const float *d = ps_light_at(light, left + 1, top + 1);
    for (int band = 0; band < light->n_bands; band++) {
        const float upper = a[band] + right * (b[band] - a[band]);
        const float lower = c[band] + right * (d[band] - c[band]);
        sums[band] += weight * (upper + down * (lower - upper));
    }
}

void ps_light_warp(PsLight *light, const double m[8])
{
    float *values = g_new0(float, n_values(light)), *to = values;
    for (int y = 0; y < light->height_px; y++) {
        for (int x = 0; x < light->width_px; x++) {
            const double w = m[6] * x + m[7] * y + 1;
            ps_light_add(light, (m[0] * x + m[1] * y + m[2]) / w,
                         (m[3] * x + m[4] * y + m[5]) / w, 1, to);
            to += light->n_bands;
        }
    }
    ps_light_replace(light, values);
}

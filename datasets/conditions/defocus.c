// Defocus: the lens is out of focus. A point becomes a disc of radius `amount` pixels, evenly
// lit, in linear light, so that a bright point grows into a visible disc; `blur` is softer.
#include "datasets/shared/light.h"
#include "harness/condition.h"

#include <math.h>

// Half the width of the disc on each of its rows, -radius … radius.
static int disc_row(double radius, int row)
{
    return (int)sqrt(radius * radius - (double)row * row);
}

// sums[x][band]: over the columns up to x of a row, which starts at -margin.
static void row_sum(const PsLight *light, int y, int margin, float *sums)
{
    double running[4] = {0};
    for (int x = -margin; x < light->width_px + margin; x++) {
        const float *values = ps_light_at(light, x, y);
        for (int band = 0; band < light->n_bands; band++) {
            running[band] += values[band];
            *sums++ = (float)running[band];
        }
    }
}

// Adds what the row of the disc that is `half` wide to both sides gives to a row of pixels.
static void row_add(const PsLight *light, const float *sums, int margin, int half, float *to)
{
    const int n_bands = light->n_bands;
    for (int x = 0; x < light->width_px; x++) {
        const float *last = sums + (x + margin + half) * n_bands;
        const float *before = sums + (x + margin - half - 1) * n_bands;
        for (int band = 0; band < n_bands; band++)
            *to++ += last[band] - before[band];
    }
}

static void change(PsLight *light, double radius, PsRng *rng)
{
    (void)rng; // nothing is drawn
    const int reach = (int)radius, margin = reach + 1;
    const size_t a_row = (size_t)light->width_px * (size_t)light->n_bands;
    float *sums = g_new(float, (size_t)(light->width_px + 2 * margin) * (size_t)light->n_bands);
    float *values = g_new0(float, a_row *(size_t)light->height_px);
    size_t n_pixels = 0;
    for (int row = -reach; row <= reach; row++)
        n_pixels += 2 * (size_t)disc_row(radius, row) + 1;
    for (int from = -reach; from < light->height_px + reach; from++) {
        row_sum(light, from, margin, sums);
        for (int y = MAX(from - reach, 0); y <= MIN(from + reach, light->height_px - 1); y++)
            row_add(light, sums, margin, disc_row(radius, from - y),
                    values + (size_t)y * a_row);
    }
    for (size_t i = 0; i < a_row * (size_t)light->height_px; i++)
        values[i] /= (float)n_pixels;
    g_free(sums);
    ps_light_replace(light, values);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_light_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_defocus = {
    .name = "defocus",
    .summary =
        "out of focus: each point becomes an evenly lit disc of this radius, in linear light; "
        "delivered as PNG",
    .unit = "px",
    .kind = PS_PART_IMAGE,
    .least = 1,
    .most = 50,
    .severities = {1, 2, 3, 5, 8},
    .apply = apply,
};

// Resizing by Lanczos' window of three lobes, widened where the picture gets smaller so that
// nothing is aliased: down the columns first, since that leaves the least for the second pass.
//
//     rows [n_rows, width · bands] ── weights of each row ─→ one row of floats ── weights of
//     each column ─→ pixels
#include "harness/media/codec.h"
#include "harness/media/pixel_loops.h"

#include <math.h>

#define LOBES 3

// What each place of a side is made of: places first … first + n - 1 of the old side.
typedef struct {
    int n_most, *first, *n;
    float *weights; // [new side, n_most]; of each they sum to 1
} Taps;

static double lanczos(double x)
{
    if (fabs(x) >= LOBES) return 0;
    if (fabs(x) < 1e-9) return 1;
    const double p = G_PI * x;
    return LOBES * sin(p) * sin(p / LOBES) / (p * p);
}

// The weights of one place, whose middle lies at `middle` of the old side.
static void fill_place(Taps *taps, int place, double middle, double widening, int n_old)
{
    const double reach = LOBES * widening;
    const int first = MAX((int)ceil(middle - reach - 0.5), 0);
    const int last = MIN((int)floor(middle + reach - 0.5), n_old - 1);
    float *weights = taps->weights + (size_t)place * (size_t)taps->n_most;
    double sum = 0;
    taps->first[place] = first;
    taps->n[place] = last - first + 1;
    for (int i = 0; i < taps->n[place]; i++)
        sum += lanczos((first + i + 0.5 - middle) / widening);
    for (int i = 0; i < taps->n[place]; i++)
        weights[i] = (float)(lanczos((first + i + 0.5 - middle) / widening) / sum);
}

static Taps taps_new(int n_old, int n_new)
{
    const double step = (double)n_old / n_new, widening = MAX(step, 1);
    Taps taps = {.n_most = (int)(2 * LOBES * widening) + 2};
    taps.first = g_new(int, n_new);
    taps.n = g_new(int, n_new);
    taps.weights = g_new0(float, (size_t)n_new *(size_t)taps.n_most);
    for (int place = 0; place < n_new; place++)
        fill_place(&taps, place, (place + 0.5) * step, widening, n_old);
    return taps;
}

static void taps_clear(Taps *taps)
{
    g_free(taps->first);
    g_free(taps->n);
    g_free(taps->weights);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Taps, taps_clear)

PS_PIXEL_LOOP
static void add_row(float *sums, const uint8_t *row, float weight, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[i] += weight * (float)row[i];
}

static uint8_t rounded(float value)
{
    return (uint8_t)CLAMP(value + 0.5f, 0.0f, 255.0f);
}

// A row of n_new pixels of one band, or of three.
static void gather_grey(const Taps *taps, const float *row, int n_new, uint8_t *pixels)
{
    for (int x = 0; x < n_new; x++) {
        const float *weights = taps->weights + (size_t)x * (size_t)taps->n_most;
        const float *from = row + taps->first[x];
        float sum = 0;
        for (int i = 0; i < taps->n[x]; i++)
            sum += weights[i] * from[i];
        pixels[x] = rounded(sum);
    }
}

static void gather_colour(const Taps *taps, const float *row, int n_new, uint8_t *pixels)
{
    for (int x = 0; x < n_new; x++, pixels += 3) {
        const float *weights = taps->weights + (size_t)x * (size_t)taps->n_most;
        const float *from = row + 3 * (size_t)taps->first[x];
        float red = 0, green = 0, blue = 0;
        for (int i = 0; i < taps->n[x]; i++, from += 3) {
            red += weights[i] * from[0];
            green += weights[i] * from[1];
            blue += weights[i] * from[2];
        }
        pixels[0] = rounded(red);
        pixels[1] = rounded(green);
        pixels[2] = rounded(blue);
    }
}

PsImage *ps_pixels_resize(const PsImage *image, int width_px, int height_px, GError **error)
{
    const size_t a_row = (size_t)image->width_px * (size_t)image->n_bands;
    if (width_px < 1 || height_px < 1
        || (uint64_t)width_px * (uint64_t)height_px > PS_IMAGE_MAX_PIXELS)
        return ps_fail_null(error, PS_ERROR_DATA,
                            "a picture of %d x %d pixels cannot become one of %d x %d",
                            image->width_px, image->height_px, width_px, height_px);
    g_auto(Taps) down = taps_new(image->height_px, height_px);
    g_auto(Taps) across = taps_new(image->width_px, width_px);
    PsImage *resized = ps_image_new(width_px, height_px, image->n_bands);
    g_autofree float *row = g_new(float, a_row);
    for (int y = 0; y < height_px; y++) {
        const float *weights = down.weights + (size_t)y * (size_t)down.n_most;
        uint8_t *pixels =
            resized->pixels + (size_t)y * (size_t)width_px * (size_t)image->n_bands;
        memset(row, 0, a_row * sizeof *row);
        for (int i = 0; i < down.n[y]; i++)
            add_row(row, image->pixels + (size_t)(down.first[y] + i) * a_row, weights[i],
                    a_row);
        if (image->n_bands == 3)
            gather_colour(&across, row, width_px, pixels);
        else
            gather_grey(&across, row, width_px, pixels);
    }
    return resized;
}

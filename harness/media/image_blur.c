// A Gaussian blur in two passes, along the rows and then down the columns, of floats in
// between. It reaches to 3 σ; beyond the edges lies what lies on them.
#include "harness/media/codec.h"
#include "harness/media/pixel_loops.h"

#include <math.h>

#define REACH_SIGMAS 3
#define SIGMA_MOST_PX 1000

typedef struct {
    const PsImage *image;
    int reach;
    float *weights; // [2 · reach + 1]; they sum to 1
    size_t a_row;   // width · bands
    float *edged;   // [a_row + 2 · reach · bands] a row with what lies beyond its edges
    float *rows; // [2 · reach + 1, a_row] the last rows, blurred along; row y at y modulo their
                 // number
    float *sums; // [a_row]
} Blur;

static void fill_weights(float *weights, int reach, double sigma_px)
{
    double sum = 0;
    for (int i = -reach; i <= reach; i++)
        sum += exp(-0.5 * i * i / (sigma_px * sigma_px));
    for (int i = -reach; i <= reach; i++)
        weights[i + reach] = (float)(exp(-0.5 * i * i / (sigma_px * sigma_px)) / sum);
}

PS_PIXEL_LOOP
static void widen(float *to, const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (float)from[i];
}

PS_PIXEL_LOOP
static void add(float *sums, const float *values, float weight, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[i] += weight * values[i];
}

PS_PIXEL_LOOP
static void narrow(uint8_t *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(from[i] + 0.5f);
}

// Row y of the picture with its edges.
static void fill_edged(const Blur *blur, int y)
{
    const size_t n_bands = (size_t)blur->image->n_bands,
                 n_beyond = (size_t)blur->reach * n_bands;
    float *row = blur->edged + n_beyond;
    widen(row, blur->image->pixels + (size_t)y * blur->a_row, blur->a_row);
    for (size_t i = 0; i < n_beyond; i++) {
        row[-1 - (ptrdiff_t)i] = row[n_bands - 1 - i % n_bands];
        row[blur->a_row + i] = row[blur->a_row - n_bands + i % n_bands];
    }
}

static float *kept_row(const Blur *blur, int y)
{
    return blur->rows + (size_t)(y % (2 * blur->reach + 1)) * blur->a_row;
}

static void blur_along(const Blur *blur, int y)
{
    float *row = kept_row(blur, y);
    fill_edged(blur, y);
    memset(row, 0, blur->a_row * sizeof *row);
    for (int i = 0; i <= 2 * blur->reach; i++)
        add(row, blur->edged + (size_t)i * (size_t)blur->image->n_bands, blur->weights[i],
            blur->a_row);
}

static void blur_down(const Blur *blur, int y, uint8_t *pixels)
{
    const int last = blur->image->height_px - 1;
    memset(blur->sums, 0, blur->a_row * sizeof *blur->sums);
    for (int i = -blur->reach; i <= blur->reach; i++)
        add(blur->sums, kept_row(blur, CLAMP(y + i, 0, last)), blur->weights[i + blur->reach],
            blur->a_row);
    narrow(pixels, blur->sums, blur->a_row);
}

static void run(const Blur *blur, PsImage *blurred)
{
    const int n_rows = blur->image->height_px;
    int n_along = 0; // rows that are blurred along
    for (int y = 0; y < n_rows; y++) {
        for (; n_along <= MIN(y + blur->reach, n_rows - 1); n_along++)
            blur_along(blur, n_along);
        blur_down(blur, y, blurred->pixels + (size_t)y * blur->a_row);
    }
}

PsImage *ps_pixels_blur(const PsImage *image, double sigma_px, GError **error)
{
    if (!(sigma_px >= 0 && sigma_px <= SIGMA_MOST_PX))
        return ps_fail_null(error, PS_ERROR_DATA, "a blur of %g px is not possible", sigma_px);
    const int reach = (int)ceil(REACH_SIGMAS * sigma_px);
    const size_t a_row = (size_t)image->width_px * (size_t)image->n_bands;
    const size_t n_taps = 2 * (size_t)reach + 1;
    const Blur blur = {.image = image,
                       .reach = reach,
                       .weights = g_new(float, n_taps),
                       .a_row = a_row,
                       .edged = g_new(float, a_row + (n_taps - 1) * (size_t)image->n_bands),
                       .rows = g_new(float, n_taps *a_row),
                       .sums = g_new(float, a_row)};
    PsImage *blurred = ps_image_new(image->width_px, image->height_px, image->n_bands);
    fill_weights(blur.weights, reach, sigma_px > 0 ? sigma_px : 1);
    run(&blur, blurred);
    g_free(blur.weights);
    g_free(blur.edged);
    g_free(blur.rows);
    g_free(blur.sums);
    return blurred;
}

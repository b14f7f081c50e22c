#include "engine/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHANNELS 3
#define LOBES 3.0
#define WEIGHT_BITS 22

static size_t bytes_of(size_t width_px, size_t height_px)
{
    return width_px * height_px * CHANNELS;
}

void pe_image_clear(PeImage *image)
{
    free(image->pixels);
    *image = (PeImage){0};
}

PePicture pe_image_picture(const PeImage *image)
{
    return (PePicture){image->width_px, image->height_px, image->pixels};
}

static bool image_init(PeImage *image, size_t width_px, size_t height_px, PeError *error)
{
    *image = (PeImage){width_px, height_px, malloc(bytes_of(width_px, height_px))};
    return image->pixels != NULL || pe_fail_memory(error);
}

// ---- The weights of one direction

// Output i is the sum of n[i] inputs from first[i] on, times weights[i·n_most …].
typedef struct {
    size_t n_most;
    size_t *first, *n; // [n_out]
    int32_t *weights;  // [n_out, n_most]
} Filter;

static void filter_clear(Filter *filter)
{
    free(filter->first);
    free(filter->n);
    free(filter->weights);
}

static double sinc(double x)
{
    const double pi = 3.14159265358979323846;
    return x == 0 ? 1 : sin(pi * x) / (pi * x);
}

static double lanczos(double x)
{
    return -LOBES <= x && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
}

// The weights of one output, in fixed point with the sum of one.
static void filter_fill(Filter *filter, size_t i, size_t n_in, double scale, double *values)
{
    const double stretch = scale > 1 ? scale : 1, reach = LOBES * stretch,
                 centre = ((double)i + 0.5) * scale;
    const double low = centre - reach + 0.5, high = centre + reach + 0.5;
    const size_t first = low > 0 ? (size_t)low : 0;
    const size_t end = high < (double)n_in ? (size_t)high : n_in;
    double sum = 0;
    for (size_t k = first; k < end; k++)
        sum += values[k - first] = lanczos(((double)k - centre + 0.5) / stretch);
    for (size_t k = first; k < end; k++) {
        const double weight = values[k - first] / sum * (1 << WEIGHT_BITS);
        filter->weights[i * filter->n_most + k - first] =
            (int32_t)(weight + (weight < 0 ? -0.5 : 0.5));
    }
    filter->first[i] = first;
    filter->n[i] = end - first;
}

// Weights of an output; more than a resize of pictures in bounds ever has.
static size_t filter_n_most(size_t n_in, size_t n_out)
{
    const double scale = (double)n_in / (double)n_out;
    return (size_t)ceil(LOBES * (scale > 1 ? scale : 1)) * 2 + 1;
}

static bool filter_init(Filter *filter, size_t n_in, size_t n_out, PeError *error)
{
    const double scale = (double)n_in / (double)n_out;
    const size_t n_most = filter_n_most(n_in, n_out);
    double *values = calloc(n_most, sizeof *values);
    *filter =
        (Filter){n_most, calloc(n_out, sizeof *filter->first), calloc(n_out, sizeof *filter->n),
                 calloc(n_out * n_most, sizeof *filter->weights)};
    const bool ok = values && filter->first && filter->n && filter->weights;
    for (size_t i = 0; ok && i < n_out; i++)
        filter_fill(filter, i, n_in, scale, values);
    free(values);
    if (!ok) filter_clear(filter);
    return ok || pe_fail_memory(error);
}

// ---- The two directions

static uint8_t rounded(int32_t sum)
{
    const int32_t value = sum >> WEIGHT_BITS;
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

#define HALF ((int32_t)1 << (WEIGHT_BITS - 1))

// Pixel x of a row.
static void across_pixel(const Filter *filter, size_t x, const uint8_t *row, uint8_t *out)
{
    const int32_t *weights = filter->weights + x * filter->n_most;
    const uint8_t *in = row + filter->first[x] * CHANNELS;
    int32_t red = HALF, green = HALF, blue = HALF;
    for (size_t k = 0; k < filter->n[x]; k++, in += CHANNELS) {
        red += weights[k] * in[0];
        green += weights[k] * in[1];
        blue += weights[k] * in[2];
    }
    out[0] = rounded(red);
    out[1] = rounded(green);
    out[2] = rounded(blue);
}

static bool resize_across(const PePicture *image, size_t width_px, PeImage *out, PeError *error)
{
    Filter filter;
    if (!filter_init(&filter, image->width_px, width_px, error)) return false;
    const bool ok = image_init(out, width_px, image->height_px, error);
    for (size_t y = 0; ok && y < image->height_px; y++)
        for (size_t x = 0; x < width_px; x++)
            across_pixel(&filter, x, image->pixels + bytes_of(image->width_px, y),
                         out->pixels + bytes_of(width_px, y) + x * CHANNELS);
    filter_clear(&filter);
    return ok;
}

// Row y, all its values at once.
static void
down_row(const Filter *filter, size_t y, const PePicture *image, int32_t *sums, uint8_t *out)
{
    const size_t n = bytes_of(image->width_px, 1);
    for (size_t i = 0; i < n; i++)
        sums[i] = HALF;
    for (size_t k = 0; k < filter->n[y]; k++) {
        const int32_t weight = filter->weights[y * filter->n_most + k];
        const uint8_t *in = image->pixels + (filter->first[y] + k) * n;
        for (size_t i = 0; i < n; i++)
            sums[i] += weight * in[i];
    }
    for (size_t i = 0; i < n; i++)
        out[i] = rounded(sums[i]);
}

static bool resize_down(const PePicture *image, size_t height_px, PeImage *out, PeError *error)
{
    Filter filter;
    if (!filter_init(&filter, image->height_px, height_px, error)) return false;
    int32_t *sums = calloc(bytes_of(image->width_px, 1), sizeof *sums);
    const bool ok = sums != NULL ? image_init(out, image->width_px, height_px, error)
                                 : pe_fail_memory(error);
    for (size_t y = 0; ok && y < height_px; y++)
        down_row(&filter, y, image, sums, out->pixels + bytes_of(image->width_px, y));
    free(sums);
    filter_clear(&filter);
    return ok;
}

static bool image_copy(const PePicture *image, PeImage *copy, PeError *error)
{
    if (!image_init(copy, image->width_px, image->height_px, error)) return false;
    memcpy(copy->pixels, image->pixels, bytes_of(image->width_px, image->height_px));
    return true;
}

bool pe_image_resize(
    const PePicture *image, size_t width_px, size_t height_px, PeImage *resized, PeError *error)
{
    PeImage wide;
    *resized = (PeImage){0};
    if (width_px == image->width_px && height_px == image->height_px)
        return image_copy(image, resized, error);
    if (height_px == image->height_px) return resize_across(image, width_px, resized, error);
    if (width_px == image->width_px) return resize_down(image, height_px, resized, error);
    if (!resize_across(image, width_px, &wide, error)) return false;
    const PePicture across = pe_image_picture(&wide);
    const bool ok = resize_down(&across, height_px, resized, error);
    pe_image_clear(&wide);
    return ok;
}

// ---- Tiles

static size_t at_least_one(size_t n)
{
    return n > 0 ? n : 1;
}

// The first arrow of image.h.
static void fit(size_t width_px, size_t height_px, size_t longest_px, PeTiling *tiling)
{
    const double aspect = (double)width_px / (double)height_px;
    *tiling = (PeTiling){.width_px = width_px, .height_px = height_px};
    if (longest_px == 0) return;
    tiling->width_px = tiling->height_px = longest_px;
    if (width_px >= height_px)
        tiling->height_px = (size_t)((double)longest_px / aspect);
    else
        tiling->width_px = (size_t)((double)longest_px * aspect);
    size_t *other = width_px >= height_px ? &tiling->height_px : &tiling->width_px;
    *other += *other % 2;
    *other = at_least_one(*other);
}

// Of a resize, its input not counted: what lies between the directions, its tables, its output.
static size_t
resize_bytes(size_t width_px, size_t height_px, size_t new_width_px, size_t new_height_px)
{
    const size_t per_output = 2 * sizeof(size_t);
    const size_t across =
        new_width_px * (filter_n_most(width_px, new_width_px) * sizeof(int32_t) + per_output);
    const size_t down =
        new_height_px * (filter_n_most(height_px, new_height_px) * sizeof(int32_t) + per_output)
        + bytes_of(new_width_px, 1) * sizeof(int32_t);
    return bytes_of(new_width_px, height_px) + bytes_of(new_width_px, new_height_px)
           + (across > down ? across : down);
}

static size_t
make_bytes(const PeTiling *tiling, size_t width_px, size_t height_px, size_t tile_px)
{
    const size_t grid_width = tiling->n_columns * tile_px,
                 grid_height = tiling->n_rows * tile_px;
    const size_t first = resize_bytes(width_px, height_px, tiling->width_px, tiling->height_px),
                 second = bytes_of(tiling->width_px, tiling->height_px)
                          + resize_bytes(tiling->width_px, tiling->height_px, grid_width,
                                         grid_height),
                 third = bytes_of(grid_width, grid_height)
                         + resize_bytes(grid_width, grid_height, tile_px, tile_px);
    const size_t most = first > second ? first : second;
    return most > third ? most : third;
}

bool pe_tiling_plan(size_t width_px,
                    size_t height_px,
                    size_t tile_px,
                    size_t longest_edge_px,
                    PeTiling *tiling,
                    PeError *error)
{
    if (width_px == 0 || height_px == 0 || width_px > PE_IMAGE_EDGE_MOST_PX
        || height_px > PE_IMAGE_EDGE_MOST_PX)
        return pe_fail(error, "a picture of %zu×%zu pixels is not within 1 and %d", width_px,
                       height_px, PE_IMAGE_EDGE_MOST_PX);
    fit(width_px, height_px, longest_edge_px, tiling);
    tiling->n_columns = (tiling->width_px + tile_px - 1) / tile_px;
    tiling->n_rows = (tiling->height_px + tile_px - 1) / tile_px;
    if (tiling->n_rows * tiling->n_columns > PE_TILES_MOST)
        return pe_fail(error, "a picture of %zu×%zu pixels makes %zu tiles, at most %d can be",
                       width_px, height_px, tiling->n_rows * tiling->n_columns, PE_TILES_MOST);
    tiling->n_bytes = make_bytes(tiling, width_px, height_px, tile_px);
    return true;
}

bool pe_tiling_make(const PeTiling *tiling,
                    size_t tile_px,
                    const PePicture *picture,
                    PeImage *grid,
                    PeImage *overview,
                    PeError *error)
{
    PeImage fitted;
    *grid = *overview = (PeImage){0};
    if (!pe_image_resize(picture, tiling->width_px, tiling->height_px, &fitted, error))
        return false;
    const PePicture small = pe_image_picture(&fitted);
    bool ok = pe_image_resize(&small, tiling->n_columns * tile_px, tiling->n_rows * tile_px,
                              grid, error);
    pe_image_clear(&fitted);
    if (!ok) return false;
    const PePicture large = pe_image_picture(grid);
    ok = pe_image_resize(&large, tile_px, tile_px, overview, error);
    if (!ok) pe_image_clear(grid);
    return ok;
}

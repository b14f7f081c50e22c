#include "engine/vision.h"

#include <stdlib.h>
#include <string.h>

#define TILE_MOST_PX 4096
#define EDGE_MOST_PX 65535
#define PATCHES_MOST ((size_t)1 << 14)
#define CHANNELS 3

// ---- Reading

// false: of x / (1 + exp(-1.702 x)), as the format has it without the key.
static bool read_gelu(PeVision *vision, PeSensesReader *reader)
{
    bool is_tanh, is_silu;
    if (!pe_gguf_bool_or(reader->gguf, "clip.use_gelu", false, &is_tanh, reader->error)
        || !pe_gguf_bool_or(reader->gguf, "clip.use_silu", false, &is_silu, reader->error))
        return false;
    vision->layers.gelu = is_tanh ? PE_GELU_TANH : PE_GELU_QUICK;
    return !is_silu || pe_fail(reader->error, "key clip.use_silu: is not known");
}

static bool read_colours(PeVision *vision, PeSensesReader *reader)
{
    if (!pe_gguf_floats(reader->gguf, "clip.vision.image_mean", CHANNELS, vision->mean,
                        reader->error)
        || !pe_gguf_floats(reader->gguf, "clip.vision.image_std", CHANNELS, vision->deviation,
                           reader->error))
        return false;
    for (size_t i = 0; i < CHANNELS; i++)
        if (vision->deviation[i] <= 0)
            return pe_fail(reader->error, "key clip.vision.image_std: is not above 0");
    return true;
}

static bool read_sizes(PeVision *vision, PeSensesReader *reader)
{
    if (!pe_reader_size(reader, "vision", "image_size", TILE_MOST_PX, &vision->tile_px)
        || !pe_reader_size(reader, "vision", "patch_size", TILE_MOST_PX, &vision->patch_px)
        || !pe_reader_size(reader, "vision", "projector.scale_factor", TILE_MOST_PX,
                           &vision->shuffle)
        || !pe_gguf_size_or(reader->gguf, "clip.vision.preproc_image_size", 0, EDGE_MOST_PX, 0,
                            &vision->longest_edge_px, reader->error))
        return false;
    if (vision->tile_px % vision->patch_px != 0)
        return pe_fail(reader->error,
                       "key clip.vision.patch_size: patches of %zu do not fill %zu pixels",
                       vision->patch_px, vision->tile_px);
    vision->side = vision->tile_px / vision->patch_px;
    vision->n_patches = vision->side * vision->side;
    if (vision->n_patches > PATCHES_MOST)
        return pe_fail(reader->error, "key clip.vision.patch_size: %zu patches are too many",
                       vision->n_patches);
    if (vision->side % vision->shuffle != 0)
        return pe_fail(
            reader->error,
            "key clip.vision.projector.scale_factor: %zu does not divide %zu patches",
            vision->shuffle, vision->side);
    vision->n_rows = vision->n_patches / (vision->shuffle * vision->shuffle);
    return true;
}

static bool read_ends(PeVision *vision, PeSensesReader *reader)
{
    const size_t d = vision->layers.n_embedding, p = vision->patch_px,
                 n_shuffled = vision->shuffle * vision->shuffle * d;
    const PeTensor *patch, *position, *projector;
    if (!pe_reader_tensor(reader, "v.patch_embd.weight", 4, (size_t[]){d, CHANNELS, p, p},
                          &patch)
        || !pe_reader_vector(reader, "v.patch_embd.bias", d, &vision->patch_bias)
        || !pe_reader_tensor(reader, "v.position_embd.weight", 2,
                             (size_t[]){vision->n_patches, d}, &position)
        || !pe_reader_tensor(reader, "mm.model.fc.weight", 2,
                             (size_t[]){vision->n_model, n_shuffled}, &projector))
        return false;
    vision->patch = pe_tensor_matrix(patch);
    vision->position = pe_tensor_matrix(position);
    vision->projector = pe_tensor_matrix(projector);
    return true;
}

bool pe_vision_init(PeVision *vision, PeSensesReader *reader, size_t n_model)
{
    *vision = (PeVision){.n_model = n_model};
    return pe_senses_layers_init(&vision->layers, reader, "vision", 'v')
           && read_sizes(vision, reader) && read_colours(vision, reader)
           && read_gelu(vision, reader) && read_ends(vision, reader);
}

void pe_vision_clear(PeVision *vision)
{
    pe_senses_layers_clear(&vision->layers);
    *vision = (PeVision){0};
}

// ---- Working memory

static size_t n_patch_values(const PeVision *vision)
{
    return CHANNELS * vision->patch_px * vision->patch_px;
}

static size_t n_shuffled_values(const PeVision *vision)
{
    return vision->shuffle * vision->shuffle * vision->layers.n_embedding;
}

size_t pe_vision_work_bytes(const PeVision *vision)
{
    return pe_senses_rows_bytes(&vision->layers, vision->n_patches)
           + (vision->n_patches * n_patch_values(vision)
              + vision->n_rows * n_shuffled_values(vision))
                 * sizeof(float);
}

size_t pe_vision_scratch_bytes(const PeVision *vision, unsigned n_threads)
{
    const size_t n_in = n_patch_values(vision) > n_shuffled_values(vision)
                            ? n_patch_values(vision)
                            : n_shuffled_values(vision);
    const size_t ends = pe_matrix_scratch_bytes(n_threads, vision->n_patches, n_in),
                 layers = pe_senses_layers_scratch_bytes(&vision->layers, n_threads,
                                                         vision->n_patches);
    return ends > layers ? ends : layers;
}

bool pe_vision_work_init(PeVisionWork *work, const PeVision *vision, PeError *error)
{
    *work = (PeVisionWork){0};
    if (!pe_senses_rows_init(&work->rows, &vision->layers, vision->n_patches, error))
        return false;
    work->patches = calloc(vision->n_patches, n_patch_values(vision) * sizeof(float));
    work->shuffled = calloc(vision->n_rows, n_shuffled_values(vision) * sizeof(float));
    return (work->patches != NULL && work->shuffled != NULL) || pe_fail_memory(error);
}

void pe_vision_work_clear(PeVisionWork *work)
{
    pe_senses_rows_clear(&work->rows);
    free(work->patches);
    free(work->shuffled);
    *work = (PeVisionWork){0};
}

// ---- Running

// What each of the 256 values of a channel becomes.
static void normalise(const PeVision *vision, float values[CHANNELS][256])
{
    for (size_t channel = 0; channel < CHANNELS; channel++)
        for (size_t i = 0; i < 256; i++)
            values[channel][i] =
                ((float)i / 255 - vision->mean[channel]) / vision->deviation[channel];
}

// The patch whose first pixel is at pixels.
static float *cut_patch(const PeVision *vision,
                        float values[CHANNELS][256],
                        const uint8_t *pixels,
                        float *patch)
{
    const size_t p = vision->patch_px;
    for (size_t channel = 0; channel < CHANNELS; channel++)
        for (size_t y = 0; y < p; y++)
            for (size_t x = 0; x < p; x++)
                *patch++ =
                    values[channel][pixels[(y * vision->tile_px + x) * CHANNELS + channel]];
    return patch;
}

static void cut(const PeVision *vision, const uint8_t *pixels, float *patches)
{
    float values[CHANNELS][256];
    normalise(vision, values);
    for (size_t row = 0; row < vision->side; row++)
        for (size_t column = 0; column < vision->side; column++) {
            const size_t at = (row * vision->tile_px + column) * vision->patch_px * CHANNELS;
            patches = cut_patch(vision, values, pixels + at, patches);
        }
}

static void shuffle(const PeVision *vision, const float *x, float *shuffled)
{
    const size_t s = vision->shuffle, d = vision->layers.n_embedding;
    for (size_t row = 0; row < vision->side; row += s)
        for (size_t column = 0; column < vision->side; column += s)
            for (size_t dy = 0; dy < s; dy++, shuffled += s * d)
                memcpy(shuffled, x + ((row + dy) * vision->side + column) * d,
                       s * d * sizeof *shuffled);
}

bool pe_vision_run(const PeVision *vision,
                   PeVisionWork *work,
                   PeCompute *compute,
                   const uint8_t *pixels,
                   const PeStop *stop,
                   float *rows)
{
    const size_t n = vision->n_patches;
    cut(vision, pixels, work->patches);
    pe_matrix_multiply(compute, &vision->patch, work->patches, n, vision->patch_bias,
                       work->rows.x);
    pe_senses_rows_add_positions(&work->rows, &vision->position, 0, n);
    if (!pe_senses_layers_run(&vision->layers, &work->rows, n, compute, stop)) return false;
    shuffle(vision, work->rows.x, work->shuffled);
    pe_matrix_multiply(compute, &vision->projector, work->shuffled, vision->n_rows, NULL, rows);
    return true;
}

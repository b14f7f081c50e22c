// A matrix times rows.
//
// Few rows: each thread streams its part of the weights once and multiplies it with row after
// row. Many: the inputs are rearranged once into blocks of a tile's rows; then each task takes
// a panel of up to PANEL_OUTS outputs, unpacks K in parts of k_block, multiplies them with one
// block after the other, and turns the finished tiles round into y.
#include "engine/kernels/compute.h"

#include <string.h>

#define PANEL_OUTS 128
#define ROWS_MOST 1024 // at once; the weights are unpacked anew for each 1024 rows
#define ALIGNED_K 32   // the largest k_unit, and a block of Q8_0
#define TILE_MOST 32   // the largest n_rows of a tile, and at least its n_outs
#define VALUE_BYTES 4  // the largest value_bytes
#define K_BLOCK_MOST 1024

#define LINE_FLOATS 16

// Weights of a task with few rows, about: small enough to balance, large enough to stream.
#define STREAM_BYTES 65536
#define STREAM_OUTS 4 // a multiple of so many

// ---- The scratch

// Panels have room for a tile's outputs more: the last tile of a panel may stick out.
static size_t panel_bytes(void)
{
    return pe_scratch_round((size_t)(PANEL_OUTS + TILE_MOST) * K_BLOCK_MOST * VALUE_BYTES);
}

static size_t tiles_bytes(size_t n_rows)
{
    return (PANEL_OUTS + TILE_MOST) * pe_round_up(n_rows, TILE_MOST) * sizeof(float);
}

static size_t rows_at_once(size_t n_rows)
{
    return n_rows < ROWS_MOST ? n_rows : ROWS_MOST;
}

static size_t inputs_bytes(size_t n_rows, size_t n_in)
{
    return pe_round_up(n_rows, TILE_MOST) * pe_round_up(n_in, ALIGNED_K) * VALUE_BYTES;
}

static size_t row16_bytes(size_t n_in)
{
    return pe_scratch_round(n_in * sizeof(int16_t))
           + pe_scratch_round((n_in / PE_Q8_0_VALUES + 16) * sizeof(float));
}

size_t pe_matrix_scratch_bytes(unsigned n_threads, size_t n_rows, size_t n_in)
{
    const size_t few = PE_PREFILL_ROWS * row16_bytes(n_in);
    if (n_rows < PE_PREFILL_ROWS) return few;
    n_rows = rows_at_once(n_rows);
    const size_t many =
        inputs_bytes(n_rows, n_in) + n_threads * (panel_bytes() + tiles_bytes(n_rows));
    return few > many ? few : many;
}

// ---- Few rows

typedef struct {
    const PeKernels *kernels;
    const PeMatrix *w;
    const float *x, *bias;
    size_t n_rows;
    float *y;
    size_t outs_per_task;
    PeRow16 rows16[PE_PREFILL_ROWS];
} Few;

static void few_work(void *data, size_t task, unsigned thread)
{
    (void)thread;
    const Few *few = data;
    const PeMatrix *w = few->w;
    const size_t first = task * few->outs_per_task, left = w->n_out - first;
    const size_t n = left < few->outs_per_task ? left : few->outs_per_task;
    for (size_t row = 0; row < few->n_rows; row++) {
        float *y = few->y + row * w->n_out;
        few->kernels->row_multiply(w, first, n, few->x + row * w->n_in, few->rows16[row], y);
        for (size_t i = first; few->bias && i < first + n; i++)
            y[i] += few->bias[i];
    }
}

static void rows_quantise(Few *few, unsigned char *scratch)
{
    const size_t n_in = few->w->n_in;
    for (size_t row = 0; row < few->n_rows; row++, scratch += row16_bytes(n_in)) {
        few->rows16[row] = (PeRow16){.values = (int16_t *)scratch,
                                     .scales = (float *)(scratch + pe_scratch_round(2 * n_in))};
        few->kernels->row_quantise(few->x + row * n_in, n_in, few->rows16[row]);
    }
}

static void few_multiply(PeCompute *compute, Few *few)
{
    const PeMatrix *w = few->w;
    if (w->type == PE_TYPE_Q8_0) rows_quantise(few, compute->scratch);
    const size_t n_bytes = w->n_out * pe_type_row_bytes(w->type, w->n_in);
    size_t n_tasks = pe_round_up(1 + n_bytes / STREAM_BYTES, pe_pool_n_threads(compute->pool));
    few->outs_per_task = pe_round_up((w->n_out + n_tasks - 1) / n_tasks, STREAM_OUTS);
    n_tasks = (w->n_out + few->outs_per_task - 1) / few->outs_per_task;
    pe_pool_run(compute->pool, n_tasks, few_work, few);
}

// ---- Many rows

typedef struct {
    const PeKernels *kernels;
    const PeGemm *gemm;
    const PeMatrix *w;
    const float *x, *bias; // x of these rows
    float *y;
    size_t n_rows, n_blocks;
    size_t n_k, k_block; // K padded, and the part of it that is multiplied at a time
    size_t panel_outs;
    unsigned char *inputs; // [n_blocks] blocks
    unsigned char *panels; // [n_threads]
    float *tiles;          // [n_threads]
} Many;

static size_t block_rows(const Many *many, size_t block)
{
    const size_t first = block * many->gemm->n_rows, left = many->n_rows - first;
    return left < many->gemm->n_rows ? left : many->gemm->n_rows;
}

static unsigned char *block_inputs(const Many *many, size_t block)
{
    return many->inputs + block * many->gemm->n_rows * many->n_k * many->gemm->value_bytes;
}

static void inputs_work(void *data, size_t block, unsigned thread)
{
    (void)thread;
    const Many *many = data;
    const size_t n_in = many->w->n_in;
    const float *x = many->x + block * many->gemm->n_rows * n_in;
    many->gemm->inputs_pack(x, n_in, block_rows(many, block), n_in, block_inputs(many, block));
}

// K values k … k + n of the panel's outputs.
static void panel_unpack(
    const Many *many, size_t first, size_t n_outs, size_t k, size_t n, unsigned char *panel)
{
    const PeMatrix *w = many->w;
    const size_t row_bytes = pe_type_row_bytes(w->type, w->n_in);
    const unsigned char *row = (const unsigned char *)w->data + first * row_bytes;
    for (size_t i = 0; i < n_outs; i++)
        many->gemm->weights_unpack(w->type, row + i * row_bytes, k, n,
                                   panel + i * many->k_block * many->gemm->value_bytes);
    // The rest of the last tile, so that no arithmetic is done on anything.
    const size_t n_rest = pe_round_up(n_outs, many->gemm->n_outs) - n_outs;
    const size_t stride_bytes = many->k_block * many->gemm->value_bytes;
    memset(panel + n_outs * stride_bytes, 0, n_rest * stride_bytes);
}

// Asks for the lines of y that will be written; n_outs from `first` on of the block's rows.
static void outputs_fetch(const Many *many, size_t block, size_t first, size_t n_outs)
{
    const size_t n_out = many->w->n_out;
    const float *y = many->y + block * many->gemm->n_rows * n_out + first;
    for (size_t row = 0; row < block_rows(many, block); row++, y += n_out)
        for (size_t i = 0; i < n_outs; i += LINE_FLOATS)
            __builtin_prefetch(y + i, 1, 2);
}

// tiles[output][row of the block] (+)= n values of K, from k on.
static void block_multiply(const Many *many,
                           size_t block,
                           size_t n_outs,
                           size_t k,
                           size_t n,
                           const unsigned char *panel,
                           float *tiles)
{
    const PeGemm *gemm = many->gemm;
    const void *inputs = block_inputs(many, block) + k * gemm->n_rows * gemm->value_bytes;
    for (size_t i = 0; i < n_outs; i += gemm->n_outs)
        gemm->tile_multiply(panel + i * many->k_block * gemm->value_bytes, many->k_block,
                            inputs, n, k == 0, tiles + i * gemm->n_rows);
}

static void
block_store(const Many *many, size_t block, size_t first, size_t n_outs, const float *tiles)
{
    many->kernels->tile_store(
        tiles, n_outs, block_rows(many, block), many->bias ? many->bias + first : NULL,
        many->y + block * many->gemm->n_rows * many->w->n_out + first, many->w->n_out);
}

// A part of K: all blocks. Between parts each block's sums wait in their own place.
static void panel_multiply(const Many *many,
                           size_t first,
                           size_t n_outs,
                           size_t k,
                           const unsigned char *panel,
                           float *tiles)
{
    const size_t left = many->n_k - k, n = left < many->k_block ? left : many->k_block;
    const size_t block_size = pe_round_up(n_outs, many->gemm->n_outs) * many->gemm->n_rows;
    const bool is_whole = n == many->n_k, is_last = n == left;
    for (size_t block = 0; block < many->n_blocks; block++) {
        float *sums = tiles + (is_whole ? 0 : block * block_size);
        if (is_last) outputs_fetch(many, block, first, n_outs);
        block_multiply(many, block, n_outs, k, n, panel, sums);
        if (is_last) block_store(many, block, first, n_outs, sums);
    }
}

static void panel_work(void *data, size_t task, unsigned thread)
{
    const Many *many = data;
    const size_t first = task * many->panel_outs, left = many->w->n_out - first;
    const size_t n_outs = left < many->panel_outs ? left : many->panel_outs;
    unsigned char *panel = many->panels + thread * panel_bytes();
    float *tiles = many->tiles + thread * tiles_bytes(many->n_rows) / sizeof(float);
    many->gemm->begin();
    for (size_t k = 0; k < many->n_k; k += many->k_block) {
        const size_t n_values = many->w->n_in - k;
        panel_unpack(many, first, n_outs, k,
                     n_values < many->k_block ? n_values : many->k_block, panel);
        panel_multiply(many, first, n_outs, k, panel, tiles);
    }
    many->gemm->end();
}

// K in about equal parts of at most the kernel's, blocks of Q8_0 undivided.
static void k_divide(Many *many)
{
    const PeGemm *gemm = many->gemm;
    many->n_k = pe_round_up(many->w->n_in, gemm->k_unit);
    const size_t n_parts = (many->n_k + gemm->k_block - 1) / gemm->k_block;
    many->k_block = pe_round_up((many->n_k + n_parts - 1) / n_parts, ALIGNED_K);
}

// Equal panels, as many for each thread.
static void outs_divide(Many *many, unsigned n_threads)
{
    const size_t n_out = many->w->n_out;
    const size_t n_panels = pe_round_up((n_out + PANEL_OUTS - 1) / PANEL_OUTS, n_threads);
    const size_t n_outs = pe_round_up((n_out + n_panels - 1) / n_panels, many->gemm->n_outs);
    many->panel_outs =
        n_outs < PANEL_OUTS ? n_outs : PANEL_OUTS / many->gemm->n_outs * many->gemm->n_outs;
}

static void many_multiply(PeCompute *compute, Many *many)
{
    const unsigned n_threads = pe_pool_n_threads(compute->pool);
    k_divide(many);
    outs_divide(many, n_threads);
    many->n_blocks = (many->n_rows + many->gemm->n_rows - 1) / many->gemm->n_rows;
    many->inputs = compute->scratch;
    many->panels = many->inputs + inputs_bytes(many->n_rows, many->w->n_in);
    many->tiles = (float *)(many->panels + n_threads * panel_bytes());
    pe_pool_run(compute->pool, many->n_blocks, inputs_work, many);
    const size_t n_tasks = (many->w->n_out + many->panel_outs - 1) / many->panel_outs;
    pe_pool_run(compute->pool, n_tasks, panel_work, many);
}

void pe_matrix_multiply(PeCompute *compute,
                        const PeMatrix *w,
                        const float *x,
                        size_t n_rows,
                        const float *bias,
                        float *y)
{
    if (n_rows < PE_PREFILL_ROWS) {
        Few few = {.kernels = compute->kernels,
                   .w = w,
                   .x = x,
                   .bias = bias,
                   .n_rows = n_rows,
                   .y = y};
        few_multiply(compute, &few);
        return;
    }
    for (size_t row = 0; row < n_rows; row += ROWS_MOST) {
        Many many = {.kernels = compute->kernels, .gemm = compute->gemm, .w = w, .bias = bias};
        many.x = x + row * w->n_in;
        many.y = y + row * w->n_out;
        many.n_rows = rows_at_once(n_rows - row);
        many_multiply(compute, &many);
    }
}

// Many rows: the inputs are rearranged once into blocks of a tile's rows; then each task takes
// a panel of up to PANEL_OUTS outputs, unpacks K in parts of k_block, multiplies them with one
// block after the other of its group, and turns the finished tiles round into y.
//
// There are as many groups of blocks as there can be: a thread that has rows of its own finds
// them in its own cache, where the product before, the norm or the attention left them, which
// saves a fifth of the time where threads share no cache (bench/README.md). A panel is unpacked
// anew for each group, which is why a group is not small.
//
// For the same reason all that a thread writes lies at the same place in every product: what it
// wrote there in the one before is still in its cache, and in no other.
#include "engine/kernels/multiply.h"

#include <string.h>

#define PANEL_OUTS 128
#define ROWS_MOST 1024 // at once; the weights are unpacked anew for each 1024 rows
#define ALIGNED_K 32   // the largest k_unit, and a block of Q8_0
#define TILE_MOST 32   // the largest n_rows of a tile, and at least its n_outs
#define VALUE_BYTES 4  // the largest value_bytes
#define K_BLOCK_MOST 1024
#define LINE_FLOATS 16
#define LINE_BYTES 64
#define ROWS_AHEAD 16 // of weights, while they are unpacked

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

// Of a thread: a block's products that are added or gate.
static size_t waiting_bytes(void)
{
    return PANEL_OUTS * TILE_MOST * sizeof(float);
}

static size_t rows_at_once(size_t n_rows)
{
    return n_rows < ROWS_MOST ? n_rows : ROWS_MOST;
}

// Each group has room for as many blocks.
static size_t inputs_bytes(unsigned n_threads, size_t n_rows, size_t n_in)
{
    return (pe_round_up(n_rows, TILE_MOST) + n_threads * TILE_MOST)
           * pe_round_up(n_in, ALIGNED_K) * VALUE_BYTES;
}

size_t pe_many_scratch_bytes(unsigned n_threads, size_t n_rows, size_t n_in)
{
    n_rows = rows_at_once(n_rows);
    return inputs_bytes(n_threads, n_rows, n_in)
           + n_threads * (panel_bytes() + tiles_bytes(n_rows) + waiting_bytes());
}

// ---- Multiplying

typedef struct {
    const PeKernels *kernels;
    const PeGemm *gemm;
    PeParts parts;
    const float *x;
    size_t first_row; // of x in the outputs
    size_t n_in;
    size_t n_rows, n_blocks;
    size_t n_groups;       // of blocks; divides the number of threads
    size_t n_k, k_block;   // K padded, and the part of it that is multiplied at a time
    unsigned char *panels; // [n_threads]
    float *tiles;          // [n_threads]
    float *waiting;        // [n_threads]
    unsigned char *inputs; // [n_groups, group_bytes], of each its blocks
    size_t group_bytes;
} Many;

// What a task does with one of its products: n_outs outputs from first on, of the rows of its
// group's blocks.
typedef struct {
    const Many *many;
    const PeProduct *product;
    size_t first, n_outs;
    size_t first_block, end_block;
    unsigned char *panel;
    float *tiles, *waiting; // waiting: [rows of a block, n_outs]
} Panel;

static size_t block_rows(const Many *many, size_t block)
{
    const size_t first = block * many->gemm->n_rows, left = many->n_rows - first;
    return left < many->gemm->n_rows ? left : many->gemm->n_rows;
}

static size_t group_first_block(const Many *many, size_t group)
{
    return many->n_blocks * group / many->n_groups;
}

static unsigned char *block_inputs(const Many *many, size_t block)
{
    const size_t block_bytes = many->gemm->n_rows * many->n_k * many->gemm->value_bytes;
    const size_t group = ((block + 1) * many->n_groups - 1) / many->n_blocks;
    return many->inputs + group * many->group_bytes
           + (block - group_first_block(many, group)) * block_bytes;
}

static void inputs_work(void *data, size_t block, unsigned thread)
{
    (void)thread;
    const Many *many = data;
    const float *x = many->x + block * many->gemm->n_rows * many->n_in;
    many->gemm->inputs_pack(x, many->n_in, block_rows(many, block), many->n_in,
                            block_inputs(many, block));
}

// Asks for n values of a row from k on: they come from memory, and a part of a row is too short
// for the processor to look ahead by itself.
static void weights_fetch(PeType type, const unsigned char *row, size_t k, size_t n)
{
    const uintptr_t at = (uintptr_t)row + pe_type_row_bytes(type, k);
    const size_t n_bytes = pe_type_row_bytes(type, n);
    for (size_t i = 0; i < n_bytes; i += LINE_BYTES)
        __builtin_prefetch((const void *)(at + i), 0, 2);
}

// n values of K from k on.
static void panel_unpack(const Panel *panel, size_t k, size_t n)
{
    const PeGemm *gemm = panel->many->gemm;
    const PeMatrix *w = panel->product->w;
    const size_t row_bytes = pe_type_row_bytes(w->type, w->n_in),
                 stride_bytes = panel->many->k_block * gemm->value_bytes;
    const unsigned char *row = (const unsigned char *)w->data + panel->first * row_bytes;
    for (size_t i = 0; i < panel->n_outs; i++, row += row_bytes) {
        weights_fetch(w->type, row + ROWS_AHEAD * row_bytes, k, n);
        gemm->weights_unpack(w->type, row, k, n, panel->panel + i * stride_bytes);
    }
    // The rest of the last tile, so that no arithmetic is done on anything.
    const size_t n_rest = pe_round_up(panel->n_outs, gemm->n_outs) - panel->n_outs;
    memset(panel->panel + panel->n_outs * stride_bytes, 0, n_rest * stride_bytes);
}

// Where the block's outputs lie.
static float *block_outputs(const Panel *panel, size_t block)
{
    const size_t row = panel->many->first_row + block * panel->many->gemm->n_rows;
    return panel->product->y + row * panel->product->w->n_out + panel->first;
}

// Asks for the lines of y that will be written.
static void outputs_fetch(const Panel *panel, size_t block)
{
    const float *y = block_outputs(panel, block);
    for (size_t row = 0; row < block_rows(panel->many, block); row++)
        for (size_t i = 0; i < panel->n_outs; i += LINE_FLOATS)
            __builtin_prefetch(y + row * panel->product->w->n_out + i, 1, 2);
}

// tiles[output][row of the block] (+)= n values of K, from k on.
static void block_multiply(const Panel *panel, size_t block, size_t k, size_t n, float *tiles)
{
    const Many *many = panel->many;
    const PeGemm *gemm = many->gemm;
    const void *inputs = block_inputs(many, block) + k * gemm->n_rows * gemm->value_bytes;
    for (size_t i = 0; i < panel->n_outs; i += gemm->n_outs)
        gemm->tile_multiply(panel->panel + i * many->k_block * gemm->value_bytes, many->k_block,
                            inputs, n, k == 0, tiles + i * gemm->n_rows);
}

static void block_store(const Panel *panel, size_t block, const float *tiles)
{
    const PeKernels *kernels = panel->many->kernels;
    const PeProduct *product = panel->product;
    const size_t n_out = product->w->n_out, n_rows = block_rows(panel->many, block);
    const bool is_waiting = product->after != PE_AFTER_NOTHING;
    float *y = block_outputs(panel, block);
    kernels->tile_store(tiles, panel->n_outs, n_rows,
                        product->bias ? product->bias + panel->first : NULL,
                        is_waiting ? panel->waiting : y, is_waiting ? panel->n_outs : n_out);
    for (size_t row = 0; is_waiting && row < n_rows; row++)
        pe_after_do(kernels, product->after, panel->waiting + row * panel->n_outs,
                    panel->n_outs, y + row * n_out);
}

// A part of K: all blocks of the group. Between parts each block's sums wait in their own
// place.
static void panel_multiply(const Panel *panel, size_t k)
{
    const Many *many = panel->many;
    const size_t left = many->n_k - k, n = left < many->k_block ? left : many->k_block;
    const size_t block_size =
        pe_round_up(panel->n_outs, many->gemm->n_outs) * many->gemm->n_rows;
    const bool is_whole = n == many->n_k, is_last = n == left;
    for (size_t block = panel->first_block; block < panel->end_block; block++) {
        float *sums = panel->tiles + (is_whole ? 0 : (block - panel->first_block) * block_size);
        if (is_last) outputs_fetch(panel, block);
        block_multiply(panel, block, k, n, sums);
        if (is_last) block_store(panel, block, sums);
    }
}

static void panel_work(void *data, size_t number, unsigned thread)
{
    const Many *many = data;
    const size_t n_tasks = pe_parts_n_tasks(&many->parts), group = number / n_tasks;
    const PeTask task = pe_task_get(&many->parts, number % n_tasks);
    Panel panel = {.many = many,
                   .first = task.first,
                   .n_outs = task.n,
                   .first_block = group_first_block(many, group),
                   .end_block = group_first_block(many, group + 1),
                   .panel = many->panels + thread * panel_bytes(),
                   .tiles = many->tiles + thread * tiles_bytes(many->n_rows) / sizeof(float),
                   .waiting = many->waiting + thread * waiting_bytes() / sizeof(float)};
    many->gemm->begin();
    for (size_t i = 0; task.n && i < task.part->n_products; i++) {
        panel.product = &task.part->products[i];
        for (size_t k = 0; k < many->n_k; k += many->k_block) {
            const size_t left = many->n_in - k;
            panel_unpack(&panel, k, left < many->k_block ? left : many->k_block);
            panel_multiply(&panel, k);
        }
    }
    many->gemm->end();
}

// K in about equal parts of at most the kernel's, blocks of Q8_0 undivided.
static void k_divide(Many *many)
{
    const PeGemm *gemm = many->gemm;
    many->n_k = pe_round_up(many->n_in, gemm->k_unit);
    const size_t n_parts = (many->n_k + gemm->k_block - 1) / gemm->k_block;
    many->k_block = pe_round_up((many->n_k + n_parts - 1) / n_parts, ALIGNED_K);
}

// The threads of a group share the outputs: equal panels, as many for each.
static void outs_divide(Many *many, size_t n_shares)
{
    const size_t tile = many->gemm->n_outs;
    for (size_t i = 0; i < many->parts.n_parts; i++) {
        PePart *part = &many->parts.parts[i];
        const size_t n_out = part->products->w->n_out;
        const size_t n_panels = pe_round_up((n_out + PANEL_OUTS - 1) / PANEL_OUTS, n_shares);
        const size_t n_outs = pe_round_up((n_out + n_panels - 1) / n_panels, tile);
        part->outs_per_task = n_outs < PANEL_OUTS ? n_outs : PANEL_OUTS / tile * tile;
    }
    pe_parts_share(&many->parts, n_shares);
}

static size_t groups_count(const Many *many, size_t n_threads)
{
    for (size_t n = n_threads; n > 1; n--)
        if (n_threads % n == 0 && many->n_rows / n >= many->gemm->group_rows) return n;
    return 1;
}

// The inputs have what the rest leaves.
static void scratch_divide(Many *many, PeCompute *compute)
{
    const unsigned n_threads = pe_pool_n_threads(compute->pool);
    const unsigned char *end = compute->scratch + compute->scratch_bytes;
    many->panels = compute->scratch;
    many->tiles = (float *)(many->panels + n_threads * panel_bytes());
    many->waiting = many->tiles + n_threads * tiles_bytes(many->n_rows) / sizeof(float);
    many->inputs = (unsigned char *)many->waiting + n_threads * waiting_bytes();
    many->group_bytes = (size_t)(end - many->inputs) / many->n_groups / LINE_BYTES * LINE_BYTES;
}

static void rows_multiply(PeCompute *compute, Many *many)
{
    const unsigned n_threads = pe_pool_n_threads(compute->pool);
    many->n_blocks = (many->n_rows + many->gemm->n_rows - 1) / many->gemm->n_rows;
    many->n_groups = groups_count(many, n_threads);
    k_divide(many);
    outs_divide(many, n_threads / many->n_groups);
    scratch_divide(many, compute);
    pe_pool_run(compute->pool, many->n_blocks, inputs_work, many);
    pe_pool_run(compute->pool, many->n_groups * pe_parts_n_tasks(&many->parts), panel_work,
                many);
}

void pe_many_multiply(PeCompute *compute,
                      const PeProduct *products,
                      size_t n_products,
                      const float *x,
                      size_t n_rows)
{
    Many many = {.kernels = compute->kernels, .gemm = compute->gemm, .n_in = products->w->n_in};
    pe_parts_find(&many.parts, products, n_products);
    for (size_t row = 0; row < n_rows; row += ROWS_MOST) {
        many.first_row = row;
        many.x = x + row * many.n_in;
        many.n_rows = rows_at_once(n_rows - row);
        rows_multiply(compute, &many);
    }
}

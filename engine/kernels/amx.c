// Many rows with AMX: a tile register holds 16 rows of 64 bytes, and TDPBF16PS adds the
// products of 16 rows of weights (32 values each) with 16 pairs of inputs (16 rows each) to 16
// × 16 sums.
//
// Registers 0 … 3 are the sums of 2 × 2 such squares, 4 and 5 weights, 6 and 7 inputs. Fast:
// one product. Exact: w·x as high·low + high·high + low·high; low·low, below 2^-16 of it, is
// left out.
#include "engine/kernels/pairs.h"

#define SQUARE 16
#define TILE_BYTES 64 // of a row of a register
#define AMX_OUTS (2 * SQUARE)

typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t n_rows[16];
} Config;

// Static, since GCC's _tile_loadconfig tells the optimiser of its first 8 bytes only.
static const Config config = {
    .palette = 1,
    .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
    .n_rows = {SQUARE, SQUARE, SQUARE, SQUARE, SQUARE, SQUARE, SQUARE, SQUARE}};

static void begin(void)
{
    _tile_loadconfig(&config);
}

static void end(void)
{
    _tile_release();
}

static inline void sums_load(bool is_first, const float *tile)
{
    const size_t stride = PAIR_ROWS * sizeof *tile;
    if (is_first) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        return;
    }
    _tile_loadd(0, tile, stride);
    _tile_loadd(1, tile + SQUARE, stride);
    _tile_loadd(2, tile + SQUARE * PAIR_ROWS, stride);
    _tile_loadd(3, tile + SQUARE * PAIR_ROWS + SQUARE, stride);
}

static inline void sums_store(float *tile)
{
    const size_t stride = PAIR_ROWS * sizeof *tile;
    _tile_stored(0, tile, stride);
    _tile_stored(1, tile + SQUARE, stride);
    _tile_stored(2, tile + SQUARE * PAIR_ROWS, stride);
    _tile_stored(3, tile + SQUARE * PAIR_ROWS + SQUARE, stride);
}

static inline void weights_load(const uint16_t *w, size_t stride_bytes)
{
    _tile_loadd(4, w, stride_bytes);
    _tile_loadd(5, (const unsigned char *)w + SQUARE * stride_bytes, stride_bytes);
}

static inline void inputs_load(const uint16_t *x)
{
    _tile_loadd(6, x, TILE_BYTES);
    _tile_loadd(7, x + SQUARE * UNIT, TILE_BYTES);
}

static inline void products_add(void)
{
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
}

// ---- Fast

static void
fast_inputs_pack(const float *x, size_t stride, size_t n_rows, size_t n_in, void *inputs)
{
    pairs_inputs_pack(x, stride, n_rows, n_in, 1, inputs);
}

static void fast_inputs_pack_transposed(const float *x, size_t n_in, void *inputs)
{
    pairs_inputs_pack_transposed(x, n_in, 1, inputs);
}

static void
fast_weights_unpack(PeType type, const void *row, size_t first, size_t n, void *weights)
{
    pairs_weights_unpack(type, row, first, n, 1, weights);
}

static void fast_tile_multiply(const void *weights,
                               size_t stride,
                               const void *inputs,
                               size_t n,
                               bool is_first,
                               float *tile)
{
    const uint16_t *w = weights, *x = inputs;
    sums_load(is_first, tile);
    for (size_t k = 0; k < n; k += UNIT, w += UNIT, x += PIECE_VALUES) {
        weights_load(w, stride * 2);
        inputs_load(x);
        products_add();
    }
    sums_store(tile);
}

const PeGemm pe_gemm_amx_fast = {.n_outs = AMX_OUTS,
                                 .n_rows = PAIR_ROWS,
                                 .k_unit = UNIT,
                                 .k_block = 768,
                                 .group_rows = SIZE_MAX, // beside AMX unpacking is not small
                                 .value_bytes = 2,
                                 .inputs_pack = fast_inputs_pack,
                                 .inputs_pack_transposed = fast_inputs_pack_transposed,
                                 .weights_unpack = fast_weights_unpack,
                                 .tile_multiply = fast_tile_multiply,
                                 .begin = begin,
                                 .end = end};

// ---- Exact

static void
exact_inputs_pack(const float *x, size_t stride, size_t n_rows, size_t n_in, void *inputs)
{
    pairs_inputs_pack(x, stride, n_rows, n_in, 2, inputs);
}

static void exact_inputs_pack_transposed(const float *x, size_t n_in, void *inputs)
{
    pairs_inputs_pack_transposed(x, n_in, 2, inputs);
}

static void
exact_weights_unpack(PeType type, const void *row, size_t first, size_t n, void *weights)
{
    pairs_weights_unpack(type, row, first, n, 2, weights);
}

static void exact_tile_multiply(const void *weights,
                                size_t stride,
                                const void *inputs,
                                size_t n,
                                bool is_first,
                                float *tile)
{
    const uint16_t *w = weights, *x = inputs;
    sums_load(is_first, tile);
    for (size_t k = 0; k < n; k += UNIT, w += 2 * UNIT, x += 2 * PIECE_VALUES) {
        weights_load(w, stride * 4);
        inputs_load(x + PIECE_VALUES);
        products_add();
        inputs_load(x);
        products_add();
        weights_load(w + UNIT, stride * 4);
        products_add();
    }
    sums_store(tile);
}

const PeGemm pe_gemm_amx_exact = {.n_outs = AMX_OUTS,
                                  .n_rows = PAIR_ROWS,
                                  .k_unit = UNIT,
                                  .k_block = 320,
                                  .group_rows = SIZE_MAX, // beside AMX unpacking is not small
                                  .value_bytes = 4,
                                  .inputs_pack = exact_inputs_pack,
                                  .inputs_pack_transposed = exact_inputs_pack_transposed,
                                  .weights_unpack = exact_weights_unpack,
                                  .tile_multiply = exact_tile_multiply,
                                  .begin = begin,
                                  .end = end};

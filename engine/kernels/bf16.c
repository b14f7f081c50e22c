// Many rows in bf16, with AVX-512 BF16: VDPBF16PS adds two products to each lane.
#include "engine/kernels/pairs.h"

#define TILE_PAIRS (UNIT / 2)
#define HALVES (PAIR_ROWS / LANES)

static void inputs_pack(const float *x, size_t stride, size_t n_rows, size_t n_in, void *inputs)
{
    pairs_inputs_pack(x, stride, n_rows, n_in, 1, inputs);
}

static void inputs_pack_transposed(const float *x, size_t n_in, void *inputs)
{
    pairs_inputs_pack_transposed(x, n_in, 1, inputs);
}

static void weights_unpack(PeType type, const void *row, size_t first, size_t n, void *weights)
{
    pairs_weights_unpack(type, row, first, n, 1, weights);
}

static void tile_multiply(const void *weights,
                          size_t stride,
                          const void *inputs,
                          size_t n,
                          bool is_first,
                          float *tile)
{
    const uint16_t *w = weights, *x = inputs;
    V sums[TILE_OUTS][HALVES];
#pragma GCC unroll 16
    for (size_t i = 0; i < TILE_OUTS; i++)
#pragma GCC unroll 2
        for (size_t j = 0; j < HALVES; j++)
            sums[i][j] = is_first ? v_set(0) : v_load(tile + i * PAIR_ROWS + j * LANES);
    for (size_t k = 0; k < n; k += 2) {
        const uint16_t *pair = x + k / UNIT * PIECE_VALUES + k % UNIT * LANES;
        const __m512bh low = (__m512bh)_mm512_loadu_si512(pair);
        const __m512bh high = (__m512bh)_mm512_loadu_si512(pair + TILE_PAIRS * 2 * LANES);
#pragma GCC unroll 16
        for (size_t i = 0; i < TILE_OUTS; i++) {
            int32_t values;
            memcpy(&values, w + i * stride + k, sizeof values);
            const __m512bh both = (__m512bh)_mm512_set1_epi32(values);
            sums[i][0] = _mm512_dpbf16_ps(sums[i][0], both, low);
            sums[i][1] = _mm512_dpbf16_ps(sums[i][1], both, high);
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < TILE_OUTS; i++)
#pragma GCC unroll 2
        for (size_t j = 0; j < HALVES; j++)
            v_store(tile + i * PAIR_ROWS + j * LANES, sums[i][j]);
}

static void nothing(void) {}

const PeGemm pe_gemm_bf16 = {.n_outs = TILE_OUTS,
                             .n_rows = PAIR_ROWS,
                             .k_unit = UNIT,
                             .k_block = 384,
                             .group_rows = PE_GROUP_ROWS,
                             .value_bytes = 2,
                             .inputs_pack = inputs_pack,
                             .inputs_pack_transposed = inputs_pack_transposed,
                             .weights_unpack = weights_unpack,
                             .tile_multiply = tile_multiply,
                             .begin = nothing,
                             .end = nothing};

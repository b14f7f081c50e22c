// What a level provides (inside engine/kernels). plain.c, avx2.c, avx512.c, bf16.c and amx.c
// each define one PeKernels; multiply_*.c, attention.c and rows.c divide the work among threads
// and call these.
#pragma once

#include "engine/kernels/kernels.h"

// Of so many rows, multiplying takes so long that unpacking the weights for each group of rows
// costs next to nothing.
#define PE_GROUP_ROWS 64

// The way a level multiplies many rows: yᵀ = w · xᵀ in tiles of n_outs × n_rows, so that
// weights are read as they lie in the file and inputs are rearranged once.
//   inputs   a block of n_rows rows, K padded with zeros to a multiple of k_unit; values
//            k … k + n of all its rows, k a multiple of k_unit, lie together
//   weights  rows of values as they are multiplied, padded likewise
//   tile     [n_outs, n_rows] f32
typedef struct {
    size_t n_outs, n_rows; // of a tile
    size_t k_unit;
    size_t k_block;     // so many values are multiplied at a time, a multiple of k_unit
    size_t value_bytes; // of an input or a weight
    size_t group_rows;  // a group of threads has at least so many rows (multiply_many.c)

    // A block of rows [n_rows ≤ the tile's, n_in]; missing rows are zeros.
    void (*inputs_pack)(
        const float *x, size_t stride, size_t n_rows, size_t n_in, void *inputs);
    // The same from values that lie transposed, [n_in, n_rows of a tile]; inputs may be x where
    // nothing changes.
    void (*inputs_pack_transposed)(const float *x, size_t n_in, void *inputs);
    // Values first … first + n of a row.
    void (*weights_unpack)(PeType type, const void *row, size_t first, size_t n, void *weights);
    // tile (+)= n_outs rows of weights, stride values apart, times a block's inputs; n values,
    // a multiple of k_unit.
    void (*tile_multiply)(const void *weights,
                          size_t stride,
                          const void *inputs,
                          size_t n,
                          bool is_first,
                          float *tile);
    // Around the calls of tile_multiply on a thread.
    void (*begin)(void);
    void (*end)(void);
} PeGemm;

// A row of activations for Q8_0: value i is scales[i / 32] · values[i], |values| ≤ 32767.
typedef struct {
    int16_t *values;
    float *scales;
} PeRow16;

// Fewer than PE_PREFILL_ROWS rows of activations.
typedef struct {
    const float *values;   // [n_rows, n_in]
    const PeRow16 *rows16; // [n_rows], read for Q8_0 only
    size_t n_rows, n_in;
} PeFewRows;

// So many scales of Q8_0 are read at a time.
#define PE_SCALES 4

// Weights are read in PE_STREAMS places at once.
#define PE_STREAMS 4

// Where a thread will most likely read next: in PE_STREAMS places, stride bytes apart; and how
// far ahead in each place weights are asked for.
typedef struct {
    const unsigned char *bytes;
    size_t stride;
    size_t distance;
} PeAhead;

typedef struct {
    void (*row_quantise)(const float *x, size_t n, PeRow16 row);
    // y[row, i] = w_{first + i} · x_row for i < n, the same bits for any number of rows. Each
    // stream reads n / PE_STREAMS rows of weights, then ahead of the thread's next call.
    void (*rows_multiply)(const PeMatrix *w,
                          size_t first,
                          size_t n,
                          PeAhead ahead,
                          const PeFewRows *x,
                          float *y,
                          size_t y_stride);
    // y[r, o] = tiles[o, r] + bias[o] for o < n_outs, r < n_rows; tiles [n_outs rounded up,
    // n_rows of a tile], readable up to 16 outs more.
    void (*tile_store)(const float *tiles,
                       size_t n_outs,
                       size_t n_rows,
                       const float *bias,
                       float *y,
                       size_t stride);

    // Scores [n_keys, n_rows of a tile] to exp(score - maximum) in place, with the maximum so
    // far; sums is kept up, and correction is what earlier sums were multiplied by.
    void (*tile_softmax)(
        float *scores, size_t n_keys, float *maxima, float *sums, float *correction);
    // y[column, row] = x[row, column].
    void (*transpose)(const float *x,
                      size_t x_stride,
                      size_t n_rows,
                      size_t n_columns,
                      float *y,
                      size_t y_stride);
    // Each of n vectors of a tile's rows times factors.
    void (*tile_scale)(float *tile, size_t n, const float *factors);
    // The keys first … first + n, seen by one query; scores: room for n floats of each of the
    // heads that share keys. seen[n_heads]: maximum of the scores, Σ exp(score - maximum), and
    // [head_dim] Σ exp(score - maximum) · value.
    void (*row_attend)(const PeAttention *attention,
                       size_t query,
                       size_t first,
                       size_t n,
                       float *scores,
                       float *seen);

    void (*rms_norm)(const float *x, size_t n, const float *weight, float epsilon, float *y);
    void (*layer_norm)(const float *x,
                       size_t n,
                       const float *weight,
                       const float *bias,
                       float epsilon,
                       float *y);
    void (*softmax)(float *x, size_t n);
    float (*most)(const float *x, size_t n);
    float (*exp_sum)(const float *x, size_t n, float shift); // Σ exp(x - shift)
    void (*exp)(const float *x, size_t n, float shift, float factor, float *y);
    void (*rope)(float *x, size_t n_rotated, const float *cosines, const float *sines);
    void (*silu_gate)(float *gate, const float *up, size_t n);
    void (*gelu)(PeGelu kind, float *x, size_t n);
    void (*add)(float *x, const float *y, size_t n);
} PeKernels;

extern const PeKernels pe_kernels_plain, pe_kernels_avx2, pe_kernels_avx512;
extern const PeGemm pe_gemm_plain, pe_gemm_avx2, pe_gemm_avx512;
extern const PeGemm pe_gemm_bf16, pe_gemm_amx_exact, pe_gemm_amx_fast;

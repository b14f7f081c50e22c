// The arithmetic of the engine: a weight matrix times rows of activations, attention, and what
// is done value by value. Knows nothing of models or files; C11, libm and threads.
//
// A PeCompute is the way all of it is done: the threads, the instructions (PeLevel), the
// precision and the working memory. Nothing is allocated after pe_compute_new. Calls with one
// PeCompute may not overlap; different ones may work side by side.
//
// All arrays are f32, rows are contiguous unless a stride is given, and outputs may not overlap
// inputs unless it says "in place". Sizes are the caller's duty: nothing is checked here.
//
// Same bits: on every run and for any number of threads, at one level and precision. A row's
// result depends on its own inputs and not on the other rows of the call, except that
// pe_matrix_multiply has one way for fewer than PE_PREFILL_ROWS rows and one for more, which
// round differently. Levels differ in the last bits.
#pragma once

#include "engine/kernels/type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- How it is computed

// The instructions used. Each level needs the ones before it.
typedef enum {
    PE_LEVEL_PLAIN,  // C
    PE_LEVEL_AVX2,   // AVX2, FMA, F16C
    PE_LEVEL_AVX512, // AVX-512 F, BW, DQ, VL
    PE_LEVEL_BF16,   // AVX-512 BF16
    PE_LEVEL_AMX,    // AMX BF16 tiles, for many rows
} PeLevel;

// "plain", "avx2", "avx512", "bf16", "amx".
const char *pe_level_name(PeLevel level);

// The highest level that this machine and its kernel have.
PeLevel pe_level_of_machine(void);

// pe_level_of_machine, or what the environment's PROOFSHEET_ENGINE_LEVEL names if that is
// lower; another value of it is ignored.
PeLevel pe_level_default(void);

// How exact the products of many rows are. Fewer than PE_PREFILL_ROWS rows are always EXACT.
typedef enum {
    PE_PRECISION_EXACT, // |error| ≤ 2^-14 · Σ |w·x|, mostly far less: f32, or three bf16
                        // products for one of f32
    PE_PRECISION_FAST,  // from BF16 on: weights and activations rounded to bf16 (2^-9 each),
                        // sums in f32: |error| ≤ 2^-8 · Σ |w·x|
} PePrecision;

typedef struct PeCompute PeCompute;

// level ≤ pe_level_of_machine(); 1 ≤ n_threads ≤ 64, the caller is one of them. scratch_bytes:
// the largest of the pe_…_scratch_bytes of what will be called. NULL if memory or threads are
// refused. At level AMX the process asks the kernel for the tiles once.
PeCompute *
pe_compute_new(PeLevel level, PePrecision precision, unsigned n_threads, size_t scratch_bytes);
void pe_compute_free(PeCompute *compute);

PeLevel pe_compute_level(const PeCompute *compute);
unsigned pe_compute_n_threads(const PeCompute *compute);

// Calls work(data, i, thread) for every i < n_tasks, thread < n_threads, on all threads, and
// returns when all are done: for loops of the caller's own. work may not call compute.
void pe_compute_run(PeCompute *compute,
                    size_t n_tasks,
                    void (*work)(void *data, size_t task, unsigned thread),
                    void *data);

// Room for n_rows rows of n floats that begins at a cache line, as arrays do that are read
// often (else vectors lie across two lines: twice the reads); not initialised. NULL if memory
// is refused. To be freed with free().
float *pe_rows_new(size_t n_rows, size_t n);

// ---- Matrices

// From this many rows on a product is computed as a matrix product, below row by row: about
// where one way becomes faster than the other (bench/README.md).
#define PE_PREFILL_ROWS 16

// A weight, borrowed from the mapped file: [n_out, n_in] row by row, rows of
// pe_type_row_bytes(type, n_in) bytes, data aligned to 2 bytes (F32: 4). Never copied whole.
typedef struct {
    PeType type;
    size_t n_out, n_in;
    const void *data;
} PeMatrix;

// Working memory for products of up to n_rows rows and n_in columns.
size_t pe_matrix_scratch_bytes(unsigned n_threads, size_t n_rows, size_t n_in);

// y[n_rows, n_out] = x[n_rows, n_in] · wᵀ, + bias[n_out] if not NULL.
void pe_matrix_multiply(PeCompute *compute,
                        const PeMatrix *w,
                        const float *x,
                        size_t n_rows,
                        const float *bias,
                        float *y);

// What becomes of a product p.
typedef enum {
    PE_AFTER_NOTHING, // y = p
    PE_AFTER_ADD,     // y = y + p
    PE_AFTER_GATE,    // y = y / (1 + exp(-y)) · p; y is that of the product before it in the
                      // list, of the same n_out
} PeAfter;

typedef struct {
    const PeMatrix *w; // all of a list have the same n_in
    const float *bias; // [n_out] or NULL
    PeAfter after;
    float *y; // [n_rows, n_out]
} PeProduct;

#define PE_PRODUCTS_MOST 4

// The products x[n_rows, n_in] · wᵀ + bias of 1 … PE_PRODUCTS_MOST weights with the same rows,
// in one go: x is rearranged once, and threads wait for each other once. No y overlaps x, and
// no two overlap but those that gate. Same bits as one by one.
void pe_matrices_multiply(PeCompute *compute,
                          const PeProduct *products,
                          size_t n_products,
                          const float *x,
                          size_t n_rows);

// ---- Attention

// Row i of queries and out belongs to position n_keys - n_queries + i; query head h reads the
// key head h / (n_heads / n_kv_heads). Strides in floats, from one row to the next; the heads
// of a row lie side by side.
typedef struct {
    size_t n_heads, n_kv_heads; // n_heads a multiple of n_kv_heads
    size_t head_dim;            // ≤ PE_HEAD_DIM_MOST
    size_t n_queries, n_keys;   // 1 ≤ n_queries, and if is_causal n_queries ≤ n_keys
    bool is_causal;             // a query sees no key of a later position
    float scale;                // of the scores, 1/√head_dim by custom
    const float *queries;       // [n_queries, n_heads, head_dim]
    const float *keys, *values; // [n_keys, n_kv_heads, head_dim]
    float *out;                 // [n_queries, n_heads, head_dim]
    size_t query_stride, kv_stride, out_stride;
} PeAttention;

#define PE_HEAD_DIM_MOST 256

// Working memory for attention with up to n_keys keys.
size_t pe_attention_scratch_bytes(
    unsigned n_threads, size_t n_heads, size_t n_kv_heads, size_t head_dim, size_t n_keys);

// out = softmax(scale · queries · keysᵀ) · values, head by head.
void pe_attention(PeCompute *compute, const PeAttention *attention);

// ---- Rows

// y = x / √(mean x² + epsilon) · weight, row by row of n. In place if y == x.
void pe_rms_norm(PeCompute *compute,
                 const float *x,
                 size_t n_rows,
                 size_t n,
                 const float *weight,
                 float epsilon,
                 float *y);

// y = (x - mean) / √(variance + epsilon) · weight + bias. In place if y == x.
void pe_layer_norm(PeCompute *compute,
                   const float *x,
                   size_t n_rows,
                   size_t n,
                   const float *weight,
                   const float *bias,
                   float epsilon,
                   float *y);

// x = exp(x - max) / Σ exp(x - max), row by row, in place.
void pe_softmax(PeCompute *compute, float *x, size_t n_rows, size_t n);

// Cosine and sine of position · base^(-2j/n_rotated) for j < n_rotated/2, for pe_rope:
// cosines[n_rows, n_rotated/2], sines the same. Once for all layers.
void pe_rope_angles(const int32_t *positions,
                    size_t n_rows,
                    float base,
                    size_t n_rotated,
                    float *cosines,
                    float *sines);

// Rotates the adjacent pairs (2j, 2j+1), 2j < n_rotated ≤ head_dim, of each of the n_heads
// heads of each row, in place. stride: floats from one row to the next.
void pe_rope(PeCompute *compute,
             float *x,
             size_t n_rows,
             size_t stride,
             size_t n_heads,
             size_t head_dim,
             size_t n_rotated,
             const float *cosines,
             const float *sines);

// ---- Values

// gate = gate / (1 + exp(-gate)) · up, in place.
void pe_silu_gate(PeCompute *compute, float *gate, const float *up, size_t n);

typedef enum {
    PE_GELU_TANH,  // x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))
    PE_GELU_ERF,   // x/2 · (1 + erf(x/√2))
    PE_GELU_QUICK, // x / (1 + exp(-1.702 x))
} PeGelu;

// In place; |error| ≤ 1e-6 · max(1, |x|).
void pe_gelu(PeCompute *compute, PeGelu kind, float *x, size_t n);

// x += y.
void pe_add(PeCompute *compute, float *x, const float *y, size_t n);

// ---- Distributions: on the calling thread alone

// x = x - log Σ exp(x), in place: logits to natural-log probabilities. n ≥ 1.
void pe_log_softmax(PeLevel level, float *x, size_t n);

// y = exp(factor · (x - shift)); exponents below -87 count as -87, those above 88 as 88.
void pe_exp(PeLevel level, const float *x, size_t n, float shift, float factor, float *y);

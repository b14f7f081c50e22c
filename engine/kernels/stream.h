// Few rows: weights stream from memory, each is used once. Part of body.h.
#pragma once

#include "engine/kernels/level.h"
#include "engine/kernels/values.h"

#include <float.h>

// Weights are read in several places at once: the processor looks ahead in each page by itself,
// but not past its end, and one page at a time does not keep the memory busy. Further ahead in
// each place they are asked for.
#define STREAMS PE_STREAMS

// Into the second cache: the first is small, and what it waits for are few lines at a time.
static inline __attribute__((always_inline)) void ahead_fetch(const void *at, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += 64)
        __builtin_prefetch((const void *)((uintptr_t)at + i), 0, 2);
}

// Rows of weights that lie stride bytes apart, and those asked for meanwhile, if any are.
typedef struct {
    const unsigned char *bytes;
    size_t stride;
    bool asks; // a constant, wherever this is inlined
    PeAhead ahead;
} Rows;

// Where the product of x and row goes: y[x * x_stride + row * row_stride].
typedef struct {
    float *y;
    size_t x_stride, row_stride;
} Outs;

// Rows of x are multiplied n_x ≤ X_MOST at once, which unpacks the weights once for both, with
// n_rows ≤ STREAMS rows of weights, as many as leave all sums in registers. Sum i is that of
// row i / n_x and x i % n_x (one loop over both: of nested ones GCC keeps the sums in memory);
// there are even and odd ones, of vectors or blocks in turns.
#define X_MOST 2

static inline __attribute__((always_inline)) size_t rows_at_once(size_t n_x)
{
    const size_t n = SUMS / 2 / n_x;
    return n < STREAMS ? n : STREAMS;
}

static inline __attribute__((always_inline)) void
rows_ahead_fetch(Rows rows, size_t row, size_t first, size_t n_bytes)
{
    if (rows.asks) ahead_fetch(rows.ahead.bytes + row * rows.ahead.stride + first, n_bytes);
}

static inline __attribute__((always_inline)) void
sums_store(const V *even, const V *odd, size_t n_x, size_t n_rows, Outs outs)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < n_x * n_rows; i++)
        outs.y[i % n_x * outs.x_stride + i / n_x * outs.row_stride] = v_sum(even[i] + odd[i]);
}

// y[i, row] = row · x[i] for i < n_x, row < n_rows ≤ STREAMS; n values.
static inline __attribute__((always_inline)) void rows_dot(PeType type,
                                                           Rows rows,
                                                           size_t n_rows,
                                                           const float *x,
                                                           size_t n_x,
                                                           size_t x_stride,
                                                           size_t n,
                                                           Outs outs)
{
    const size_t value_bytes = type == PE_TYPE_F32 ? 4 : 2;
    V even[SUMS / 2], odd[SUMS / 2];
#pragma GCC unroll 8
    for (size_t j = 0; j < n_x * n_rows; j++)
        even[j] = odd[j] = v_set(0);
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
#pragma GCC unroll 4
        for (size_t row = 0; row < n_rows; row++)
            rows_ahead_fetch(rows, row, i * value_bytes, 2 * LANES * value_bytes);
#pragma GCC unroll 8
        for (size_t j = 0; j < n_x * n_rows; j++) {
            const unsigned char *w = rows.bytes + j / n_x * rows.stride;
            const float *at = x + j % n_x * x_stride + i;
            even[j] = v_fma(values_load(type, w, i), v_load(at), even[j]);
            odd[j] = v_fma(values_load(type, w, i + LANES), v_load(at + LANES), odd[j]);
        }
    }
    if (i + LANES <= n) {
#pragma GCC unroll 8
        for (size_t j = 0; j < n_x * n_rows; j++)
            even[j] = v_fma(values_load(type, rows.bytes + j / n_x * rows.stride, i),
                            v_load(x + j % n_x * x_stride + i), even[j]);
        i += LANES;
    }
    if (i < n) {
#pragma GCC unroll 8
        for (size_t j = 0; j < n_x * n_rows; j++)
            odd[j] = v_fma(values_load_n(type, rows.bytes + j / n_x * rows.stride, i, n - i),
                           v_load_n(x + j % n_x * x_stride + i, n - i), odd[j]);
    }
    sums_store(even, odd, n_x, n_rows, outs);
}

// n ≤ PE_SCALES blocks of each row, a few at a time so that the rows' memory is read as evenly
// as possible. Of blocks of 34 bytes 32 are asked for, so that two ask for a whole line and
// none is left out.
static inline __attribute__((always_inline)) void
blocks_dot(Rows rows, size_t n_rows, const PeRow16 *x, size_t n_x, size_t n, V *even, V *odd)
{
    _Alignas(16) float scales[SUMS / 2][PE_SCALES];
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++)
        rows_ahead_fetch(rows, row, 0, n * PE_Q8_0_VALUES);
#pragma GCC unroll 8
    for (size_t j = 0; j < n_x * n_rows; j++)
        v_store_scales(scales[j], (const PeBlockQ8_0 *)(rows.bytes + j / n_x * rows.stride),
                       x[j % n_x].scales, n);
    // Out of memory a scale is spread for nothing; out of a register that takes two shuffles.
    __asm__("" : "+m"(scales));
    for (size_t i = 0; i < n; i += 2)
#pragma GCC unroll 8
        for (size_t j = 0; j < n_x * n_rows; j++) {
            const PeBlockQ8_0 *two =
                (const PeBlockQ8_0 *)(rows.bytes + j / n_x * rows.stride) + i;
            const int16_t *values = x[j % n_x].values + i * PE_Q8_0_VALUES;
            even[j] = v_fma(v_dot_q8(two[0].values, values), v_set(scales[j][i]), even[j]);
            if (i + 1 == n) continue;
            odd[j] = v_fma(v_dot_q8(two[1].values, values + PE_Q8_0_VALUES),
                           v_set(scales[j][i + 1]), odd[j]);
        }
}

// The same of blocks. What is missing of the row ahead is asked for in the end.
static inline __attribute__((always_inline)) void rows_dot_q8_0(
    Rows rows, size_t n_rows, const PeRow16 *x, size_t n_x, size_t n_blocks, Outs outs)
{
    V even[SUMS / 2], odd[SUMS / 2];
    PeRow16 at[X_MOST];
#pragma GCC unroll 4
    for (size_t j = 0; j < n_x; j++)
        at[j] = x[j];
#pragma GCC unroll 8
    for (size_t j = 0; j < n_x * n_rows; j++)
        even[j] = odd[j] = v_set(0);
    size_t left = n_blocks;
    for (; left >= PE_SCALES; left -= PE_SCALES) {
        blocks_dot(rows, n_rows, at, n_x, PE_SCALES, even, odd);
        rows.bytes += PE_SCALES * sizeof(PeBlockQ8_0);
        rows.ahead.bytes += PE_SCALES * PE_Q8_0_VALUES;
#pragma GCC unroll 4
        for (size_t j = 0; j < n_x; j++) {
            at[j].values += PE_SCALES * PE_Q8_0_VALUES;
            at[j].scales += PE_SCALES;
        }
    }
    // As constants, so that a part of four blocks takes no branches either.
    switch (left) {
    case 1:
        blocks_dot(rows, n_rows, at, n_x, 1, even, odd);
        break;
    case 2:
        blocks_dot(rows, n_rows, at, n_x, 2, even, odd);
        break;
    case 3:
        blocks_dot(rows, n_rows, at, n_x, 3, even, odd);
        break;
    }
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++)
        rows_ahead_fetch(rows, row, left * PE_Q8_0_VALUES,
                         n_blocks * (sizeof(PeBlockQ8_0) - PE_Q8_0_VALUES));
    sums_store(even, odd, n_x, n_rows, outs);
}

static inline __attribute__((always_inline)) void x_multiply(PeType type,
                                                             Rows rows,
                                                             size_t n_rows,
                                                             const PeFewRows *x,
                                                             size_t first_x,
                                                             size_t n_x,
                                                             Outs outs)
{
    outs.y += first_x * outs.x_stride;
    if (type == PE_TYPE_Q8_0)
        rows_dot_q8_0(rows, n_rows, x->rows16 + first_x, n_x, x->n_in / PE_Q8_0_VALUES, outs);
    else
        rows_dot(type, rows, n_rows, x->values + first_x * x->n_in, n_x, x->n_in, x->n_in,
                 outs);
}

// Rows first_x … first_x + n_x of x times all rows of weights, as many at once as n_x allows.
static inline __attribute__((always_inline)) void streams_multiply(
    PeType type, Rows rows, const PeFewRows *x, size_t first_x, size_t n_x, Outs outs)
{
    const size_t n = rows_at_once(n_x);
#pragma GCC unroll 4
    for (size_t i = 0; i < STREAMS; i += n) {
        x_multiply(type, rows, n, x, first_x, n_x, outs);
        rows.bytes += n * rows.stride;
        rows.ahead.bytes += n * rows.ahead.stride;
        outs.y += n * outs.row_stride;
    }
}

// The first rows of x bring the weights, which the others find in the first cache.
static inline __attribute__((always_inline)) void
x_all_multiply(PeType type, Rows rows, const PeFewRows *x, Outs outs)
{
    Rows again = rows;
    again.asks = false;
    streams_multiply(type, rows, x, 0, X_MOST, outs);
    size_t i = X_MOST;
    for (; i + X_MOST <= x->n_rows; i += X_MOST)
        streams_multiply(type, again, x, i, X_MOST, outs);
    if (i < x->n_rows) streams_multiply(type, again, x, i, 1, outs);
}

// Stream i reads its quarter of the n rows and asks so many whole rows ahead, or a part of one
// where rows are longer than that; from as many before its end on for what it will read in the
// next call.
static inline __attribute__((always_inline)) void typed_multiply(PeType type,
                                                                 const unsigned char *bytes,
                                                                 size_t n,
                                                                 PeAhead ahead,
                                                                 const PeFewRows *x,
                                                                 bool is_one,
                                                                 Outs outs)
{
    const size_t n_bytes = pe_type_row_bytes(type, x->n_in), quarter = n / STREAMS;
    const size_t rows_ahead = (ahead.distance + n_bytes - 1) / n_bytes,
                 distance = n_bytes > ahead.distance ? ahead.distance : rows_ahead * n_bytes;
    Rows rows = {bytes, quarter * n_bytes, true, {bytes + distance, quarter * n_bytes, 0}};
    outs.row_stride = quarter;
    for (size_t i = 0; i < quarter; i++, outs.y++) {
        if (i + rows_ahead == quarter) rows.ahead = ahead;
        if (is_one)
            streams_multiply(type, rows, x, 0, 1, outs);
        else
            x_all_multiply(type, rows, x, outs);
        rows.bytes += n_bytes;
        rows.ahead.bytes += n_bytes;
    }
    outs.y += (STREAMS - 1) * quarter;
    for (size_t i = STREAMS * quarter; i < n; i++, outs.y++)
        for (size_t row = 0; row < x->n_rows; row++)
            x_multiply(type, (Rows){.bytes = bytes + i * n_bytes}, 1, x, row, 1, outs);
}

#define TYPED_MULTIPLY(type)                                                                   \
    case type:                                                                                 \
        if (x->n_rows == 1)                                                                    \
            typed_multiply(type, bytes, n, ahead, x, true, outs);                              \
        else                                                                                   \
            typed_multiply(type, bytes, n, ahead, x, false, outs);                             \
        break

static void rows_multiply(const PeMatrix *w,
                          size_t first,
                          size_t n,
                          PeAhead ahead,
                          const PeFewRows *x,
                          float *y,
                          size_t y_stride)
{
    const unsigned char *bytes =
        (const unsigned char *)w->data + first * pe_type_row_bytes(w->type, w->n_in);
    const Outs outs = {y, y_stride, 0};
    switch (w->type) {
        TYPED_MULTIPLY(PE_TYPE_F32);
        TYPED_MULTIPLY(PE_TYPE_F16);
        TYPED_MULTIPLY(PE_TYPE_BF16);
        TYPED_MULTIPLY(PE_TYPE_Q8_0);
    }
}

static void row_quantise(const float *x, size_t n, PeRow16 row)
{
    for (size_t i = 0; i < n; i += PE_Q8_0_VALUES) {
        V most = v_set(0);
        for (size_t j = 0; j < PE_Q8_0_VALUES; j += LANES)
            most = v_max(most, v_abs(v_load(x + i + j)));
        // Below that the quotient is not finite; the products would be subnormal anyway.
        const float scale = v_most(most) / 32767;
        const float factor = scale > FLT_MIN ? 1 / scale : 0;
        row.scales[i / PE_Q8_0_VALUES] = scale;
        for (size_t j = 0; j < PE_Q8_0_VALUES; j += LANES)
            v_store_i16(row.values + i + j, v_load(x + i + j) * v_set(factor));
    }
}

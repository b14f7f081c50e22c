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

// Rows of weights that lie stride bytes apart, and rows that are read later.
typedef struct {
    const unsigned char *bytes;
    size_t stride;
    PeAhead ahead;
} Rows;

// sums[i] = row i of n_rows ≤ STREAMS · x.
static inline __attribute__((always_inline)) void
rows_dot(PeType type, Rows rows, size_t n_rows, const float *x, size_t n, float *sums)
{
    const size_t value_bytes = type == PE_TYPE_F32 ? 4 : 2;
    V even[STREAMS], odd[STREAMS];
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++)
        even[row] = odd[row] = v_set(0);
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES)
#pragma GCC unroll 4
        for (size_t row = 0; row < n_rows; row++) {
            const unsigned char *w = rows.bytes + row * rows.stride;
            ahead_fetch(rows.ahead.bytes + row * rows.ahead.stride + i * value_bytes,
                        2 * LANES * value_bytes);
            even[row] = v_fma(values_load(type, w, i), v_load(x + i), even[row]);
            odd[row] = v_fma(values_load(type, w, i + LANES), v_load(x + i + LANES), odd[row]);
        }
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++) {
        const unsigned char *w = rows.bytes + row * rows.stride;
        size_t j = i;
        for (; j + LANES <= n; j += LANES)
            even[row] = v_fma(values_load(type, w, j), v_load(x + j), even[row]);
        if (j < n)
            odd[row] =
                v_fma(values_load_n(type, w, j, n - j), v_load_n(x + j, n - j), odd[row]);
        sums[row] = v_sum(even[row] + odd[row]);
    }
}

// n ≤ PE_SCALES blocks of each row, a few at a time so that the rows' memory is read as evenly
// as possible. Of blocks of 34 bytes 32 are asked for, so that two ask for a whole line and
// none is left out.
static inline __attribute__((always_inline)) void
blocks_dot(Rows rows, size_t n_rows, PeRow16 x, size_t n, V *even, V *odd)
{
    _Alignas(16) float scales[STREAMS][PE_SCALES];
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++) {
        const unsigned char *w = rows.bytes + row * rows.stride;
        v_store_scales(scales[row], (const PeBlockQ8_0 *)w, x.scales, n);
        ahead_fetch(rows.ahead.bytes + row * rows.ahead.stride, n * PE_Q8_0_VALUES);
    }
    // Out of memory a scale is spread for nothing; out of a register that takes two shuffles.
    __asm__("" : "+m"(scales));
    for (size_t i = 0; i < n; i += 2)
#pragma GCC unroll 4
        for (size_t row = 0; row < n_rows; row++) {
            const PeBlockQ8_0 *two = (const PeBlockQ8_0 *)(rows.bytes + row * rows.stride) + i;
            const int16_t *values = x.values + i * PE_Q8_0_VALUES;
            even[row] =
                v_fma(v_dot_q8(two[0].values, values), v_set(scales[row][i]), even[row]);
            if (i + 1 == n) continue;
            odd[row] = v_fma(v_dot_q8(two[1].values, values + PE_Q8_0_VALUES),
                             v_set(scales[row][i + 1]), odd[row]);
        }
}

// What is missing of the row ahead is asked for in the end.
static inline __attribute__((always_inline)) void
rows_dot_q8_0(Rows rows, size_t n_rows, PeRow16 x, size_t n_blocks, float *sums)
{
    V even[STREAMS], odd[STREAMS];
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++)
        even[row] = odd[row] = v_set(0);
    size_t left = n_blocks;
    for (; left >= PE_SCALES; left -= PE_SCALES) {
        blocks_dot(rows, n_rows, x, PE_SCALES, even, odd);
        rows.bytes += PE_SCALES * sizeof(PeBlockQ8_0);
        rows.ahead.bytes += PE_SCALES * PE_Q8_0_VALUES;
        x.values += PE_SCALES * PE_Q8_0_VALUES;
        x.scales += PE_SCALES;
    }
    // As constants, so that a part of four blocks takes no branches either.
    switch (left) {
    case 1:
        blocks_dot(rows, n_rows, x, 1, even, odd);
        break;
    case 2:
        blocks_dot(rows, n_rows, x, 2, even, odd);
        break;
    case 3:
        blocks_dot(rows, n_rows, x, 3, even, odd);
        break;
    }
#pragma GCC unroll 4
    for (size_t row = 0; row < n_rows; row++) {
        ahead_fetch(rows.ahead.bytes + row * rows.ahead.stride + left * PE_Q8_0_VALUES,
                    n_blocks * (sizeof(PeBlockQ8_0) - PE_Q8_0_VALUES));
        sums[row] = v_sum(even[row] + odd[row]);
    }
}

static inline __attribute__((always_inline)) void rows_multiply(
    const PeMatrix *w, Rows rows, size_t n_rows, const float *x, PeRow16 row, float *sums)
{
    switch (w->type) {
    case PE_TYPE_F32:
        rows_dot(PE_TYPE_F32, rows, n_rows, x, w->n_in, sums);
        break;
    case PE_TYPE_F16:
        rows_dot(PE_TYPE_F16, rows, n_rows, x, w->n_in, sums);
        break;
    case PE_TYPE_BF16:
        rows_dot(PE_TYPE_BF16, rows, n_rows, x, w->n_in, sums);
        break;
    case PE_TYPE_Q8_0:
        rows_dot_q8_0(rows, n_rows, row, w->n_in / PE_Q8_0_VALUES, sums);
        break;
    }
}

// Stream i reads its quarter of the rows and asks so many whole rows ahead, or a part of one
// where rows are longer than that; from as many before its end on for what it will read in the
// next call.
static void row_multiply(const PeMatrix *w,
                         size_t first,
                         size_t n,
                         PeAhead ahead,
                         const float *x,
                         PeRow16 row,
                         float *y)
{
    const size_t n_bytes = pe_type_row_bytes(w->type, w->n_in), quarter = n / STREAMS;
    const size_t rows_ahead = (ahead.distance + n_bytes - 1) / n_bytes,
                 distance = n_bytes > ahead.distance ? ahead.distance : rows_ahead * n_bytes;
    const unsigned char *bytes = (const unsigned char *)w->data + first * n_bytes;
    Rows rows = {bytes, quarter * n_bytes, {bytes + distance, quarter * n_bytes, 0}};
    for (size_t i = 0; i < quarter; i++) {
        if (i + rows_ahead == quarter) rows.ahead = ahead;
        float sums[STREAMS] = {0};
        rows_multiply(w, rows, STREAMS, x, row, sums);
        for (size_t j = 0; j < STREAMS; j++)
            y[i + j * quarter] = sums[j];
        rows.bytes += n_bytes;
        rows.ahead.bytes += n_bytes;
    }
    for (size_t i = quarter * STREAMS; i < n; i++)
        rows_multiply(w, (Rows){bytes + i * n_bytes, 0, ahead}, 1, x, row, y + i);
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

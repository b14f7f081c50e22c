// How bf16 and AMX multiply: products of two values of K at a time, so values lie in pairs.
//
// A number is rounded to bf16 ("high"); where that is not enough, the rest is rounded to bf16,
// too ("low"), and high + low has 16 bits. 32 values of K make a unit:
//   inputs   [pieces][2 halves of the rows][16 pairs][16 rows][2 values]
//   weights  [pieces][32 values], of one row
// with one piece (high) or two (high, low).
#pragma once

#include "engine/kernels/vector_avx512.h"

#include "engine/kernels/level.h"
#include "engine/kernels/values.h"

#define UNIT 32
#define PAIR_ROWS 32                            // of a block of inputs
#define PIECE_VALUES (size_t)(UNIT * PAIR_ROWS) // bf16 values of a piece of inputs

// a rounded to bf16.
static inline V v_high(V a)
{
    const __m256i high = (__m256i)_mm512_cvtneps_pbh(a);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
}

// 32 values as bf16, low's 16 first.
static inline __m512i v_round_two(V low, V high)
{
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// 32 values to a unit's n_pieces.
static inline __attribute__((always_inline)) void
pairs_unit_store(V low, V high, size_t n_pieces, uint16_t *unit)
{
    _mm512_storeu_si512(unit, v_round_two(low, high));
    if (n_pieces == 2)
        _mm512_storeu_si512(unit + UNIT, v_round_two(low - v_high(low), high - v_high(high)));
}

// Values first … first + n of a row into units of n_pieces.
static inline __attribute__((always_inline)) void pairs_weights_unpack_type(
    PeType type, const void *row, size_t first, size_t n, size_t n_pieces, uint16_t *weights)
{
    size_t i = 0;
    for (; i + UNIT <= n; i += UNIT, weights += n_pieces * UNIT)
        pairs_unit_store(values_load(type, row, first + i),
                         values_load(type, row, first + i + LANES), n_pieces, weights);
    if (i == n) return;
    const size_t left = n - i;
    const V low = left < LANES ? values_load_n(type, row, first + i, left)
                               : values_load(type, row, first + i);
    const V high =
        left > LANES ? values_load_n(type, row, first + i + LANES, left - LANES) : v_set(0);
    pairs_unit_store(low, high, n_pieces, weights);
}

static inline __attribute__((always_inline)) void pairs_weights_unpack(
    PeType type, const void *row, size_t first, size_t n, size_t n_pieces, uint16_t *weights)
{
    switch (type) {
    case PE_TYPE_F32:
        pairs_weights_unpack_type(PE_TYPE_F32, row, first, n, n_pieces, weights);
        break;
    case PE_TYPE_F16:
        pairs_weights_unpack_type(PE_TYPE_F16, row, first, n, n_pieces, weights);
        break;
    case PE_TYPE_BF16:
        pairs_weights_unpack_type(PE_TYPE_BF16, row, first, n, n_pieces, weights);
        break;
    case PE_TYPE_Q8_0:
        pairs_weights_unpack_type(PE_TYPE_Q8_0, row, first, n, n_pieces, weights);
        break;
    }
}

// 16 rows of 32 values, as pairs, to [16 pairs][16 rows].
static inline void pairs_store_turned(__m512i rows[LANES], uint16_t *to)
{
    V turned[LANES];
    for (size_t i = 0; i < LANES; i++)
        turned[i] = _mm512_castsi512_ps(rows[i]);
    v_transpose(turned);
    for (size_t i = 0; i < LANES; i++)
        _mm512_storeu_ps(to + i * 2 * LANES, turned[i]);
}

// Up to 16 rows of up to 32 values to their half of a unit.
static inline __attribute__((always_inline)) void pairs_half_pack(
    const float *x, size_t stride, size_t n_rows, size_t n, size_t n_pieces, uint16_t *to)
{
    __m512i high[LANES], low[LANES];
    for (size_t i = 0; i < LANES; i++) {
        const bool is_there = i < n_rows;
        const V a = is_there ? v_load_n(x + i * stride, n) : v_set(0);
        const V b =
            is_there && n > LANES ? v_load_n(x + i * stride + LANES, n - LANES) : v_set(0);
        high[i] = v_round_two(a, b);
        if (n_pieces == 2) low[i] = v_round_two(a - v_high(a), b - v_high(b));
    }
    pairs_store_turned(high, to);
    if (n_pieces == 2) pairs_store_turned(low, to + PIECE_VALUES);
}

static inline __attribute__((always_inline)) void pairs_inputs_pack(const float *x,
                                                                    size_t stride,
                                                                    size_t n_rows,
                                                                    size_t n_in,
                                                                    size_t n_pieces,
                                                                    uint16_t *inputs)
{
    for (size_t k = 0; k < n_in; k += UNIT, inputs += n_pieces * PIECE_VALUES)
        for (size_t first = 0; first < PAIR_ROWS; first += LANES)
            pairs_half_pack(x + first * stride + k, stride, n_rows > first ? n_rows - first : 0,
                            n_in - k, n_pieces, inputs + first * UNIT);
}

// Two values of 16 rows each, as pairs.
static inline __m512i v_interleave(V a, V b)
{
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7,
                         22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, v_round_two(a, b));
}

static inline __attribute__((always_inline)) void
pairs_inputs_pack_transposed(const float *x, size_t n_in, size_t n_pieces, uint16_t *inputs)
{
    for (size_t k = 0; k < (n_in + UNIT - 1) / UNIT * UNIT; k += 2)
        for (size_t first = 0; first < PAIR_ROWS; first += LANES) {
            const V a = k < n_in ? v_load(x + k * PAIR_ROWS + first) : v_set(0);
            const V b = k + 1 < n_in ? v_load(x + (k + 1) * PAIR_ROWS + first) : v_set(0);
            uint16_t *to =
                inputs + k / UNIT * n_pieces * PIECE_VALUES + first * UNIT + k % UNIT * LANES;
            _mm512_storeu_si512(to, v_interleave(a, b));
            if (n_pieces == 2)
                _mm512_storeu_si512(to + PIECE_VALUES,
                                    v_interleave(a - v_high(a), b - v_high(b)));
        }
}

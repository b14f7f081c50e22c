// The operations of body.h on 16 values, with AVX-512 F, BW, DQ and VL. What each does
// stands in vector_plain.h.
#pragma once

#include "engine/kernels/level.h"
#include "engine/kernels/vector_f16c.h"

#include <immintrin.h>
#include <math.h>

typedef __m512 V;

#define LANES 16
#define TILE_OUTS 8 // divides the usual head_dim
#define TILE_VECTORS 2
#define SUMS 16

static inline V v_set(float value)
{
    return _mm512_set1_ps(value);
}

static inline V v_load(const float *from)
{
    return _mm512_loadu_ps(from);
}

static inline void v_store(float *to, V v)
{
    _mm512_storeu_ps(to, v);
}

static inline __mmask16 first_lanes(size_t n)
{
    return (__mmask16)(n >= LANES ? 0xffff : (1u << n) - 1);
}

static inline V v_load_n(const float *from, size_t n)
{
    return _mm512_maskz_loadu_ps(first_lanes(n), from);
}

static inline void v_store_n(float *to, V v, size_t n)
{
    _mm512_mask_storeu_ps(to, first_lanes(n), v);
}

static inline V v_set_f16(uint16_t half)
{
    return _mm512_cvtph_ps(_mm256_set1_epi16((short)half));
}

static inline V v_load_f16(const uint16_t *from)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}

static inline V v_load_bf16(const uint16_t *from)
{
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

static inline V v_load_i8(const int8_t *from)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)from)));
}

static inline void v_store_i16(int16_t *to, V v)
{
    _mm256_storeu_si256((__m256i *)to, _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(v)));
}

static inline V v_fma(V a, V b, V c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline V v_max(V a, V b)
{
    return _mm512_max_ps(a, b);
}

static inline V v_min(V a, V b)
{
    return _mm512_min_ps(a, b);
}

static inline V v_abs(V a)
{
    return _mm512_abs_ps(a);
}

static inline V v_sign(V a, V b)
{
    return _mm512_or_ps(v_abs(a), _mm512_and_ps(_mm512_set1_ps(-0.0f), b));
}

static inline V v_round(V a)
{
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline V v_scale(V a, V n)
{
    return _mm512_scalef_ps(a, n);
}

static inline float v_sum(V a)
{
    return _mm512_reduce_add_ps(a);
}

static inline float v_most(V a)
{
    return _mm512_reduce_max_ps(a);
}

static inline void v_transpose(V rows[LANES])
{
    V pairs[LANES], fours[LANES], eights[LANES];
    for (size_t i = 0; i < LANES; i += 2) {
        pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    for (size_t i = 0; i < LANES; i += 4) {
        fours[i] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        fours[i + 1] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        fours[i + 2] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        fours[i + 3] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    // fours[4b + c] holds column 4q + c of rows 4b … 4b + 3 in its quarter q.
    for (size_t i = 0; i < 4; i++) {
        eights[i] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0x88);
        eights[i + 4] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0xdd);
        eights[i + 8] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0x88);
        eights[i + 12] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0xdd);
    }
    for (size_t i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_f32x4(eights[i], eights[i + 8], 0x88);
        rows[i + 8] = _mm512_shuffle_f32x4(eights[i], eights[i + 8], 0xdd);
        rows[i + 4] = _mm512_shuffle_f32x4(eights[i + 4], eights[i + 12], 0x88);
        rows[i + 12] = _mm512_shuffle_f32x4(eights[i + 4], eights[i + 12], 0xdd);
    }
}

// Not with VNNI: every block has a scale, so there is nothing to add to, and a register would
// have to be zeroed each time.
static inline V v_dot_q8(const int8_t *w, const int16_t *x)
{
    const __m512i wide = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)w));
    return _mm512_cvtepi32_ps(_mm512_madd_epi16(wide, _mm512_loadu_si512(x)));
}

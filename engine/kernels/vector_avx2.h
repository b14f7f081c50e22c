// The operations of body.h on 8 values, with AVX2, FMA and F16C. What each does stands in
// vector_plain.h.
#pragma once

#include "engine/kernels/level.h"
#include "engine/kernels/vector_f16c.h"

#include <immintrin.h>
#include <math.h>

typedef __m256 V;

#define LANES 8
#define TILE_OUTS 6
#define TILE_VECTORS 2
#define SUMS 8

static inline V v_set(float value)
{
    return _mm256_set1_ps(value);
}

static inline V v_load(const float *from)
{
    return _mm256_loadu_ps(from);
}

static inline void v_store(float *to, V v)
{
    _mm256_storeu_ps(to, v);
}

static inline __m256i first_lanes(size_t n)
{
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lanes);
}

static inline V v_load_n(const float *from, size_t n)
{
    return _mm256_maskload_ps(from, first_lanes(n));
}

static inline void v_store_n(float *to, V v, size_t n)
{
    _mm256_maskstore_ps(to, first_lanes(n), v);
}

static inline V v_set_f16(uint16_t half)
{
    return _mm256_cvtph_ps(_mm_set1_epi16((short)half));
}

static inline V v_load_f16(const uint16_t *from)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
}

static inline V v_load_bf16(const uint16_t *from)
{
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

static inline V v_load_i8(const int8_t *from)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from)));
}

static inline void v_store_i16(int16_t *to, V v)
{
    const __m256i wide = _mm256_cvtps_epi32(v);
    const __m128i low = _mm256_castsi256_si128(wide), high = _mm256_extracti128_si256(wide, 1);
    _mm_storeu_si128((__m128i *)to, _mm_packs_epi32(low, high));
}

static inline V v_fma(V a, V b, V c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline V v_max(V a, V b)
{
    return _mm256_max_ps(a, b);
}

static inline V v_min(V a, V b)
{
    return _mm256_min_ps(a, b);
}

static inline V v_abs(V a)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}

static inline V v_sign(V a, V b)
{
    return _mm256_or_ps(v_abs(a), _mm256_and_ps(_mm256_set1_ps(-0.0f), b));
}

static inline V v_round(V a)
{
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline V v_scale(V a, V n)
{
    const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent));
}

static inline float v_sum(V a)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

static inline float v_most(V a)
{
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

static inline void v_transpose(V rows[LANES])
{
    V pairs[LANES], fours[LANES];
    for (size_t i = 0; i < LANES; i += 2) {
        pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
    }
    for (size_t i = 0; i < LANES; i += 4) {
        fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    for (size_t i = 0; i < 4; i++) {
        rows[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
        rows[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
    }
}

static inline V v_dot_q8(const int8_t *w, const int16_t *x)
{
    const __m256i *inputs = (const __m256i *)x;
    const __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
    const __m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w + 1));
    const __m256i sums =
        _mm256_add_epi32(_mm256_madd_epi16(low, _mm256_loadu_si256(inputs)),
                         _mm256_madd_epi16(high, _mm256_loadu_si256(inputs + 1)));
    return _mm256_cvtepi32_ps(sums);
}

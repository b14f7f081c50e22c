// The operations of body.h on "vectors" of one value, in C.
#pragma once

#include "engine/kernels/level.h"

#include <math.h>

typedef float V;

#define LANES 1
#define TILE_OUTS 4
#define TILE_VECTORS 4
#define SUMS 8

static inline V v_set(float value)
{
    return value;
}

static inline V v_load(const float *from)
{
    return *from;
}

static inline void v_store(float *to, V v)
{
    *to = v;
}

static inline V v_load_n(const float *from, size_t n)
{
    return n ? *from : 0;
}

static inline void v_store_n(float *to, V v, size_t n)
{
    if (n) *to = v;
}

static inline V v_set_f16(uint16_t half)
{
    return pe_f32_from_f16(half);
}

static inline V v_load_f16(const uint16_t *from)
{
    return pe_f32_from_f16(*from);
}

static inline V v_load_bf16(const uint16_t *from)
{
    return pe_f32_from_bf16(*from);
}

static inline V v_load_i8(const int8_t *from)
{
    return *from;
}

static inline void v_store_i16(int16_t *to, V v)
{
    *to = (int16_t)lrintf(v);
}

static inline V v_fma(V a, V b, V c)
{
    return a * b + c;
}

static inline V v_max(V a, V b)
{
    return a > b ? a : b;
}

static inline V v_min(V a, V b)
{
    return a < b ? a : b;
}

static inline V v_abs(V a)
{
    return fabsf(a);
}

// b's sign on |a|.
static inline V v_sign(V a, V b)
{
    return copysignf(a, b);
}

static inline V v_round(V a)
{
    return nearbyintf(a);
}

// a · 2^n for a whole n, the result neither subnormal nor infinite.
static inline V v_scale(V a, V n)
{
    return ldexpf(a, (int)n);
}

static inline float v_sum(V a)
{
    return a;
}

static inline float v_most(V a)
{
    return a;
}

static inline void v_transpose(V rows[LANES])
{
    (void)rows;
}

// The scales of n ≤ PE_SCALES blocks times x; to is aligned to 16 bytes, PE_SCALES of x are
// readable.
static inline void
v_store_scales(float to[PE_SCALES], const PeBlockQ8_0 *blocks, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = pe_f32_from_f16(blocks[i].scale) * x[i];
}

// Σ of 32 products w · x, spread over the lanes.
static inline V v_dot_q8(const int8_t *w, const int16_t *x)
{
    int32_t sum = 0;
    for (size_t i = 0; i < PE_Q8_0_VALUES; i++)
        sum += w[i] * x[i];
    return (float)sum;
}

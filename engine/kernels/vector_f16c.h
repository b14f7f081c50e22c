// What is the same in vectors of AVX2 and of AVX-512: it takes four values at a time.
#pragma once

#include "engine/kernels/level.h"

#include <immintrin.h>
#include <stdint.h>

static inline void
v_store_scales(float to[PE_SCALES], const PeBlockQ8_0 *blocks, const float *x, size_t n)
{
    uint64_t scales = blocks[0].scale;
    if (n > 1) scales |= (uint64_t)blocks[1].scale << 16;
    if (n > 2) scales |= (uint64_t)blocks[2].scale << 32;
    if (n > 3) scales |= (uint64_t)blocks[3].scale << 48;
    _mm_store_ps(to, _mm_cvtph_ps(_mm_cvtsi64_si128((long long)scales)) * _mm_loadu_ps(x));
}

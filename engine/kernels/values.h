// Weights of any type as vectors of f32, on the operations of vector_*.h, which is included
// before.
#pragma once

#include "engine/kernels/type.h"

#include <string.h>

// Values i … i + LANES of a row, i a multiple of LANES.
static inline __attribute__((always_inline)) V
values_load(PeType type, const void *row, size_t i)
{
    if (type == PE_TYPE_F32) return v_load((const float *)row + i);
    if (type == PE_TYPE_F16) return v_load_f16((const uint16_t *)row + i);
    if (type == PE_TYPE_BF16) return v_load_bf16((const uint16_t *)row + i);
    const PeBlockQ8_0 *block = (const PeBlockQ8_0 *)row + i / PE_Q8_0_VALUES;
    return v_set_f16(block->scale) * v_load_i8(block->values + i % PE_Q8_0_VALUES);
}

// The n < LANES values from i on, the rest zeros; never of Q8_0, whose rows are whole blocks.
static inline __attribute__((always_inline)) V
values_load_n(PeType type, const void *row, size_t i, size_t n)
{
    if (type == PE_TYPE_F32) return v_load_n((const float *)row + i, n);
    uint16_t halves[LANES] = {0};
    memcpy(halves, (const uint16_t *)row + i, n * sizeof *halves);
    return type == PE_TYPE_F16 ? v_load_f16(halves) : v_load_bf16(halves);
}

#include "engine/kernels/type.h"

#include <math.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

size_t pe_type_row_bytes(PeType type, size_t n)
{
    switch (type) {
    case PE_TYPE_F32:
        return 4 * n;
    case PE_TYPE_F16:
    case PE_TYPE_BF16:
        return 2 * n;
    case PE_TYPE_Q8_0:
        return n % PE_Q8_0_VALUES ? 0 : n / PE_Q8_0_VALUES * sizeof(PeBlockQ8_0);
    }
    return 0;
}

const char *pe_type_name(PeType type)
{
    switch (type) {
    case PE_TYPE_F32:
        return "F32";
    case PE_TYPE_F16:
        return "F16";
    case PE_TYPE_BF16:
        return "BF16";
    case PE_TYPE_Q8_0:
        return "Q8_0";
    }
    return NULL;
}

float pe_f32_from_f16(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
    // The exponent's bias is 127 instead of 15; a product makes subnormal numbers normal.
    if (rest >= 0x7c00) return from_bits(sign | 0x7f800000 | rest << 13);
    return from_bits(sign | to_bits(from_bits(rest << 13) * 0x1p112f));
}

float pe_f32_from_bf16(uint16_t brain)
{
    return from_bits((uint32_t)brain << 16);
}

uint16_t pe_f16_from_f32(float value)
{
    const uint16_t sign = (uint16_t)(to_bits(value) >> 16 & 0x8000);
    const float size = fabsf(value);
    if (isnan(value)) return sign | 0x7e00;
    if (size >= 65520) return sign | 0x7c00;
    // A sum rounds away the bits that an F16 has not: its unit in the last place is 2^-24 below
    // 2^-14, above 2^-10 of the leading bit.
    const int exponent = size < 0x1p-14f ? -14 : ilogbf(size);
    const float unit = ldexpf(1, exponent - 10);
    const uint32_t n_units = (uint32_t)nearbyintf(size / unit);
    return sign | (uint16_t)(((uint32_t)(exponent + 14) << 10) + n_units);
}

uint16_t pe_bf16_from_f32(float value)
{
    const uint32_t bits = to_bits(value);
    if (isnan(value)) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void q8_0_read(const PeBlockQ8_0 *blocks, size_t n, float *values)
{
    for (size_t block = 0; block < n / PE_Q8_0_VALUES; block++) {
        const float scale = pe_f32_from_f16(blocks[block].scale);
        for (size_t i = 0; i < PE_Q8_0_VALUES; i++)
            *values++ = scale * blocks[block].values[i];
    }
}

void pe_row_read(PeType type, const void *row, size_t n, float *values)
{
    const uint16_t *halves = row;
    switch (type) {
    case PE_TYPE_F32:
        memcpy(values, row, n * sizeof *values);
        break;
    case PE_TYPE_F16:
        for (size_t i = 0; i < n; i++)
            values[i] = pe_f32_from_f16(halves[i]);
        break;
    case PE_TYPE_BF16:
        for (size_t i = 0; i < n; i++)
            values[i] = pe_f32_from_bf16(halves[i]);
        break;
    case PE_TYPE_Q8_0:
        q8_0_read(row, n, values);
        break;
    }
}

static void q8_0_write(const float *values, PeBlockQ8_0 *block)
{
    float most = 0;
    for (size_t i = 0; i < PE_Q8_0_VALUES; i++)
        most = fmaxf(most, fabsf(values[i]));
    const float scale = most / 127;
    block->scale = pe_f16_from_f32(scale);
    for (size_t i = 0; i < PE_Q8_0_VALUES; i++)
        block->values[i] = (int8_t)(scale > 0 ? roundf(values[i] / scale) : 0);
}

void pe_row_write(PeType type, const float *values, size_t n, void *row)
{
    uint16_t *halves = row;
    PeBlockQ8_0 *blocks = row;
    switch (type) {
    case PE_TYPE_F32:
        memcpy(row, values, n * sizeof *values);
        break;
    case PE_TYPE_F16:
        for (size_t i = 0; i < n; i++)
            halves[i] = pe_f16_from_f32(values[i]);
        break;
    case PE_TYPE_BF16:
        for (size_t i = 0; i < n; i++)
            halves[i] = pe_bf16_from_f32(values[i]);
        break;
    case PE_TYPE_Q8_0:
        for (size_t i = 0; i < n; i += PE_Q8_0_VALUES)
            q8_0_write(values + i, &blocks[i / PE_Q8_0_VALUES]);
        break;
    }
}

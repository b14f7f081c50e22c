// The types a weight can have in a file, and how their values are read one by one.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Numbered as in GGUF.
typedef enum {
    PE_TYPE_F32 = 0,
    PE_TYPE_F16 = 1,
    PE_TYPE_Q8_0 = 8,
    PE_TYPE_BF16 = 30,
} PeType;

// 32 values of Q8_0: value i is scale · values[i].
#define PE_Q8_0_VALUES 32

typedef struct {
    uint16_t scale; // F16
    int8_t values[PE_Q8_0_VALUES];
} PeBlockQ8_0;

// How many bytes a row of n values takes; 0 if the type is unknown or a row of n cannot be
// (Q8_0 needs whole blocks, n a multiple of 32). n ≤ SIZE_MAX / 4.
size_t pe_type_row_bytes(PeType type, size_t n);

// "F32", "F16", "BF16", "Q8_0", or NULL for an unknown type; static storage.
const char *pe_type_name(PeType type);

// Exactly, NaN and subnormal numbers included.
float pe_f32_from_f16(uint16_t half);
float pe_f32_from_bf16(uint16_t brain);

// To the nearest, ties to even; what overflows becomes infinite.
uint16_t pe_f16_from_f32(float value);
uint16_t pe_bf16_from_f32(float value);

// values[n] of a row of that type: the row of an embedding, say. row is aligned to 2 bytes
// (F32: 4).
void pe_row_read(PeType type, const void *row, size_t n, float *values);

// A row of that type made of values[n], which are finite. Q8_0: scale = max |value| / 127,
// values rounded half away from zero.
void pe_row_write(PeType type, const float *values, size_t n, void *row);

// Random inputs, and the levels and threads that every test of a kernel goes through.
#pragma once

#include "engine/kernels/kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Uniform in -1 … 1; the same numbers for the same seed.
static inline float random_value(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(*state >> 40) / (1 << 23) - 1);
}

static inline float *random_values(uint64_t seed, size_t n)
{
    float *values = malloc((n + 1) * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = random_value(&seed);
    return values;
}

// A random [n_out, n_in] of that type; values: what it holds, exactly.
static inline PeMatrix
random_matrix(uint64_t seed, PeType type, size_t n_out, size_t n_in, float **values)
{
    const size_t n_bytes = pe_type_row_bytes(type, n_in);
    *values = random_values(seed, n_out * n_in);
    unsigned char *data = malloc(n_out * n_bytes);
    for (size_t i = 0; i < n_out; i++) {
        pe_row_write(type, *values + i * n_in, n_in, data + i * n_bytes);
        pe_row_read(type, data + i * n_bytes, n_in, *values + i * n_in);
    }
    return (PeMatrix){type, n_out, n_in, data};
}

#define EACH_LEVEL(level)                                                                      \
    for (PeLevel level = PE_LEVEL_PLAIN; level <= pe_level_of_machine(); level++)

static inline PeCompute *
compute_new(PeLevel level, PePrecision precision, unsigned n_threads, size_t scratch_bytes)
{
    PeCompute *compute = pe_compute_new(level, precision, n_threads, scratch_bytes);
    cr_assert_not_null(compute);
    return compute;
}

// Picking rows of a table at random, the inner loop of resampling.
#pragma once

#include "harness/rng.h"

#include <stddef.h>

// A block fits the first-level cache: 4096 numbers, 32 KB. A power of two.
enum { PS_PICK_BLOCK = 4096, PS_PICK_MAX_ROWS = 1024, PS_PICK_MAX_WIDTH = 4 };

typedef uint64_t PsPickLanes __attribute__((vector_size(64)));

// Eight xoshiro256++ generators side by side.
typedef struct {
    PsPickLanes state[4];
} PsPicker;

void ps_picker_init(PsPicker *picker, uint64_t seed, uint64_t stream);

// Takes n_picks rows of table[n_rows][width], n_rows at most PS_PICK_MAX_ROWS or a power of two
// at most 65536, each equally likely, and adds them to sums[width]. width is 1, 2 or 4.
void ps_picker_add(PsPicker *picker,
                   const double *table,
                   size_t n_rows,
                   size_t width,
                   size_t n_picks,
                   double *sums);

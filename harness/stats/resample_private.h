// Picking rows of a table at random, the inner loop of resampling.
#pragma once

#include "harness/rng.h"

#include <stddef.h>

// A block of rows fits the first-level cache: 4096 numbers, 32 KB. A chunk is what is picked at
// a time. Powers of two.
enum { PS_PICK_BLOCK = 4096, PS_PICK_CHUNK = 1024, PS_PICK_MAX_WIDTH = 4 };

typedef uint64_t PsPickLanes __attribute__((vector_size(64)));

// Eight xoshiro256++ generators side by side, and room for what they pick.
typedef struct {
    PsPickLanes state[4];
    PsPickLanes indices[PS_PICK_CHUNK * sizeof(uint16_t) / sizeof(PsPickLanes)];
} PsPicker;

void ps_picker_init(PsPicker *picker, uint64_t seed, uint64_t stream);

// n words of random bits, n a multiple of 8. words is aligned to 64 bytes.
void ps_picker_bits(PsPicker *picker, uint64_t *words, size_t n);

// Picks n of the first n_rows ≥ 1 rows of a block, each equally likely, and adds them to
// sums[width]. width is 1, 2 or 4; a block is [n_block_rows][width], n_block_rows a power of
// two at most 65536, and its rows from n_rows on are 0: where they are picked, nothing is added
// and another row is picked.
void ps_picker_add(PsPicker *picker,
                   const double *block,
                   size_t n_block_rows,
                   size_t n_rows,
                   size_t width,
                   size_t n,
                   double *sums);

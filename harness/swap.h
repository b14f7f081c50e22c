// Who gets whose parts when a modality is swapped: a derangement, drawn from a seed. Samples
// whose parts of those modalities are of the same kinds in the same order form a group; in it,
// all samples that share their parts (questions about one page) get the same other parts, and
// none gets parts that are its own. The same samples in the same order and seed give the same.
#pragma once

#include "harness/sample.h"

#include <stdint.h>

typedef struct PsSwap PsSwap;

// modalities: bits (1 << PsPartKind).
PsSwap *ps_swap_new(unsigned modalities);
void ps_swap_add(PsSwap *swap, const PsSample *sample); // copies what it needs
void ps_swap_draw(PsSwap *swap, uint64_t seed);         // when all were added
void ps_swap_free(PsSwap *swap);

// The parts that sample gets, one for each of its own; borrowed. NULL if there is nobody to
// swap with. Thread-safe once drawn.
const PsPart *ps_swap_find(const PsSwap *swap, const PsSample *sample, size_t *n_parts);

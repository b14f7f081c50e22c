// A bootstrap of whole sources for sums by group. Where there are many sources they are put
// together in blocks first, which resamples sums of independent sources and so the same spread.
#pragma once

#include "harness/verdict/audit/private.h"

#define PS_BLOCKS_MOST 4096

// Sums of pairs (numerator, denominator) by block of sources and group.
typedef struct {
    size_t n_blocks, n_groups;
    double *sums; // [n_blocks, n_groups, 2]
} PsBlocks;

// of_rows: the group of each of the rows that audit->data has, or PS_NO_KEY; stats[n_rows, 2]
// are summed where is_defined[n_rows].
PsBlocks ps_blocks_new(const PsTaskRows *rows,
                       const uint32_t *of_rows,
                       size_t n_groups,
                       const double *stats,
                       const bool *is_defined);
void ps_blocks_clear(PsBlocks *blocks);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsBlocks, ps_blocks_clear)

// Draws as many blocks as there are, with replacement, n_draws times: totals[n_draws,
// n_groups, 2]. Draw i is the same blocks for whatever is summed, so draws can be compared one
// by one. Several threads; the same result for any number of them. The caller's.
double *ps_blocks_draw(const PsBlocks *blocks, size_t n_draws, uint64_t seed);

// How many draws the size of blocks allows in about a second.
size_t ps_blocks_n_draws(const PsBlocks *blocks);

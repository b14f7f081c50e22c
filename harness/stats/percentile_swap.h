// The swap test: is a percentile of one system larger than another's on the same rows?
//
// If the two systems are exchangeable, each source's rows are as likely to have come the one
// way round as the other: all 2^n ways to swap the systems within sources are equally likely,
// and p is the share of them whose difference of percentiles reaches the observed one (Fisher
// 1935; Ernst 2004). That holds for any distribution and any number of sources, where a
// bootstrap's percentiles need many. Swaps are drawn, and the observed way counts among them,
// so p is never too small (Phipson and Smyth 2010). Differences that are whole numbers compare
// exactly.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double greater; // P(difference ≥ observed): small if second is larger beyond chance
    double less;    // P(difference ≤ observed)
    double least;   // the least that p could have been, from these sources and draws
} PsPercentileSwap;

// first, second: [n_rows], finite. clusters: [n_rows]: equal numbers stand together. n_rows
// ≥ 1. The same arguments give the same bits. Thread-safe.
PsPercentileSwap ps_percentile_swap(const double *first,
                                    const double *second,
                                    const uint32_t *clusters,
                                    size_t n_rows,
                                    double percentile,
                                    size_t n_draws,
                                    uint64_t seed);

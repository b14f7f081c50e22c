// The difference of a percentile between two systems that were given the same rows: a paired
// bootstrap that draws whole sources. A draw takes as many sources as there are, with
// replacement, and takes both systems' rows of them; its percentile is the nearest rank. The
// same arguments give the same bits; rows of a source must stand together. Thread-safe.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double first, second; // the percentile of each
    double low, high;     // 95 % of the draws' differences second - first
    double p_at_most_0; // (draws ≤ 0, and one) / (draws and one): p of "second is not larger"
    double p_at_least_0;
    double *differences; // [n_draws] ascending; the caller's
    size_t n_draws, n_clusters;
} PsPercentileDifference;

// first, second: [n_rows], finite. clusters: [n_rows]: equal numbers stand together. n_rows
// ≥ 1.
PsPercentileDifference ps_percentile_difference(const double *first,
                                                const double *second,
                                                const uint32_t *clusters,
                                                size_t n_rows,
                                                double percentile,
                                                size_t n_draws,
                                                uint64_t seed);
void ps_percentile_difference_clear(PsPercentileDifference *difference);

// The share of draws with a difference of at least (at most) bound, and one more of each: the
// p-value of the hypothesis that the true difference is at least (at most) bound.
double ps_percentile_difference_p_at_least(const PsPercentileDifference *difference,
                                           double bound);
double ps_percentile_difference_p_at_most(const PsPercentileDifference *difference,
                                          double bound);

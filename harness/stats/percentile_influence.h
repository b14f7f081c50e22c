// The difference of a percentile between two systems on the same rows, where there are too many
// for a bootstrap: each row moves a percentile by its influence, (p - [row ≤ percentile]) /
// density, so the difference is a sum over rows (Bahadur 1966), whose variance is that of its
// sums over sources. The density is the quotient of shares and values around the percentile, as
// wide as the share's own 95 % interval (Woodruff 1952). For thousands of rows; thread-safe.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double first, second; // the percentile of each
    double error;         // standard error of second - first; NAN for fewer than two sources
    size_t n_clusters;
} PsPercentileInfluence;

// first, second: [n_rows], finite. clusters: [n_rows]: equal numbers stand together. n_rows
// ≥ 1.
PsPercentileInfluence ps_percentile_influence(const double *first,
                                              const double *second,
                                              const uint32_t *clusters,
                                              size_t n_rows,
                                              double percentile);

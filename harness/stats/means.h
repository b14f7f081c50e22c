// Means, spreads and their standard errors. Pure functions, safe from any thread. A result that
// does not exist (too few values) is NAN, never a guess.
#pragma once

#include <stddef.h>
#include <stdint.h>

double ps_mean(const double *values, size_t n_values);

// Sample standard deviation, divisor n - 1. NAN for fewer than two values.
double ps_standard_deviation(const double *values, size_t n_values);

// Standard error of the mean of independent values: sd / √n. NAN for fewer than two values.
double ps_standard_error(const double *values, size_t n_values);

// Standard error of the mean of values that share sources: clusters[i] is the source of
// values[i].
//     √( C/(C-1) · Σ over clusters (Σ deviations from the mean)² ) / n
// as inspect_ai's stderr(cluster=…); Miller 2024 (arXiv 2411.00640) leaves out C/(C-1). NAN for
// fewer than two clusters. *n_clusters (may be NULL) is C; C - 1 are the degrees of freedom.
double ps_clustered_standard_error(const double *values,
                                   const uint32_t *clusters,
                                   size_t n_values,
                                   size_t *n_clusters);

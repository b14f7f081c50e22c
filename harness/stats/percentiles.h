// Percentiles by nearest rank. Pure functions, safe from any thread.
#pragma once

#include <stddef.h>

// The nearest rank of a percentile, 1 … n_values: ⌈n·p/100⌉, at least 1, in exact arithmetic
// with p to six decimals (in floating point, p99.9 of 1000 values comes out one rank too high).
// 0 if there are no values or percentile is not in 0 … 100.
size_t ps_percentile_rank(size_t n_values, double percentile);

// The value at that rank of ascending values.
double ps_percentile(const double *ascending, size_t n_values, double percentile);

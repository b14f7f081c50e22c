#include "harness/stats/percentiles.h"

#include <glib.h>
#include <math.h>
#include <stdint.h>

size_t ps_percentile_rank(size_t n_values, double percentile)
{
    if (n_values == 0 || !(percentile >= 0 && percentile <= 100)) return 0;
    // The percentile in millionths; n_values in whole hundreds of millions and the rest of
    // them, so that no product overflows.
    const uint64_t millionths = (uint64_t)llround(percentile * 1e6), whole = 100 * 1000000;
    const uint64_t hundreds = n_values / whole, rest = n_values % whole;
    const size_t rank = hundreds * millionths + (rest * millionths + whole - 1) / whole;
    return MAX(rank, 1);
}

double ps_percentile(const double *ascending, size_t n_values, double percentile)
{
    const size_t rank = ps_percentile_rank(n_values, percentile);
    return rank == 0 ? NAN : ascending[rank - 1];
}

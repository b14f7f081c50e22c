#include "harness/stats/percentile_influence.h"

#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"

#include <glib.h>
#include <math.h>

#define ROWS_LEAST 5 // on each side of the percentile, for its density

typedef struct {
    double value;   // the percentile
    double density; // of the rows there, a row's share per unit
} Percentile;

static Percentile percentile_of(const double *values, size_t n_rows, double percentile)
{
    g_autofree double *ascending = g_memdup2(values, n_rows * sizeof *values);
    ps_sort(ascending, n_rows);
    double n = (double)n_rows, share = percentile / 100;
    size_t place = ps_percentile_rank(n_rows, percentile) - 1;
    size_t reach = (size_t)fmax(ceil(1.96 * sqrt(n * share * (1 - share))), ROWS_LEAST);
    size_t low = place > reach ? place - reach : 0, high = MIN(place + reach, n_rows - 1);
    double width = ascending[high] - ascending[low];
    return (Percentile){.value = ascending[place],
                        .density = width > 0 ? (double)(high - low) / n / width : INFINITY};
}

// How much row i moves the percentile, times the number of rows.
static double influence(const Percentile *percentile, double value, double share)
{
    return (share - (value <= percentile->value)) / percentile->density;
}

PsPercentileInfluence ps_percentile_influence(const double *first,
                                              const double *second,
                                              const uint32_t *clusters,
                                              size_t n_rows,
                                              double percentile)
{
    const Percentile a = percentile_of(first, n_rows, percentile);
    const Percentile b = percentile_of(second, n_rows, percentile);
    double share = percentile / 100, squares = 0, sum = 0;
    PsPercentileInfluence result = {.first = a.value, .second = b.value};
    for (size_t i = 0; i < n_rows; i++) {
        if (i > 0 && clusters[i] != clusters[i - 1]) {
            squares += sum * sum;
            sum = 0;
            result.n_clusters++;
        }
        sum += influence(&b, second[i], share) - influence(&a, first[i], share);
    }
    squares += sum * sum;
    double c = (double)++result.n_clusters;
    result.error = c >= 2 ? sqrt(squares * c / (c - 1)) / (double)n_rows : NAN;
    return result;
}

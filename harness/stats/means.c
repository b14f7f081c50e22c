#include "harness/stats/means.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

// Two passes: the second takes off what rounding left in the first.
double ps_mean(const double *values, size_t n_values)
{
    if (n_values == 0) return NAN;
    double sum = 0, rest = 0;
    for (size_t i = 0; i < n_values; i++)
        sum += values[i];
    const double mean = sum / (double)n_values;
    if (!isfinite(mean)) return mean;
    for (size_t i = 0; i < n_values; i++)
        rest += values[i] - mean;
    return mean + rest / (double)n_values;
}

double ps_standard_deviation(const double *values, size_t n_values)
{
    if (n_values < 2) return NAN;
    const double mean = ps_mean(values, n_values);
    double squares = 0;
    for (size_t i = 0; i < n_values; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(n_values - 1));
}

double ps_standard_error(const double *values, size_t n_values)
{
    return ps_standard_deviation(values, n_values) / sqrt((double)n_values);
}

typedef struct {
    uint32_t cluster;
    uint32_t unused;
    double deviation;
} Deviation;

static int deviation_compare(const void *a, const void *b)
{
    const Deviation *first = a, *second = b;
    if (first->cluster != second->cluster) return first->cluster < second->cluster ? -1 : 1;
    return (first->deviation > second->deviation) - (first->deviation < second->deviation);
}

// Sorting costs n log n and needs no bound on the cluster numbers; by deviation within a
// cluster, so that the sums do not depend on the order of the rows.
double ps_clustered_standard_error(const double *values,
                                   const uint32_t *clusters,
                                   size_t n_values,
                                   size_t *n_clusters)
{
    const double mean = ps_mean(values, n_values);
    g_autofree Deviation *rows = g_new(Deviation, n_values);
    for (size_t i = 0; i < n_values; i++) {
        rows[i] = (Deviation){.cluster = clusters[i], .deviation = values[i] - mean};
    }
    if (n_values > 0) qsort(rows, n_values, sizeof *rows, deviation_compare);

    size_t count = 0;
    double squares = 0;
    for (size_t i = 0, end; i < n_values; i = end) {
        double sum = 0;
        for (end = i; end < n_values && rows[end].cluster == rows[i].cluster; end++) {
            sum += rows[end].deviation;
        }
        squares += sum * sum;
        count++;
    }
    if (n_clusters) *n_clusters = count;
    if (count < 2) return NAN;
    const double factor = (double)count / (double)(count - 1);
    return sqrt(factor * squares) / (double)n_values;
}

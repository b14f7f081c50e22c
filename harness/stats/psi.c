#include "harness/stats/psi.h"

#include "harness/stats/sort.h"

#include <glib.h>
#include <math.h>

// ---- The index

// Shares of reference and current in n_bins bins, and what stands in for a share of 0.
static double psi_of_shares(const double *reference,
                            double reference_floor,
                            const double *current,
                            double current_floor,
                            size_t n_bins)
{
    double psi = 0;
    for (size_t i = 0; i < n_bins; i++) {
        const double r = reference[i] == 0 ? reference_floor : reference[i];
        const double c = current[i] == 0 ? current_floor : current[i];
        psi += (r - c) * log(r / c);
    }
    return psi;
}

static void shares_of(const double *counts, size_t n_bins, double total, double *shares)
{
    for (size_t i = 0; i < n_bins; i++)
        shares[i] = counts[i] / total;
}

static double sum_of(const double *counts, size_t n_bins)
{
    double sum = 0;
    for (size_t i = 0; i < n_bins; i++)
        sum += counts[i];
    return sum;
}

double
ps_psi_counts(const double *reference, const double *current, size_t n_bins, double floor)
{
    const double n_reference = sum_of(reference, n_bins), n_current = sum_of(current, n_bins);
    if (!(n_reference > 0 && n_current > 0)) return NAN;
    g_autofree double *shares = g_new(double, 2 * n_bins);
    shares_of(reference, n_bins, n_reference, shares);
    shares_of(current, n_bins, n_current, shares + n_bins);
    return psi_of_shares(shares, floor, shares + n_bins, floor, n_bins);
}

double ps_psi_expected(size_t n_bins, size_t n_reference, size_t n_current)
{
    return ((double)n_bins - 1) * (1 / (double)n_reference + 1 / (double)n_current);
}

// ---- Samples

typedef struct {
    double *sorted;  // ascending, without NAN
    size_t n_values; // in sorted
    size_t n_rows;   // with NAN
} Sample;

static Sample sample_sort(const double *values, size_t n_rows)
{
    Sample sample = {.sorted = g_new(double, n_rows + 1), .n_rows = n_rows};
    for (size_t i = 0; i < n_rows; i++) {
        if (!isnan(values[i])) sample.sorted[sample.n_values++] = values[i];
    }
    ps_sort(sample.sorted, sample.n_values);
    return sample;
}

static void sample_clear(Sample *sample)
{
    g_free(sample->sorted);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sample, sample_clear)

// Whether there are values, and all of them are finite.
static bool sample_is_finite(const Sample *sample)
{
    return sample->n_values > 0 && sample->n_values == sample->n_rows
           && isfinite(sample->sorted[0]) && isfinite(sample->sorted[sample->n_values - 1]);
}

static size_t sample_count_distinct(const Sample *sample)
{
    size_t n_distinct = 0;
    for (size_t i = 0; i < sample->n_values; i++)
        n_distinct += i == 0 || sample->sorted[i] != sample->sorted[i - 1];
    return n_distinct;
}

// How many values are in [edges[i], edges[i+1]); the last bin has its upper edge too.
static void
sample_count_between(const Sample *sample, const double *edges, size_t n_bins, double *counts)
{
    size_t next = 0;
    for (size_t bin = 0; bin + 1 < n_bins; bin++) {
        const size_t first = next;
        while (next < sample->n_values && sample->sorted[next] < edges[bin + 1])
            next++;
        counts[bin] = (double)(next - first);
    }
    counts[n_bins - 1] = (double)(sample->n_values - next);
}

// How many values equal each of the ascending values, which are all there are.
static void
sample_count_values(const Sample *sample, const double *values, size_t n_bins, double *counts)
{
    size_t next = 0;
    for (size_t bin = 0; bin < n_bins; bin++) {
        const size_t first = next;
        while (next < sample->n_values && sample->sorted[next] == values[bin])
            next++;
        counts[bin] = (double)(next - first);
    }
}

// ---- Quantile bins

// The quantile of rank (n-1)·share, rounded as numpy rounds it, so that a value that is an edge
// falls into the same bin.
static double sample_quantile(const Sample *sample, double share)
{
    const size_t last = sample->n_values - 1;
    const double rank = share * (double)last;
    const size_t below = MIN((size_t)rank, last), above = MIN(below + 1, last);
    const double part = rank - (double)below, low = sample->sorted[below];
    const double high = sample->sorted[above];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

// Fills edges[n_bins + 1]; returns how many bins they make.
static size_t quantile_edges(const Sample *sample, size_t n_bins, double *edges)
{
    const double step = 1 / (double)n_bins;
    size_t n_edges = 0;
    edges[n_edges++] = -INFINITY;
    for (size_t i = 1; i < n_bins; i++) {
        const double edge = sample_quantile(sample, (double)i * step);
        if (edge > edges[n_edges - 1]) edges[n_edges++] = edge;
    }
    edges[n_edges] = INFINITY;
    return n_edges;
}

double ps_psi_quantiles(const double *reference,
                        size_t n_reference,
                        const double *current,
                        size_t n_current,
                        size_t n_bins,
                        double floor,
                        size_t *n_used)
{
    g_auto(Sample) old = sample_sort(reference, n_reference);
    g_auto(Sample) new = sample_sort(current, n_current);
    if (!sample_is_finite(&old) || !sample_is_finite(&new)) return NAN;
    g_autofree double *edges = g_new(double, n_bins + 1);
    const size_t n_edges = quantile_edges(&old, n_bins, edges);
    g_autofree double *counts = g_new(double, 2 * n_edges);
    sample_count_between(&old, edges, n_edges, counts);
    sample_count_between(&new, edges, n_edges, counts + n_edges);
    if (n_used) *n_used = n_edges;
    return ps_psi_counts(counts, counts + n_edges, n_edges, floor);
}

// ---- Bins as evidently makes them

enum { MOST_VALUES_APART = 20 };

static double smallest_share_floor(const double *shares, size_t n_bins)
{
    double smallest = INFINITY;
    for (size_t i = 0; i < n_bins; i++) {
        if (shares[i] > 0) smallest = fmin(smallest, shares[i]);
    }
    return smallest <= PS_PSI_FLOOR ? smallest / 1e6 : PS_PSI_FLOOR;
}

// From counts; the shares are of all rows, with those that are missing.
static double psi_evidently(const Sample *old,
                            const double *old_counts,
                            const Sample *new,
                            const double *new_counts,
                            size_t n_bins)
{
    g_autofree double *r = g_new(double, n_bins), *c = g_new(double, n_bins);
    shares_of(old_counts, n_bins, (double)old->n_rows, r);
    shares_of(new_counts, n_bins, (double)new->n_rows, c);
    return psi_of_shares(r, smallest_share_floor(r, n_bins), c, smallest_share_floor(c, n_bins),
                         n_bins);
}

// The distinct values of both, ascending, in merged; returns how many.
static size_t values_merge(const Sample *a, const Sample *b, double *merged)
{
    size_t n_merged = 0;
    for (size_t i = 0, j = 0; i < a->n_values || j < b->n_values;) {
        const bool take_a =
            j == b->n_values || (i < a->n_values && a->sorted[i] <= b->sorted[j]);
        const double value = take_a ? a->sorted[i++] : b->sorted[j++];
        if (n_merged == 0 || value != merged[n_merged - 1]) merged[n_merged++] = value;
    }
    return n_merged;
}

static double psi_by_value(const Sample *old, const Sample *new)
{
    g_autofree double *values = g_new(double, old->n_values + new->n_values);
    const size_t n_bins = values_merge(old, new, values);
    g_autofree double *counts = g_new(double, 2 * n_bins);
    sample_count_values(old, values, n_bins, counts);
    sample_count_values(new, values, n_bins, counts + n_bins);
    return psi_evidently(old, counts, new, counts + n_bins, n_bins);
}

// Sturges' rule: as many bins as log2 n + 1 widths cover, rounded up.
static double psi_equal_widths(const Sample *old, const Sample *new)
{
    if (!sample_is_finite(old) || !sample_is_finite(new)) return NAN;
    const double low = fmin(old->sorted[0], new->sorted[0]);
    const double high = fmax(old->sorted[old->n_values - 1], new->sorted[new->n_values - 1]);
    const double width = (high - low) / (log2((double)(old->n_rows + new->n_rows)) + 1);
    if (!(width > 0) || isinf(width)) return NAN;
    const size_t n_bins = (size_t)ceil((high - low) / width);
    g_autofree double *edges = g_new(double, n_bins + 1);
    for (size_t i = 0; i < n_bins; i++)
        edges[i] = low + (double)i * ((high - low) / (double)n_bins);
    edges[n_bins] = high;
    g_autofree double *counts = g_new(double, 2 * n_bins);
    sample_count_between(old, edges, n_bins, counts);
    sample_count_between(new, edges, n_bins, counts + n_bins);
    return psi_evidently(old, counts, new, counts + n_bins, n_bins);
}

double ps_psi_evidently(const double *reference,
                        size_t n_reference,
                        const double *current,
                        size_t n_current,
                        bool are_categories)
{
    g_auto(Sample) old = sample_sort(reference, n_reference);
    g_auto(Sample) new = sample_sort(current, n_current);
    if (old.n_values == 0 || new.n_values == 0) return NAN;
    if (are_categories || sample_count_distinct(&old) <= MOST_VALUES_APART) {
        return psi_by_value(&old, &new);
    }
    return psi_equal_widths(&old, &new);
}

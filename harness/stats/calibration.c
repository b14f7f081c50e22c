#include "harness/stats/calibration.h"

#include "harness/stats/sort.h"

#include <glib.h>
#include <math.h>
#include <stdint.h>

static const size_t no_bin = SIZE_MAX;

// ---- Bins

// While rows are added, confidence and accuracy are sums.
static void bin_add(PsReliabilityBin *bin, double confidence, double correct)
{
    bin->n_rows++;
    bin->confidence += confidence;
    bin->accuracy += correct;
}

static void bins_clear(PsReliabilityBin *bins, size_t n_bins)
{
    for (size_t i = 0; i < n_bins; i++)
        bins[i] = (PsReliabilityBin){0};
}

// From sums to means; returns how many rows there are.
static size_t bins_finish(PsReliabilityBin *bins, size_t n_bins)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n_bins; i++) {
        n_rows += bins[i].n_rows;
        bins[i].confidence /= (double)bins[i].n_rows;
        bins[i].accuracy /= (double)bins[i].n_rows;
    }
    return n_rows;
}

static double edge(size_t k, size_t n_bins)
{
    return (double)k / (double)n_bins;
}

// The product only says where to look: rounding can put it on the other side of an edge.
static size_t bin_right_closed(double confidence, size_t n_bins)
{
    if (!(confidence > 0 && confidence <= 1)) return no_bin;
    size_t bin = MIN((size_t)(confidence * (double)n_bins), n_bins - 1);
    while (confidence > edge(bin + 1, n_bins))
        bin++;
    while (confidence <= edge(bin, n_bins))
        bin--;
    return bin;
}

static size_t bin_left_closed(double confidence, size_t n_bins)
{
    if (!(confidence >= 0)) return no_bin;
    if (confidence >= 1) return n_bins;
    size_t bin = MIN((size_t)(confidence * (double)n_bins), n_bins - 1);
    while (confidence >= edge(bin + 1, n_bins))
        bin++;
    while (confidence < edge(bin, n_bins))
        bin--;
    return bin;
}

size_t ps_reliability_bins(const double *confidence,
                           const double *correct,
                           size_t n_rows,
                           PsReliabilityBin *bins,
                           size_t n_bins)
{
    bins_clear(bins, n_bins);
    for (size_t i = 0; i < n_rows; i++) {
        const size_t bin = bin_right_closed(confidence[i], n_bins);
        if (bin != no_bin) bin_add(&bins[bin], confidence[i], correct[i]);
    }
    return bins_finish(bins, n_bins);
}

size_t ps_reliability_bins_left_closed(const double *confidence,
                                       const double *correct,
                                       size_t n_rows,
                                       PsReliabilityBin *bins,
                                       size_t n_bins)
{
    bins_clear(bins, n_bins + 1);
    for (size_t i = 0; i < n_rows; i++) {
        const size_t bin = bin_left_closed(confidence[i], n_bins);
        if (bin != no_bin) bin_add(&bins[bin], confidence[i], correct[i]);
    }
    return bins_finish(bins, n_bins + 1);
}

// ---- Bins of equal mass

// Sorted, without NAN; *n_rows becomes how many there are.
static PsPair *rows_sorted(const double *confidence, const double *correct, size_t *n_rows)
{
    PsPair *rows = g_new(PsPair, *n_rows);
    size_t n_kept = 0;
    for (size_t i = 0; i < *n_rows; i++) {
        if (!isnan(confidence[i])) rows[n_kept++] = (PsPair){confidence[i], correct[i]};
    }
    *n_rows = n_kept;
    ps_sort_pairs(rows, n_kept);
    return rows;
}

// Upper edges, ascending and different; the last bin's is 1. Returns how many.
static size_t mass_edges(const PsPair *rows, size_t n_rows, double *edges, size_t n_runs)
{
    const size_t length = n_rows / n_runs, n_longer = n_rows % n_runs;
    size_t n_edges = 0;
    for (size_t run = 1; run <= n_runs; run++) {
        const size_t start = run * length + MIN(run, n_longer);
        const double upper = run == n_runs ? 1 : (rows[start - 1].key + rows[start].key) / 2;
        if (n_edges == 0 || upper > edges[n_edges - 1]) edges[n_edges++] = upper;
    }
    return n_edges;
}

size_t ps_reliability_bins_equal_mass(const double *confidence,
                                      const double *correct,
                                      size_t n_rows,
                                      PsReliabilityBin *bins,
                                      size_t n_bins)
{
    g_autofree PsPair *rows = rows_sorted(confidence, correct, &n_rows);
    if (n_rows == 0 || n_bins == 0) return 0;
    const size_t n_runs = MIN(n_bins, n_rows);
    g_autofree double *edges = g_new(double, n_runs);
    const size_t n_edges = mass_edges(rows, n_rows, edges, n_runs);
    bins_clear(bins, n_edges);
    for (size_t i = 0, bin = 0; i < n_rows; i++) {
        while (bin + 1 < n_edges && rows[i].key > edges[bin])
            bin++;
        bin_add(&bins[bin], rows[i].key, rows[i].value);
    }
    bins_finish(bins, n_edges);
    return n_edges;
}

// ---- Errors. 0 / 0 is NAN.

PsCalibrationError
ps_calibration_error(const PsReliabilityBin *bins, size_t n_bins, size_t n_rows)
{
    PsCalibrationError error = {0};
    for (size_t i = 0; i < n_bins; i++) {
        if (bins[i].n_rows == 0) continue;
        const double gap = fabs(bins[i].confidence - bins[i].accuracy);
        const double share = (double)bins[i].n_rows / (double)n_rows;
        error.expected += share * gap;
        error.maximum = fmax(error.maximum, gap);
        error.root_mean_square += share * gap * gap;
    }
    error.root_mean_square = sqrt(error.root_mean_square);
    return error;
}

double ps_brier(const double *probabilities,
                const double *outcomes,
                const double *weights,
                size_t n_rows)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const double miss = probabilities[i] - outcomes[i], weight = weights ? weights[i] : 1;
        sum += weight * miss * miss;
        total += weight;
    }
    return sum / total;
}

double ps_brier_classes(const double *probabilities,
                        const size_t *labels,
                        size_t n_rows,
                        size_t n_classes)
{
    double sum = 0;
    for (size_t row = 0; row < n_rows; row++) {
        for (size_t class = 0; class < n_classes; class ++) {
            const double miss = probabilities[row * n_classes + class] - (labels[row] == class);
            sum += miss * miss;
        }
    }
    return sum / (double)n_rows;
}

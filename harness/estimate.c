// Numbered as in docs/truth.md:
// 1. A ratio is linearised: row i contributes the residual stats[0] - value * stats[1], and the
//    squared cluster sums of the residuals give the variance (Taylor series; Woodruff 1971).
//    Of a function of sums (BLEU) row i contributes along the gradient at the sums.
// 2. Values in 0-1 get a Wilson interval at the effective sample size p(1-p)/variance, shrunk
// by
//    (z/t)² for the degrees of freedom (Korn and Graubard 1998; Dean and Pagano 2015).
// 3. Rows that are all alike have no variance to measure: each cluster counts as one trial.
// 4. Unbounded ratios get value ± t · standard error, cut at 0.
//    Rows whose sums are all 0 (an answer "no" in the precision of "yes") are no trials of
//    either kind and do not count.
//    The root of a ratio is linearised once more: residuals are divided by twice the value.
// 5. A percentile is inverted from an interval for its own share (Woodruff 1952). Where even
// the
//    extreme row is not surely beyond it, there is no interval.
#include "harness/estimate.h"

#include "harness/estimate_pooled.h"

#include "harness/stats/distributions.h"
#include "harness/stats/intervals.h"
#include "harness/stats/means.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

typedef struct {
    size_t n_clusters;
    double variance; // of the sum of the contributions; NAN for fewer than two clusters
} ClusterSpread;

// Clusters that ascend: each is one stretch of rows.
static ClusterSpread spread_of_stretches(const PsRows *rows, const double *contributions)
{
    ClusterSpread spread = {0};
    for (size_t i = 0, end; i < rows->n_rows; i = end) {
        double sum = 0;
        for (end = i; end < rows->n_rows && rows->clusters[end] == rows->clusters[i]; end++)
            sum += contributions[end];
        spread.variance += sum * sum;
        spread.n_clusters++;
    }
    return spread;
}

static ClusterSpread
spread_of_slots(const PsRows *rows, const double *contributions, uint32_t least, uint32_t most)
{
    size_t n_slots = (size_t)most - least + 1;
    g_autofree double *sums = g_new0(double, n_slots);
    g_autofree bool *is_there = g_new0(bool, n_slots);
    ClusterSpread spread = {0};
    for (size_t i = 0; i < rows->n_rows; i++) {
        size_t slot = rows->clusters[i] - least;
        sums[slot] += contributions[i];
        spread.n_clusters += !is_there[slot];
        is_there[slot] = true;
    }
    for (size_t slot = 0; slot < n_slots; slot++)
        spread.variance += sums[slot] * sums[slot];
    return spread;
}

// Sums contributions [n_rows], whose mean is 0, within clusters and squares the sums.
static ClusterSpread cluster_spread(const PsRows *rows, const double *contributions)
{
    bool is_ascending = true;
    uint32_t least = UINT32_MAX, most = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        is_ascending = is_ascending && rows->clusters[i] >= most;
        least = MIN(least, rows->clusters[i]);
        most = MAX(most, rows->clusters[i]);
    }
    ClusterSpread spread = is_ascending ? spread_of_stretches(rows, contributions)
                                        : spread_of_slots(rows, contributions, least, most);
    double c = (double)spread.n_clusters;
    spread.variance = c >= 2 ? spread.variance * c / (c - 1) : NAN;
    return spread;
}

static bool set_interval(PsEstimate *estimate, double low, double high, const char *method)
{
    estimate->has_interval = true;
    estimate->low = low;
    estimate->high = high;
    estimate->method = method;
    return true;
}

// centre ± t · error, cut to least … most, with the value inside.
static void set_t_interval(PsEstimate *estimate,
                           double centre,
                           double error,
                           double least,
                           double most,
                           const char *method)
{
    estimate->centre = centre;
    estimate->error = error;
    estimate->df = MAX((double)estimate->n_clusters - 1, 1);
    PsInterval interval = ps_t_interval(centre, error, estimate->df, CONFIDENCE);
    set_interval(estimate, MAX(MIN(interval.low, estimate->value), least),
                 MIN(MAX(interval.high, estimate->value), most), method);
}

double ps_estimate_p_at_most(const PsEstimate *estimate, double bound)
{
    if (!estimate->is_defined || !(estimate->error > 0)) return NAN;
    return ps_t_cdf((bound - estimate->centre) / estimate->error, estimate->df);
}

double ps_estimate_p_at_least(const PsEstimate *estimate, double bound)
{
    if (!estimate->is_defined || !(estimate->error > 0)) return NAN;
    return ps_t_cdf((estimate->centre - bound) / estimate->error, estimate->df);
}

// ---- ratios

// Rows that say something, of one system or of a pair of them; owned where rows were dropped.
typedef struct {
    PsRows first, second;
    double *first_stats, *second_stats;
    uint32_t *clusters;
} Telling;

static void telling_clear(Telling *telling)
{
    g_free(telling->first_stats);
    g_free(telling->second_stats);
    g_free(telling->clusters);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_clear)

static bool is_telling(const PsRows *rows, size_t i, size_t n_stats)
{
    const double *row = rows->stats + i * n_stats;
    for (size_t s = 0; s < n_stats; s++)
        if (row[s] != 0) return true;
    return false;
}

// second may be NULL. Copies only if there is a row to drop, which most metrics never have.
static Telling telling_rows(const PsRows *first, const PsRows *second, size_t n_stats)
{
    const PsRows *other = second != NULL ? second : first;
    Telling telling = {.first = *first, .second = *other};
    size_t n = 0, n_rows = first->n_rows;
    for (size_t i = 0; i < n_rows; i++)
        n += is_telling(first, i, n_stats) || is_telling(other, i, n_stats);
    if (n == n_rows) return telling;
    telling.first_stats = g_new0(double, n *n_stats + 1);
    telling.second_stats = g_new0(double, n *n_stats + 1);
    telling.clusters = g_new0(uint32_t, n + 1);
    size_t at = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (!is_telling(first, i, n_stats) && !is_telling(other, i, n_stats)) continue;
        for (size_t s = 0; s < n_stats; s++) {
            telling.first_stats[at * n_stats + s] = first->stats[i * n_stats + s];
            telling.second_stats[at * n_stats + s] = other->stats[i * n_stats + s];
        }
        telling.clusters[at++] = first->clusters[i];
    }
    telling.first =
        (PsRows){.n_rows = n, .stats = telling.first_stats, .clusters = telling.clusters};
    telling.second =
        (PsRows){.n_rows = n, .stats = telling.second_stats, .clusters = telling.clusters};
    return telling;
}

// Rounding leaves a variance of 1e-34 where all rows are alike.
static bool is_nothing(double variance)
{
    return !(variance > 1e-24);
}

static double shrinkage(size_t n_clusters)
{
    double t = ps_t_quantile(0.5 + CONFIDENCE / 2, (double)n_clusters - 1);
    double z = ps_normal_quantile(0.5 + CONFIDENCE / 2);
    return z * z / (t * t);
}

static void unit_interval(PsEstimate *estimate, bool is_binary, double variance)
{
    double p = estimate->value, n = (double)estimate->n_clusters;
    const char *method = "Wilson, one trial a cluster";
    if (is_binary && estimate->n_clusters == estimate->n) {
        method = "Wilson";
    } else if (!is_nothing(variance)) {
        n = p * (1 - p) / variance * shrinkage(estimate->n_clusters);
        if (is_binary) n = MIN(n, (double)estimate->n);
        method = "Wilson at effective n, clustered";
    }
    estimate->n_effective = n;
    PsInterval interval = ps_wilson(p * n, n, CONFIDENCE);
    set_interval(estimate, MIN(interval.low, p), MAX(interval.high, p), method);
}

// The value that a metric makes of a ratio, and how steeply it follows it.
static double value_of(const PsMetric *metric, double ratio)
{
    return metric->form == PS_FORM_ROOT ? sqrt(ratio) : ratio;
}

static double slope_at(const PsMetric *metric, double ratio)
{
    return metric->form == PS_FORM_ROOT && ratio > 0 ? 1 / (2 * sqrt(ratio)) : 1;
}

static void positive_interval(PsEstimate *estimate, double variance)
{
    if (!is_nothing(variance)) {
        set_t_interval(estimate, estimate->value, sqrt(variance), 0, INFINITY, "t, clustered");
    } else if (estimate->value == 0) {
        PsInterval none = ps_wilson(0, (double)estimate->n_clusters, CONFIDENCE);
        set_interval(estimate, 0, none.high, "Wilson, no error in any cluster");
    } else {
        estimate->method = "no interval: fewer than two different clusters";
    }
}

static bool
sum_ratio(const PsRows *rows, size_t n_stats, double *numerator, double *denominator)
{
    *numerator = *denominator = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        *numerator += rows->stats[i * n_stats];
        *denominator += rows->stats[i * n_stats + 1];
    }
    return rows->n_rows > 0 && *denominator > 0;
}

// Sets the value of rows and what each contributes to its error [n_rows], NULL if it has none.
static double *linearise_ratio(const PsMetric *metric, const PsRows *rows, double *value)
{
    const size_t n_stats = (size_t)metric->n_stats;
    double numerator, denominator;
    if (!sum_ratio(rows, n_stats, &numerator, &denominator)) return NULL;
    const double ratio = numerator / denominator, slope = slope_at(metric, ratio);
    *value = value_of(metric, ratio);
    double *residuals = g_new0(double, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows; i++) {
        const double *row = rows->stats + i * n_stats;
        residuals[i] = slope * (row[0] - ratio * row[1]) / denominator;
    }
    return residuals;
}

// The same along the gradient at the sums.
static double *linearise_sums(const PsMetric *metric, const PsRows *rows, double *value)
{
    const size_t n_stats = (size_t)metric->n_stats;
    double sums[PS_METRIC_MAX_STATS] = {0}, gradient[PS_METRIC_MAX_STATS], mean = 0;
    for (size_t i = 0; i < rows->n_rows; i++)
        for (size_t s = 0; s < n_stats; s++)
            sums[s] += rows->stats[i * n_stats + s];
    *value = rows->n_rows > 0 ? metric->of_sums(sums, gradient) : NAN;
    if (isnan(*value)) return NULL;
    double *residuals = g_new0(double, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows; i++)
        for (size_t s = 0; s < n_stats; s++)
            residuals[i] += gradient[s] * rows->stats[i * n_stats + s];
    for (size_t i = 0; i < rows->n_rows; i++)
        mean += residuals[i] / (double)rows->n_rows;
    for (size_t i = 0; i < rows->n_rows; i++)
        residuals[i] -= mean;
    return residuals;
}

static double *linearise(const PsMetric *metric, const PsRows *rows, double *value)
{
    return metric->form == PS_FORM_SUMS ? linearise_sums(metric, rows, value)
                                        : linearise_ratio(metric, rows, value);
}

static PsEstimate estimate_smooth(const PsMetric *metric, const PsRows *all_rows)
{
    g_auto(Telling) telling = telling_rows(all_rows, NULL, (size_t)metric->n_stats);
    const PsRows *rows = &telling.first;
    PsEstimate estimate = {.n = rows->n_rows, .method = "", .error = NAN};
    double value;
    g_autofree double *residuals = linearise(metric, rows, &value);
    if (residuals == NULL) return estimate;
    estimate.is_defined = true;
    estimate.value = value;
    ClusterSpread spread = cluster_spread(rows, residuals);
    estimate.n_clusters = spread.n_clusters;
    if (metric->range == PS_RANGE_POSITIVE)
        positive_interval(&estimate, spread.variance);
    else
        unit_interval(&estimate, metric->range == PS_RANGE_BINARY, spread.variance);
    return estimate;
}

// ---- percentiles

// Effective number of rows for the share of rows that are at most value.
static double
effective_rows(const PsRows *rows, size_t n_stats, double value, size_t *n_clusters)
{
    double share = 0, n = (double)rows->n_rows;
    g_autofree double *residuals = g_new(double, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows; i++)
        share += rows->stats[i * n_stats] <= value;
    share /= n;
    for (size_t i = 0; i < rows->n_rows; i++)
        residuals[i] = ((rows->stats[i * n_stats] <= value) - share) / n;
    ClusterSpread spread = cluster_spread(rows, residuals);
    *n_clusters = spread.n_clusters;
    if (spread.n_clusters == rows->n_rows) return n;
    if (is_nothing(spread.variance)) return (double)spread.n_clusters;
    return MIN(n, share * (1 - share) / spread.variance * shrinkage(spread.n_clusters));
}

static void
percentile_interval(PsEstimate *estimate, double share, double n, const double *ascending)
{
    double tail = (1 - CONFIDENCE) / 2;
    if (pow(share, n) > tail || pow(1 - share, n) > tail) {
        estimate->method = "no interval: too few rows for this percentile";
        return;
    }
    PsInterval shares = ps_clopper_pearson(share * n, n, CONFIDENCE);
    set_interval(estimate, ps_percentile(ascending, estimate->n, 100 * shares.low),
                 ps_percentile(ascending, estimate->n, 100 * shares.high), "Woodruff");
}

static PsEstimate estimate_percentile(const PsMetric *metric, const PsRows *rows)
{
    PsEstimate estimate = {.n = rows->n_rows, .method = "", .error = NAN};
    if (rows->n_rows == 0) return estimate;
    size_t n_stats = (size_t)metric->n_stats;
    g_autofree double *ascending = g_new(double, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows; i++)
        ascending[i] = rows->stats[i * n_stats];
    ps_sort(ascending, rows->n_rows);
    estimate.is_defined = true;
    estimate.value = ps_percentile(ascending, rows->n_rows, metric->percentile);
    double n = effective_rows(rows, n_stats, estimate.value, &estimate.n_clusters);
    percentile_interval(&estimate, metric->percentile / 100, n, ascending);
    return estimate;
}

PsEstimate ps_estimate(const PsMetric *metric, const PsRows *rows)
{
    if (metric->form == PS_FORM_POOLED) return ps_pooled_estimate(metric, rows);
    return metric->form == PS_FORM_PERCENTILE ? estimate_percentile(metric, rows)
                                              : estimate_smooth(metric, rows);
}

// ---- paired differences

// Agresti and Min (2005) add half a pair to each cell of the table of pairs of two shares, and
// so keep the interval honest where few pairs differ or all of them do. Here a cluster is a
// pair, its z the share that it has in the difference, value the mean of the z, and what is
// added are two halves of a pair that differs by ± reach: the whole range, 1, for shares.
static void
add_pairs(PsEstimate *estimate, double variance, double reach, double most, const char *method)
{
    double c = (double)estimate->n_clusters, value = estimate->value;
    double spread = c >= 2 ? variance * c * (c - 1) : 0; // sum of (z - value)²
    double mean = c * value / (c + 2);
    double squares = spread + c * value * value + reach * reach - (c + 2) * mean * mean;
    double error = sqrt(MAX(squares, 0)) / (c + 2);
    set_t_interval(estimate, mean, error, -most, most, method);
}

// The largest value of a row of either system, 1 if all are 0: what one more source could
// differ by.
static double largest_value(const PsRows *first, const PsRows *second, size_t n_stats)
{
    double largest = 0;
    const PsRows *const both[] = {first, second};
    for (size_t s = 0; s < G_N_ELEMENTS(both); s++)
        for (size_t i = 0; i < both[s]->n_rows; i++) {
            const double *row = both[s]->stats + i * n_stats;
            if (row[1] > 0) largest = MAX(largest, fabs(row[0] / row[1]));
        }
    return largest > 0 ? largest : 1;
}

// By how much of the mean one pair can differ: 1 for shares, more where few rows bear all of
// the denominator.
static double share_reach(const PsEstimate *estimate,
                          const PsRows *first,
                          const PsRows *second,
                          size_t n_stats)
{
    const PsRows *const both[] = {first, second};
    double largest = 0, least = INFINITY;
    for (size_t s = 0; s < G_N_ELEMENTS(both); s++) {
        double sum = 0;
        for (size_t i = 0; i < both[s]->n_rows; i++) {
            largest = MAX(largest, both[s]->stats[i * n_stats + 1]);
            sum += both[s]->stats[i * n_stats + 1];
        }
        least = MIN(least, sum);
    }
    return MAX(1, (double)estimate->n_clusters * largest / least);
}

static void difference_interval(PsEstimate *estimate,
                                const PsMetric *metric,
                                double variance,
                                const PsRows *first,
                                const PsRows *second)
{
    const PsRange range = metric->range;
    const size_t n_stats = (size_t)metric->n_stats;
    if (estimate->n_clusters < 2 && range == PS_RANGE_POSITIVE)
        estimate->method = "no interval: one source";
    else if (range != PS_RANGE_POSITIVE)
        add_pairs(estimate, variance,
                  metric->form == PS_FORM_SUMS ? 1
                                               : share_reach(estimate, first, second, n_stats),
                  1, "Agresti-Min, paired, clustered");
    else if (is_nothing(variance))
        add_pairs(estimate, 0, largest_value(first, second, n_stats), INFINITY,
                  "Agresti-Min, all pairs differ alike");
    else
        set_t_interval(estimate, estimate->value, sqrt(variance), -INFINITY, INFINITY,
                       "t, paired, clustered");
}

PsEstimate ps_estimate_difference(const PsMetric *metric,
                                  const PsRows *all_first,
                                  const PsRows *all_second)
{
    PsEstimate estimate = {.n = all_first->n_rows, .method = "", .error = NAN};
    if (metric->form == PS_FORM_PERCENTILE) return estimate;
    if (metric->form == PS_FORM_POOLED)
        return ps_pooled_difference(metric, all_first, all_second);
    g_auto(Telling) telling = telling_rows(all_first, all_second, (size_t)metric->n_stats);
    const PsRows *first = &telling.first, *second = &telling.second;
    double values[2];
    estimate.n = first->n_rows;
    g_autofree double *before = linearise(metric, first, &values[0]);
    g_autofree double *residuals = linearise(metric, second, &values[1]);
    if (before == NULL || residuals == NULL) return estimate;
    estimate.is_defined = true;
    estimate.value = values[1] - values[0];
    for (size_t i = 0; i < first->n_rows; i++)
        residuals[i] -= before[i];
    ClusterSpread spread = cluster_spread(first, residuals);
    estimate.n_clusters = spread.n_clusters;
    difference_interval(&estimate, metric, spread.variance, first, second);
    return estimate;
}

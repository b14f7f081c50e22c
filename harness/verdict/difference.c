// Numbered as in docs/truth.md:
// 7. Two systems are compared on the rows where both have a value. "Worse at all" is tested by
//    flipping the sign of each source's difference: exact under the hypothesis that the two
//    systems are exchangeable, whatever the scores are and however they are clustered.
// 8. Ratios whose denominators differ between the systems are linearised around the pooled
// ratio,
//    so that a source's difference is a sum over its rows.
// 9. "Worse by at least the margin" is tested with the t distribution of the paired interval.
// 10. A percentile is compared by a paired bootstrap of sources, or, where there are many, by
// the
//     influence of each source on it. "Worse at all" swaps the systems within sources, or,
//     where there are many, is rule 7 on the rows beyond the percentile of both systems' rows
//     together.
#include "harness/verdict/difference.h"

#include "harness/stats/intervals.h"
#include "harness/stats/means.h"
#include "harness/stats/percentile_difference.h"
#include "harness/stats/percentile_influence.h"
#include "harness/stats/percentile_swap.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sign_flip.h"
#include "harness/stats/sort.h"

#include <math.h>
#include <string.h>

#define SEED 20261126u    // of draws: the same runs give the same verdicts
#define SOURCES_MOST 4000 // for drawing
#define DRAWS_LEAST 1000
#define DRAWS_MOST 10000
#define DRAWS_OF_SOURCES 4000000 // all draws together take so many sources

// The rows where both systems have a value.
typedef struct {
    size_t n_rows, n_stats;
    double *first, *second; // [n_rows, n_stats]
    uint32_t *clusters;     // [n_rows] ascending
    GBytes **first_records,
        **second_records; // [n_rows], borrowed, of a pooled metric; else NULL
} Pairs;

static void pairs_clear(Pairs *pairs)
{
    g_free(pairs->first);
    g_free(pairs->second);
    g_free(pairs->clusters);
    g_free(pairs->first_records);
    g_free(pairs->second_records);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pairs, pairs_clear)

static Pairs pairs_gather(PsDifference *difference,
                          const PsStatColumn *first,
                          const PsStatColumn *second,
                          const uint32_t *clusters,
                          const uint32_t *rows,
                          size_t n_rows)
{
    size_t n_stats = (size_t)first->metric->n_stats;
    Pairs pairs = {.n_stats = n_stats,
                   .first = g_new(double, n_rows *n_stats),
                   .second = g_new(double, n_rows *n_stats),
                   .clusters = g_new(uint32_t, n_rows)};
    const bool is_pooled = first->records != NULL && second->records != NULL;
    if (is_pooled) pairs.first_records = g_new(GBytes *, n_rows);
    if (is_pooled) pairs.second_records = g_new(GBytes *, n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        size_t row = rows[i], at = pairs.n_rows * n_stats;
        difference->n_only_first += first->is_defined[row] && !second->is_defined[row];
        difference->n_only_second += !first->is_defined[row] && second->is_defined[row];
        if (!first->is_defined[row] || !second->is_defined[row]) continue;
        ps_copy_stats(pairs.first + at, first->stats + row * n_stats, n_stats);
        ps_copy_stats(pairs.second + at, second->stats + row * n_stats, n_stats);
        if (is_pooled) pairs.first_records[pairs.n_rows] = first->records[row];
        if (is_pooled) pairs.second_records[pairs.n_rows] = second->records[row];
        pairs.clusters[pairs.n_rows++] = clusters[row];
    }
    return pairs;
}

int ps_metric_worse_sign(const PsMetric *metric)
{
    return metric->direction == PS_HIGHER_IS_BETTER ? -1 : 1;
}

static double row_value(const PsMetric *metric, const double *stats)
{
    const double value = ps_metric_value(metric, stats);
    return isnan(value) ? 0 : value;
}

static void
count_wins(PsDifference *difference, const PsMetric *metric, const Pairs *pairs, int worse_sign)
{
    for (size_t i = 0; i < pairs->n_rows; i++) {
        double change = row_value(metric, pairs->second + i * pairs->n_stats)
                        - row_value(metric, pairs->first + i * pairs->n_stats);
        double worse = change * worse_sign;
        difference->n_worse += worse > 0;
        difference->n_better += worse < 0;
        difference->n_same += worse == 0;
    }
}

// ---- ratios

// Rules 7 and 8. What each row contributes to the difference, up to a common factor.
static double *contributions(const Pairs *pairs, int worse_sign)
{
    double *parts = g_new(double, pairs->n_rows), sums[2] = {0, 0}, lengths[2] = {0, 0};
    bool is_same_length = true;
    for (size_t i = 0; i < pairs->n_rows; i++) {
        const double *a = pairs->first + i * pairs->n_stats,
                     *b = pairs->second + i * pairs->n_stats;
        sums[0] += a[0], sums[1] += b[0];
        lengths[0] += a[1], lengths[1] += b[1];
        is_same_length = is_same_length && a[1] == b[1];
        parts[i] = worse_sign * (b[0] - a[0]);
    }
    if (is_same_length || lengths[0] <= 0 || lengths[1] <= 0) return parts;
    double pooled = (sums[0] + sums[1]) / (lengths[0] + lengths[1]);
    for (size_t i = 0; i < pairs->n_rows; i++) {
        const double *a = pairs->first + i * pairs->n_stats,
                     *b = pairs->second + i * pairs->n_stats;
        parts[i] =
            worse_sign
            * ((b[0] - pooled * b[1]) / lengths[1] - (a[0] - pooled * a[1]) / lengths[0]);
    }
    return parts;
}

// The same for a function of sums, linearised at the mean of both systems' sums.
static double *contributions_to_sums(const PsMetric *metric, const Pairs *pairs, int worse_sign)
{
    double sums[PS_METRIC_MAX_STATS] = {0}, gradient[PS_METRIC_MAX_STATS] = {0};
    for (size_t i = 0; i < pairs->n_rows * pairs->n_stats; i++)
        sums[i % pairs->n_stats] += (pairs->first[i] + pairs->second[i]) / 2;
    metric->of_sums(sums, gradient);
    double *parts = g_new0(double, pairs->n_rows);
    for (size_t i = 0; i < pairs->n_rows * pairs->n_stats; i++)
        parts[i / pairs->n_stats] +=
            worse_sign * gradient[i % pairs->n_stats] * (pairs->second[i] - pairs->first[i]);
    return parts;
}

// Sums within sources, in place; returns how many sources there are.
static size_t sum_sources(double *parts, const Pairs *pairs)
{
    size_t n_sources = 0;
    for (size_t i = 0; i < pairs->n_rows; i++) {
        if (i > 0 && pairs->clusters[i] == pairs->clusters[i - 1])
            parts[n_sources - 1] += parts[i];
        else
            parts[n_sources++] = parts[i];
    }
    return n_sources;
}

// Rule 7, for parts [n_rows] that are positive where second is worse; they are overwritten.
static void test_flips(PsDifference *difference, double *parts, const Pairs *pairs)
{
    size_t n_sources = sum_sources(parts, pairs), n_different = 0;
    for (size_t i = 0; i < n_sources; i++)
        n_different += parts[i] != 0;
    PsSignFlip test = ps_sign_flip(parts, n_sources);
    difference->p_worse = test.greater;
    difference->p_better = test.less;
    difference->p = test.two_sided;
    difference->p_least = exp2(-(double)n_different);
}

// Rule 9. Where no draw differs there is no spread to measure: each source is as good as one
// flip.
static void test_margin(PsDifference *difference, int worse_sign, double margin)
{
    const PsEstimate *estimate = &difference->difference;
    if (isnan(margin)) return;
    if (estimate->error == 0) {
        bool is_within = worse_sign * estimate->value < margin;
        difference->p_beyond_margin = is_within ? exp2(-(double)estimate->n_clusters) : 1;
        return;
    }
    difference->p_beyond_margin = worse_sign > 0
                                      ? ps_estimate_p_at_least(&difference->difference, margin)
                                      : ps_estimate_p_at_most(&difference->difference, -margin);
}

static void test_smooth(PsDifference *difference,
                        const PsMetric *metric,
                        const Pairs *pairs,
                        int worse_sign,
                        double margin)
{
    g_autofree double *parts = metric->form == PS_FORM_SUMS
                                   ? contributions_to_sums(metric, pairs, worse_sign)
                                   : contributions(pairs, worse_sign);
    test_flips(difference, parts, pairs);
    test_margin(difference, worse_sign, margin);
}

// ---- percentiles (rule 10)

// Whether a row is beyond the percentile of both systems' rows together, in each system:
// flipping a source exchanges the two.
static void
test_beyond(PsDifference *difference, const Pairs *pairs, double percentile, int worse_sign)
{
    size_t n = pairs->n_rows;
    g_autofree double *pooled = g_new(double, 2 * n);
    g_autofree double *parts = g_new(double, n);
    memcpy(pooled, pairs->first, n * sizeof *pooled);
    memcpy(pooled + n, pairs->second, n * sizeof *pooled);
    ps_sort(pooled, 2 * n);
    double limit = ps_percentile(pooled, 2 * n, percentile);
    for (size_t i = 0; i < n; i++)
        parts[i] = worse_sign * ((pairs->second[i] > limit) - (pairs->first[i] > limit));
    test_flips(difference, parts, pairs);
}

static size_t count_draws(size_t n_sources)
{
    return CLAMP(DRAWS_OF_SOURCES / n_sources, DRAWS_LEAST, DRAWS_MOST);
}

static void test_swaps(PsDifference *difference,
                       const Pairs *pairs,
                       size_t n_sources,
                       double percentile,
                       int worse_sign)
{
    PsPercentileSwap test =
        ps_percentile_swap(pairs->first, pairs->second, pairs->clusters, pairs->n_rows,
                           percentile, count_draws(n_sources), SEED);
    difference->p_worse = worse_sign > 0 ? test.greater : test.less;
    difference->p_better = worse_sign > 0 ? test.less : test.greater;
    difference->p = MIN(1, 2 * MIN(test.greater, test.less));
    difference->p_least = test.least;
}

static PsEstimate bootstrap_percentile(const Pairs *pairs, size_t n_sources, double percentile)
{
    size_t n_draws = count_draws(n_sources);
    PsPercentileDifference draws = ps_percentile_difference(
        pairs->first, pairs->second, pairs->clusters, pairs->n_rows, percentile, n_draws, SEED);
    double value = draws.second - draws.first;
    PsEstimate estimate = {
        .is_defined = true,
        .has_interval = n_sources >= 2,
        .value = value,
        .low = MIN(draws.low, value),
        .high = MAX(draws.high, value),
        .n = pairs->n_rows,
        .n_clusters = n_sources,
        .method = n_sources >= 2 ? "bootstrap, paired, clustered" : "no interval: one source",
        .centre = value,
        .error = ps_standard_deviation(draws.differences, n_draws),
        .df = MAX((double)n_sources - 1, 1),
    };
    ps_percentile_difference_clear(&draws);
    return estimate;
}

static PsEstimate influence_percentile(const Pairs *pairs, double percentile)
{
    PsPercentileInfluence influence = ps_percentile_influence(
        pairs->first, pairs->second, pairs->clusters, pairs->n_rows, percentile);
    double value = influence.second - influence.first, df = (double)influence.n_clusters - 1;
    PsInterval interval = ps_t_interval(value, influence.error, df, 0.95);
    return (PsEstimate){
        .is_defined = true,
        .has_interval = true,
        .value = value,
        .low = interval.low,
        .high = interval.high,
        .n = pairs->n_rows,
        .n_clusters = influence.n_clusters,
        .method = "t, influence of sources, paired",
        .centre = value,
        .error = influence.error,
        .df = df,
    };
}

static size_t count_sources(const Pairs *pairs)
{
    size_t n_sources = 0;
    for (size_t i = 0; i < pairs->n_rows; i++)
        n_sources += i == 0 || pairs->clusters[i] != pairs->clusters[i - 1];
    return n_sources;
}

static void test_percentile(PsDifference *difference,
                            const Pairs *pairs,
                            const PsMetric *metric,
                            int worse_sign,
                            double margin)
{
    size_t n_sources = count_sources(pairs);
    if (n_sources <= SOURCES_MOST)
        test_swaps(difference, pairs, n_sources, metric->percentile, worse_sign);
    else
        test_beyond(difference, pairs, metric->percentile, worse_sign);
    difference->difference = n_sources <= SOURCES_MOST
                                 ? bootstrap_percentile(pairs, n_sources, metric->percentile)
                                 : influence_percentile(pairs, metric->percentile);
    test_margin(difference, worse_sign, margin);
}

PsDifference ps_difference(const PsStatColumn *first,
                           const PsStatColumn *second,
                           const uint32_t *clusters,
                           const uint32_t *rows,
                           size_t n_rows,
                           double margin)
{
    PsDifference difference = {
        .p_worse = NAN, .p_better = NAN, .p = NAN, .p_least = 1, .p_beyond_margin = NAN};
    const PsMetric *metric = first->metric;
    g_auto(Pairs) pairs = pairs_gather(&difference, first, second, clusters, rows, n_rows);
    const PsRows a = {.n_rows = pairs.n_rows,
                      .stats = pairs.first,
                      .clusters = pairs.clusters,
                      .records = pairs.first_records};
    const PsRows b = {.n_rows = pairs.n_rows,
                      .stats = pairs.second,
                      .clusters = pairs.clusters,
                      .records = pairs.second_records};
    difference.first = ps_estimate(metric, &a);
    difference.second = ps_estimate(metric, &b);
    difference.difference = ps_estimate_difference(metric, &a, &b);
    int worse_sign = ps_metric_worse_sign(metric);
    if (pairs.n_rows == 0) return difference;
    count_wins(&difference, metric, &pairs, worse_sign);
    if (metric->form == PS_FORM_PERCENTILE)
        test_percentile(&difference, &pairs, metric, worse_sign, margin);
    else if (difference.difference.is_defined && metric->form != PS_FORM_POOLED)
        test_smooth(&difference, metric, &pairs, worse_sign, margin);
    return difference;
}

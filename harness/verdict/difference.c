// Numbered as in docs/truth.md:
// 7. Two systems are compared on the rows where both have a value. "Worse at all" is tested by
//    flipping the sign of each source's difference: exact under the hypothesis that the two
//    systems are exchangeable, whatever the scores are and however they are clustered.
// 8. Ratios whose denominators differ between the systems are linearised around the pooled
// ratio,
//    so that a source's difference is a sum over its rows.
// 9. "Worse by at least the margin" is tested with the t distribution of the paired interval.
// 10. Percentiles are compared by a paired bootstrap of sources.
#include "harness/verdict/difference.h"

#include "harness/stats/percentile_difference.h"
#include "harness/stats/sign_flip.h"

#include <math.h>
#include <string.h>

#define SEED 20261126u // of the bootstrap: the same runs give the same verdicts
#define DRAWS_MOST 10000
#define DRAWS_LEAST 1000
#define SOURCES_MOST 20000000 // drawn in all draws together

// The rows where both systems have a value.
typedef struct {
    size_t n_rows, n_stats;
    double *first, *second; // [n_rows, n_stats]
    uint32_t *clusters;     // [n_rows] ascending
} Pairs;

static void pairs_clear(Pairs *pairs)
{
    g_free(pairs->first);
    g_free(pairs->second);
    g_free(pairs->clusters);
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
    for (size_t i = 0; i < n_rows; i++) {
        size_t row = rows[i], at = pairs.n_rows * n_stats;
        difference->n_only_first += first->is_defined[row] && !second->is_defined[row];
        difference->n_only_second += !first->is_defined[row] && second->is_defined[row];
        if (!first->is_defined[row] || !second->is_defined[row]) continue;
        memcpy(pairs.first + at, first->stats + row * n_stats, n_stats * sizeof(double));
        memcpy(pairs.second + at, second->stats + row * n_stats, n_stats * sizeof(double));
        pairs.clusters[pairs.n_rows++] = clusters[row];
    }
    return pairs;
}

int ps_metric_worse_sign(const PsMetric *metric)
{
    return metric->direction == PS_HIGHER_IS_BETTER ? -1 : 1;
}

static double row_value(const double *stats, size_t n_stats)
{
    if (n_stats == 1) return stats[0];
    return stats[1] != 0 ? stats[0] / stats[1] : 0;
}

static void count_wins(PsDifference *difference, const Pairs *pairs, int worse_sign)
{
    for (size_t i = 0; i < pairs->n_rows; i++) {
        double change = row_value(pairs->second + i * pairs->n_stats, pairs->n_stats)
                        - row_value(pairs->first + i * pairs->n_stats, pairs->n_stats);
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

static void
test_ratio(PsDifference *difference, const Pairs *pairs, int worse_sign, double margin)
{
    g_autofree double *parts = contributions(pairs, worse_sign);
    size_t n_sources = sum_sources(parts, pairs);
    size_t n_different = 0;
    for (size_t i = 0; i < n_sources; i++)
        n_different += parts[i] != 0;
    difference->p_least = exp2(-(double)n_different);
    PsSignFlip test = ps_sign_flip(parts, n_sources);
    difference->p_worse = test.greater;
    difference->p_better = test.less;
    difference->p = test.two_sided;
    // Rule 9.
    if (!isnan(margin))
        difference->p_beyond_margin =
            worse_sign > 0 ? ps_estimate_p_at_least(&difference->difference, margin)
                           : ps_estimate_p_at_most(&difference->difference, -margin);
}

// ---- percentiles (rule 10)

static size_t count_draws(size_t n_sources)
{
    return CLAMP(SOURCES_MOST / MAX(n_sources, 1), DRAWS_LEAST, DRAWS_MOST);
}

static double standard_deviation(const PsPercentileDifference *draws)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < draws->n_draws; i++)
        sum += draws->differences[i];
    for (size_t i = 0; i < draws->n_draws; i++) {
        double deviation = draws->differences[i] - sum / (double)draws->n_draws;
        squares += deviation * deviation;
    }
    return sqrt(squares / (double)(draws->n_draws - 1));
}

static void test_percentile(PsDifference *difference,
                            const Pairs *pairs,
                            const PsMetric *metric,
                            int worse_sign,
                            double margin)
{
    size_t n_sources = 0;
    for (size_t i = 0; i < pairs->n_rows; i++)
        n_sources += i == 0 || pairs->clusters[i] != pairs->clusters[i - 1];
    PsPercentileDifference draws =
        ps_percentile_difference(pairs->first, pairs->second, pairs->clusters, pairs->n_rows,
                                 metric->percentile, count_draws(n_sources), SEED);
    bool is_larger_worse = worse_sign > 0;
    difference->p_worse = is_larger_worse ? draws.p_at_most_0 : draws.p_at_least_0;
    difference->p_better = is_larger_worse ? draws.p_at_least_0 : draws.p_at_most_0;
    difference->p = MIN(1, 2 * MIN(difference->p_worse, difference->p_better));
    difference->p_least =
        difference->n_better + difference->n_worse > 0 ? 1 / (double)draws.n_draws : 1;
    if (!isnan(margin))
        difference->p_beyond_margin = is_larger_worse
                                          ? ps_percentile_difference_p_at_least(&draws, margin)
                                          : ps_percentile_difference_p_at_most(&draws, -margin);
    difference->difference = (PsEstimate){
        .is_defined = true,
        .has_interval = n_sources >= 2,
        .value = draws.second - draws.first,
        .low = MIN(draws.low, draws.second - draws.first),
        .high = MAX(draws.high, draws.second - draws.first),
        .n = pairs->n_rows,
        .n_clusters = n_sources,
        .method = n_sources >= 2 ? "bootstrap, paired, clustered" : "no interval: one source",
        .centre = draws.second - draws.first,
        .error = standard_deviation(&draws),
        .df = MAX((double)n_sources - 1, 1),
    };
    ps_percentile_difference_clear(&draws);
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
    const PsRows a = {pairs.n_rows, pairs.first, pairs.clusters};
    const PsRows b = {pairs.n_rows, pairs.second, pairs.clusters};
    difference.first = ps_estimate(metric, &a);
    difference.second = ps_estimate(metric, &b);
    difference.difference = ps_estimate_difference(metric, &a, &b);
    int worse_sign = ps_metric_worse_sign(metric);
    if (pairs.n_rows == 0) return difference;
    count_wins(&difference, &pairs, worse_sign);
    if (metric->form == PS_FORM_PERCENTILE)
        test_percentile(&difference, &pairs, metric, worse_sign, margin);
    else if (difference.difference.is_defined)
        test_ratio(&difference, &pairs, worse_sign, margin);
    return difference;
}

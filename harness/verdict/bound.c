#include "harness/verdict/bound.h"

#include "harness/stats/distributions.h"

#include <math.h>

// P(X ≤ k) of X binomial(n, p), where k and n need not be whole.
static double binomial_at_most(double k, double n, double p)
{
    if (k >= n) return 1;
    return p <= 0 ? 1 : p >= 1 ? 0 : ps_beta_cdf(1 - p, n - k, k + 1);
}

static double binomial_at_least(double k, double n, double p)
{
    if (k <= 0) return 1;
    return p <= 0 ? 0 : p >= 1 ? 1 : ps_beta_cdf(p, k, n - k + 1);
}

static void test_share(PsBoundTest *test, const PsEstimate *share, double bound)
{
    double n = share->n_effective, k = share->value * n;
    if (!(n > 0)) return;
    test->p_below = binomial_at_most(k, n, bound);
    test->p_above = binomial_at_least(k, n, bound);
}

// The percentile is at most bound where the share of rows at most bound reaches it.
static void
test_percentile(PsBoundTest *test, const PsMetric *metric, const PsRows *rows, double bound)
{
    static const PsMetric share_metric = {
        .form = PS_FORM_RATIO, .range = PS_RANGE_BINARY, .n_stats = 2};
    g_autofree double *stats = g_new(double, 2 * rows->n_rows);
    for (size_t i = 0; i < rows->n_rows; i++) {
        stats[2 * i] = rows->stats[i * (size_t)metric->n_stats] <= bound;
        stats[2 * i + 1] = 1;
    }
    const PsRows shares = {.n_rows = rows->n_rows, .stats = stats, .clusters = rows->clusters};
    PsEstimate share = ps_estimate(&share_metric, &shares);
    PsBoundTest of_share = {.p_below = NAN, .p_above = NAN};
    test_share(&of_share, &share, metric->percentile / 100);
    test->p_below = of_share.p_above;
    test->p_above = of_share.p_below;
}

PsBoundTest ps_bound_test(const PsMetric *metric, const PsRows *rows, double bound)
{
    PsBoundTest test = {.estimate = ps_estimate(metric, rows), .p_below = NAN, .p_above = NAN};
    if (!test.estimate.is_defined || metric->form == PS_FORM_POOLED) return test;
    if (metric->form == PS_FORM_PERCENTILE) {
        test_percentile(&test, metric, rows, bound);
    } else if (metric->range == PS_RANGE_POSITIVE) {
        test.p_below = ps_estimate_p_at_least(&test.estimate, bound);
        test.p_above = ps_estimate_p_at_most(&test.estimate, bound);
    } else {
        test_share(&test, &test.estimate, bound);
    }
    return test;
}

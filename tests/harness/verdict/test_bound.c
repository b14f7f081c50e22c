#include "harness/stats/distributions.h"
#include "harness/verdict/bound.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 200 };

static const PsMetric share = {.direction = PS_HIGHER_IS_BETTER,
                               .form = PS_FORM_RATIO,
                               .range = PS_RANGE_BINARY,
                               .n_stats = 2};
static const PsMetric rate = {.direction = PS_LOWER_IS_BETTER,
                              .form = PS_FORM_RATIO,
                              .range = PS_RANGE_POSITIVE,
                              .n_stats = 2};
static const PsMetric latency = {.direction = PS_LOWER_IS_BETTER,
                                 .form = PS_FORM_PERCENTILE,
                                 .percentile = 90,
                                 .range = PS_RANGE_POSITIVE,
                                 .n_stats = 1};

static double stats[2 * N];
static uint32_t clusters[N];

static PsRows rows_of_share(size_t n_right, size_t rows_per_source)
{
    for (size_t i = 0; i < N; i++) {
        stats[2 * i] = i < n_right;
        stats[2 * i + 1] = 1;
        clusters[i] = (uint32_t)(i / rows_per_source);
    }
    return (PsRows){.n_rows = N, .stats = stats, .clusters = clusters};
}

Test(bound, a_share_is_tested_by_the_exact_binomial)
{
    PsRows rows = rows_of_share(190, 1);
    PsBoundTest test = ps_bound_test(&share, &rows, 0.9);
    cr_expect_float_eq(test.p_above, 1 - ps_binomial_cdf(189, N, 0.9), 1e-10);
    cr_expect_float_eq(test.p_below, ps_binomial_cdf(190, N, 0.9), 1e-10);
}

Test(bound, sources_count_for_less_than_their_rows)
{
    PsRows rows = rows_of_share(190, 1);
    double alone = ps_bound_test(&share, &rows, 0.9).p_above;
    rows = rows_of_share(190, 10);
    cr_expect(ps_bound_test(&share, &rows, 0.9).p_above > 3 * alone);
}

Test(bound, all_right_is_no_proof_of_perfection)
{
    PsRows rows = rows_of_share(N, 1);
    PsBoundTest test = ps_bound_test(&share, &rows, 0.99);
    cr_expect_float_eq(test.p_above, pow(0.99, N), 1e-10);
    cr_expect_eq(test.p_below, 1);
    cr_expect_eq(ps_bound_test(&share, &rows, 1).p_above, 1);
}

Test(bound, a_rate_is_tested_by_t)
{
    for (size_t i = 0; i < N; i++) {
        stats[2 * i] = i % 4;
        stats[2 * i + 1] = 10;
        clusters[i] = (uint32_t)i;
    }
    PsRows rows = {.n_rows = N, .stats = stats, .clusters = clusters};
    PsBoundTest test = ps_bound_test(&rate, &rows, 0.2);
    cr_expect(test.p_below < 1e-6 && test.p_above > 0.99, "%g", test.p_below);
    test = ps_bound_test(&rate, &rows, 0.15);
    cr_expect_float_eq(test.p_below, 0.5, 1e-9);
}

Test(bound, a_percentile_is_tested_by_the_share_of_rows_below)
{
    for (size_t i = 0; i < N; i++) {
        stats[i] = (double)(i + 1);
        clusters[i] = (uint32_t)i;
    }
    PsRows rows = {.n_rows = N, .stats = stats, .clusters = clusters};
    PsBoundTest test = ps_bound_test(&latency, &rows, 190);
    cr_expect_float_eq(test.estimate.value, 180, 1e-12);
    cr_expect_float_eq(test.p_below, 1 - ps_binomial_cdf(189, N, 0.9), 1e-10);
    test = ps_bound_test(&latency, &rows, 150);
    cr_expect(test.p_above < 1e-5 && test.p_below > 0.99);
}

Test(bound, no_rows_have_no_test)
{
    PsRows rows = {.n_rows = 0, .stats = stats, .clusters = clusters};
    PsBoundTest test = ps_bound_test(&share, &rows, 0.5);
    cr_expect_not(test.estimate.is_defined);
    cr_expect(isnan(test.p_above) && isnan(test.p_below));
}

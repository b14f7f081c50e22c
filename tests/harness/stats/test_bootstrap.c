#include "harness/stats/bootstrap.h"

#include <criterion/criterion.h>
#include <math.h>

// 0, 1, … 100
static void replicates_fill(double *replicates)
{
    for (int i = 0; i <= 100; i++)
        replicates[i] = i;
}

Test(bootstrap, quantiles_lie_between_values)
{
    const double values[] = {1, 2, 4};
    cr_expect_eq(ps_linear_quantile(values, 3, 0), 1);
    cr_expect_eq(ps_linear_quantile(values, 3, 0.25), 1.5);
    cr_expect_eq(ps_linear_quantile(values, 3, 0.75), 3);
    cr_expect_eq(ps_linear_quantile(values, 3, 1), 4);
    cr_expect_eq(ps_linear_quantile(values, 1, 0.3), 1);
    cr_expect(isnan(ps_linear_quantile(values, 0, 0.5)));
    cr_expect(isnan(ps_linear_quantile(values, 3, NAN)));
}

Test(bootstrap, basic_interval_mirrors_the_percentile_interval)
{
    double replicates[101];
    replicates_fill(replicates);
    const PsInterval percentile = ps_bootstrap_percentile(replicates, 101, 0.9);
    const PsInterval basic = ps_bootstrap_basic(replicates, 101, 40, 0.9);
    cr_expect_float_eq(percentile.low, 5, 1e-12);
    cr_expect_float_eq(percentile.high, 95, 1e-12);
    cr_expect_float_eq(basic.low, -15, 1e-12);
    cr_expect_float_eq(basic.high, 75, 1e-12);
}

// Median-unbiased replicates and a symmetric jackknife leave nothing to correct.
Test(bootstrap, bca_without_bias_and_skew_is_the_percentile_interval)
{
    double replicates[101];
    const double symmetric[] = {-1, 0, 1}, skewed[] = {-5, 0, 1};
    replicates_fill(replicates);
    const PsInterval percentile = ps_bootstrap_percentile(replicates, 101, 0.9);
    PsBootstrapBca bca = ps_bootstrap_bca(replicates, 101, 50, symmetric, 3, 0.9);
    cr_expect_float_eq(bca.interval.low, percentile.low, 1e-9);
    cr_expect_float_eq(bca.interval.high, percentile.high, 1e-9);
    bca = ps_bootstrap_bca(replicates, 101, 50, skewed, 3, 0.9);
    cr_expect(bca.interval.low > percentile.low && bca.interval.high > percentile.high);
    bca = ps_bootstrap_bca(replicates, 101, 60, symmetric, 3, 0.9);
    cr_expect(bca.low_share > 0.05 && bca.high_share > 0.95);
}

Test(bootstrap, bca_does_not_exist_for_data_that_tell_nothing)
{
    double replicates[101];
    const double same[] = {0.3, 0.3, 0.3}, jackknife[] = {-1, 0, 1};
    replicates_fill(replicates);
    cr_expect(isnan(ps_bootstrap_bca(replicates, 101, 50, same, 3, 0.9).interval.low));
    cr_expect(isnan(ps_bootstrap_bca(replicates, 101, -1, jackknife, 3, 0.9).low_share));
    cr_expect(isnan(ps_bootstrap_bca(replicates, 101, 101, jackknife, 3, 0.9).high_share));
    cr_expect(isnan(ps_bootstrap_bca(replicates, 0, 50, jackknife, 3, 0.9).low_share));
    cr_expect(isnan(ps_bootstrap_bca(replicates, 101, 50, jackknife, 0, 0.9).low_share));
    cr_expect(isnan(ps_bootstrap_percentile(replicates, 0, 0.9).low));
    cr_expect(isnan(ps_bootstrap_percentile(replicates, 101, 1).low));
}

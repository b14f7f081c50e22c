// Expected values were computed with mpmath 1.2.1 at 40 digits unless another source is named.
#include "harness/stats/distributions.h"
#include "harness/stats/intervals.h"
#include "harness/stats/means.h"
#include "harness/stats/percentiles.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

static void expect_near(double got, double expected, double tolerance)
{
    const double most = tolerance * fmax(fabs(expected), 1e-300);
    cr_expect(fabs(got - expected) <= most, "got %.17g, expected %.17g", got, expected);
}

Test(statistics, normal_quantile_inverts_the_cdf_far_into_the_tails)
{
    expect_near(ps_normal_quantile(0.975), 1.9599639845400538556, 1e-14);
    expect_near(ps_normal_quantile(1e-20), -9.26234008979840757, 1e-14);
    cr_expect_eq(ps_normal_quantile(0.5), 0);
    for (double p = 1e-300; p < 0.4; p *= 1e10) {
        expect_near(ps_normal_cdf(ps_normal_quantile(p)), p, 1e-11);
    }
    cr_expect_eq(ps_normal_quantile(0), -INFINITY);
    cr_expect_eq(ps_normal_quantile(1), INFINITY);
    cr_expect(isnan(ps_normal_quantile(-0.1)) && isnan(ps_normal_quantile(NAN)));
}

Test(statistics, t_quantile_is_exact_to_ten_digits)
{
    static const struct {
        double p, df, t;
    } cases[] = {
        {0.025, 1, -12.706204736174704},  {0.025, 2, -4.3026527297494637},
        {0.025, 5, -2.5705818356363155},  {0.005, 29, -2.7563859036706055},
        {0.05, 199, -1.6525467461665634}, {1e-06, 3, -103.29946778041934},
        {0.3, 4.5, -0.5635058039393779},  {0.025, 10000, -1.9602012398906262},
        {1e-10, 1, -3183098861.8379066},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        expect_near(ps_t_quantile(cases[i].p, cases[i].df), cases[i].t, 1e-10);
        expect_near(ps_t_cdf(cases[i].t, cases[i].df), cases[i].p, 1e-10);
        // 1 - 1e-10 is rounded: only the larger p have an exact enough complement.
        if (cases[i].p < 0.001) continue;
        expect_near(ps_t_quantile(1 - cases[i].p, cases[i].df), -cases[i].t, 1e-10);
    }
    expect_near(ps_t_quantile(0.025, INFINITY), ps_normal_quantile(0.025), 1e-15);
    cr_expect(isnan(ps_t_quantile(0.5, 0)));
}

// I_x(1, b) = 1 - (1-x)^b, I_x(a, 1) = x^a, and I_x(a, b) = 1 - I_{1-x}(b, a).
Test(statistics, beta_cdf_agrees_with_its_closed_forms)
{
    for (double x = 0.01; x < 1; x += 0.07) {
        expect_near(ps_beta_cdf(x, 1, 7.5), 1 - pow(1 - x, 7.5), 1e-12);
        expect_near(ps_beta_cdf(x, 0.3, 1), pow(x, 0.3), 1e-12);
        expect_near(ps_beta_cdf(x, 20, 31) + ps_beta_cdf(1 - x, 31, 20), 1, 1e-12);
    }
    expect_near(ps_beta_cdf(0.5, 1e6, 1e6), 0.5, 1e-11);
    cr_expect(isnan(ps_beta_cdf(0.5, 0, 1)));
}

Test(statistics, beta_quantile_inverts_the_cdf)
{
    static const double shapes[][2] = {{0.5, 0.5}, {1, 100}, {82, 183}, {3e4, 5}, {5e5, 0.5}};
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        for (double p = 0.001; p < 1; p += 0.111) {
            const double a = shapes[i][0], b = shapes[i][1];
            expect_near(ps_beta_cdf(ps_beta_quantile(p, a, b), a, b), p, 1e-9);
        }
    }
}

Test(statistics, binomial_cdf_is_the_sum_of_its_terms)
{
    double sum = 0;
    for (unsigned k = 0; k <= 12; k++) {
        sum +=
            exp(lgamma(13) - lgamma(k + 1) - lgamma(13 - k)) * pow(0.3, k) * pow(0.7, 12 - k);
        expect_near(ps_binomial_cdf(k, 12, 0.3), sum, 1e-12);
    }
    cr_expect_eq(ps_binomial_cdf(12, 12, 0.3), 1);
}

Test(statistics, shares_of_nothing_have_no_interval)
{
    cr_expect(isnan(ps_wilson(0, 0, 0.95).low));
    cr_expect(isnan(ps_wilson_corrected(0, 0, 0.95).low));
    cr_expect(isnan(ps_clopper_pearson(0, 0, 0.95).high));
    cr_expect(isnan(ps_wilson(5, 4, 0.95).low));
}

Test(statistics, all_right_and_all_wrong_keep_an_honest_interval)
{
    const PsInterval none = ps_wilson(0, 20, 0.95), all = ps_wilson(20, 20, 0.95);
    cr_expect_eq(none.low, 0);
    expect_near(none.high, 0.16112515805281938, 1e-12);
    cr_expect_eq(all.high, 1);
    expect_near(all.low, 1 - none.high, 1e-12);
}

Test(statistics, continuity_correction_never_narrows)
{
    for (int k = 0; k <= 30; k++) {
        const PsInterval plain = ps_wilson(k, 30, 0.9), wide = ps_wilson_corrected(k, 30, 0.9);
        cr_expect(wide.low <= plain.low && wide.high >= plain.high, "k = %d", k);
    }
}

Test(statistics, clusters_of_one_have_the_plain_standard_error)
{
    static const double values[] = {1, 0, 1, 1, 0};
    static const uint32_t clusters[] = {4, 2, 9, 7, 1};
    size_t n_clusters;
    const double error = ps_clustered_standard_error(values, clusters, 5, &n_clusters);
    cr_expect_eq(n_clusters, 5);
    expect_near(error, ps_standard_error(values, 5), 1e-14);
}

Test(statistics, rows_that_repeat_within_clusters_add_nothing)
{
    static const double values[] = {1, 1, 1, 0, 0, 0};
    static const uint32_t clusters[] = {1, 1, 1, 2, 2, 2};
    expect_near(ps_clustered_standard_error(values, clusters, 6, NULL), 0.5, 1e-14);
}

Test(statistics, what_too_few_values_cannot_tell_is_nan)
{
    static const double value[] = {3};
    static const uint32_t cluster[] = {1, 1};
    static const double values[] = {3, 4};
    cr_expect(isnan(ps_mean(value, 0)));
    cr_expect(isnan(ps_standard_error(value, 1)));
    cr_expect(isnan(ps_clustered_standard_error(values, cluster, 2, NULL)));
    cr_expect(isnan(ps_percentile(value, 0, 50)));
}

Test(statistics, mean_keeps_its_digits_beside_a_large_offset)
{
    double values[1000];
    for (int i = 0; i < 1000; i++)
        values[i] = 1e15 + (i % 2);
    cr_expect_eq(ps_mean(values, 1000), 1e15 + 0.5);
    expect_near(ps_standard_deviation(values, 1000), 0.5 * sqrt(1000.0 / 999), 1e-12);
}

Test(statistics, percentile_rank_is_exact)
{
    cr_expect_eq(ps_percentile_rank(1000, 99.9), 999);
    cr_expect_eq(ps_percentile_rank(1000, 99.91), 1000);
    cr_expect_eq(ps_percentile_rank(10, 0), 1);
    cr_expect_eq(ps_percentile_rank(10, 100), 10);
    cr_expect_eq(ps_percentile_rank(3, 50), 2);
    cr_expect_eq(ps_percentile_rank(3000000000, 99.9), 2997000000);
    cr_expect_eq(ps_percentile_rank(10, 101), 0);
    cr_expect_eq(ps_percentile_rank(10, NAN), 0);
}

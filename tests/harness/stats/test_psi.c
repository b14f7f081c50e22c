#include "harness/stats/psi.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-12, "got %.17g, expected %.17g", got, expected);
}

Test(psi, is_the_sum_over_bins_and_symmetric)
{
    static const double a[] = {50, 50}, b[] = {30, 10};
    expect_near(ps_psi_counts(a, b, 2, 1e-4), 0.25 * log(0.75 / 0.25));
    expect_near(ps_psi_counts(b, a, 2, 1e-4), ps_psi_counts(a, b, 2, 1e-4));
    cr_expect_eq(ps_psi_counts(a, a, 2, 1e-4), 0);
}

Test(psi, the_floor_stands_in_for_an_empty_share_only)
{
    static const double a[] = {1, 1}, b[] = {1, 0};
    expect_near(ps_psi_counts(a, b, 2, 1e-3), -0.5 * log(0.5) + (0.5 - 1e-3) * log(0.5 / 1e-3));
    expect_near(ps_psi_counts(b, a, 2, 1e-3), ps_psi_counts(a, b, 2, 1e-3));
}

Test(psi, nothing_on_one_side_has_no_value)
{
    static const double some[] = {1, 2}, none[] = {0, 0};
    cr_expect(isnan(ps_psi_counts(some, none, 2, 1e-4)));
    cr_expect(isnan(ps_psi_counts(none, some, 2, 1e-4)));
    cr_expect(isnan(ps_psi_quantiles(some, 2, none, 0, 10, 1e-4, NULL)));
    cr_expect(isnan(ps_psi_quantiles(some, 0, none, 2, 10, 1e-4, NULL)));
    cr_expect(isnan(ps_psi_evidently(some, 2, none, 0, false)));
}

Test(psi, quantile_bins_are_open_at_the_ends_and_have_their_lower_edge)
{
    // Halves of 1 2 3 meet at 2, which belongs to the upper one; all of current is below.
    static const double reference[] = {3, 1, 2}, current[] = {-100, 0, 1.5};
    size_t n_used;
    const double psi = ps_psi_quantiles(reference, 3, current, 3, 2, 0.01, &n_used);
    cr_expect_eq(n_used, 2);
    const double low = (1.0 / 3 - 1) * log(1.0 / 3);
    const double high = (2.0 / 3 - 0.01) * log(2.0 / 3 / 0.01);
    expect_near(psi, low + high);
}

Test(psi, equal_edges_make_one_bin)
{
    static const double constant[] = {7, 7, 7, 7}, current[] = {7, 8, 6, 7};
    size_t n_used;
    const double psi = ps_psi_quantiles(constant, 4, current, 4, 10, 0.01, &n_used);
    cr_expect_eq(n_used, 2);
    expect_near(psi, (0.01 - 0.25) * log(0.01 / 0.25) + 0.25 * log(1 / 0.75));
}

Test(psi, values_that_are_no_numbers_have_no_quantiles)
{
    static const double good[] = {1, 2, 3}, bad[] = {1, NAN, 3}, endless[] = {1, 2, INFINITY};
    cr_expect(isnan(ps_psi_quantiles(good, 3, bad, 3, 2, 1e-4, NULL)));
    cr_expect(isnan(ps_psi_quantiles(bad, 3, good, 3, 2, 1e-4, NULL)));
    cr_expect(isnan(ps_psi_quantiles(endless, 3, good, 3, 2, 1e-4, NULL)));
}

Test(psi, evidently_keeps_few_values_apart)
{
    static const double reference[] = {1, 1, 2, 3}, current[] = {1, 3, 3, 4};
    const double expected =
        0.25 * log(2) + (0.25 - 1e-4) * log(0.25 / 1e-4) * 2 + (0.25 - 0.5) * log(0.5);
    expect_near(ps_psi_evidently(reference, 4, current, 4, false), expected);
}

Test(psi, evidently_keeps_20_values_apart_and_21_not)
{
    double reference[21], current[21];
    for (int i = 0; i < 21; i++) {
        reference[i] = i;
        current[i] = i + 0.5;
    }
    const double apart = ps_psi_evidently(reference, 20, current, 20, true);
    cr_expect_eq(ps_psi_evidently(reference, 20, current, 20, false), apart);
    cr_expect(apart > 10);
    cr_expect(ps_psi_evidently(reference, 21, current, 21, false) < 1);
}

Test(psi, evidently_cuts_many_values_into_sturges_bins)
{
    // 64 values, 0 … 63: log2 64 + 1 = 7 bins of width 9; 9, 9, … and 10 with the upper edge.
    double reference[32], current[32];
    for (int i = 0; i < 32; i++) {
        reference[i] = 2 * i;
        current[i] = 2 * i + 1;
    }
    static const double even[] = {5, 4, 5, 4, 5, 4, 5}, odd[] = {4, 5, 4, 5, 4, 5, 5};
    expect_near(ps_psi_evidently(reference, 32, current, 32, false),
                ps_psi_counts(even, odd, 7, 1e-4));
    // As categories no value is on both sides: 64 bins, each 1/32 against the floor.
    const double share = 1.0 / 32;
    cr_expect_float_eq(ps_psi_evidently(reference, 32, current, 32, true),
                       64 * (share - 1e-4) * log(share / 1e-4), 1e-10);
}

Test(psi, evidently_lowers_the_floor_where_a_share_is_as_small)
{
    enum { N = 10000 };
    g_autofree double *reference = g_new0(double, N);
    reference[0] = 1;
    static const double current[] = {0, 2};
    const double expected = (0.9999 - 0.5) * log(0.9999 / 0.5) + (1e-4 - 1e-4) * log(1)
                            + (0.5 - 1e-10) * log(0.5 / 1e-10);
    expect_near(ps_psi_evidently(reference, N, current, 2, false), expected);
}

Test(psi, evidently_counts_missing_values_as_rows)
{
    static const double reference[] = {1, 2, NAN, NAN}, current[] = {1, 1, 2, 2};
    expect_near(ps_psi_evidently(reference, 4, current, 4, true), 2 * 0.25 * log(2));
}

Test(psi, expected_value_without_drift)
{
    expect_near(ps_psi_expected(10, 100, 50), 9 * 0.03);
}

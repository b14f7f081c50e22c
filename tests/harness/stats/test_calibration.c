#include "harness/stats/calibration.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-12, "got %.17g, expected %.17g", got, expected);
}

// A confidence that is an edge k/n, for every k and many n: in the bin below it, and just above
// the edge in the bin above. (With edges built by adding up a step, 3 of 10 is wrong.)
Test(calibration, bins_are_closed_on_the_right_at_exact_edges)
{
    static const double correct[] = {1};
    for (size_t n_bins = 1; n_bins <= 60; n_bins++) {
        g_autofree PsReliabilityBin *bins = g_new(PsReliabilityBin, n_bins);
        for (size_t k = 1; k <= n_bins; k++) {
            const double edge = (double)k / (double)n_bins;
            cr_assert_eq(ps_reliability_bins(&edge, correct, 1, bins, n_bins), 1);
            cr_expect_eq(bins[k - 1].n_rows, 1, "%zu / %zu", k, n_bins);
            const double above = nextafter(edge, 2);
            const size_t n_in_bins = ps_reliability_bins(&above, correct, 1, bins, n_bins);
            cr_expect_eq(n_in_bins, k < n_bins);
            if (k < n_bins) cr_expect_eq(bins[k].n_rows, 1, "above %zu / %zu", k, n_bins);
        }
    }
}

Test(calibration, left_closed_bins_have_their_lower_edge_and_one_bin_for_1)
{
    static const double correct[] = {1};
    for (size_t n_bins = 1; n_bins <= 60; n_bins++) {
        g_autofree PsReliabilityBin *bins = g_new(PsReliabilityBin, n_bins + 1);
        for (size_t k = 0; k <= n_bins; k++) {
            const double edge = (double)k / (double)n_bins;
            cr_assert_eq(ps_reliability_bins_left_closed(&edge, correct, 1, bins, n_bins), 1);
            cr_expect_eq(bins[k].n_rows, 1, "%zu / %zu", k, n_bins);
            if (k == 0) continue;
            const double below = nextafter(edge, 0);
            ps_reliability_bins_left_closed(&below, correct, 1, bins, n_bins);
            cr_expect_eq(bins[k - 1].n_rows, 1, "below %zu / %zu", k, n_bins);
        }
    }
}

Test(calibration, rows_in_no_bin_stay_in_the_denominator)
{
    static const double confidence[] = {0, NAN, -0.5, 1.5, 0.75};
    static const double correct[] = {1, 1, 1, 1, 0};
    PsReliabilityBin bins[4];
    cr_expect_eq(ps_reliability_bins(confidence, correct, 5, bins, 4), 1);
    cr_expect_eq(bins[2].n_rows, 1);
    cr_expect(isnan(bins[0].confidence) && isnan(bins[0].accuracy));
    const PsCalibrationError error = ps_calibration_error(bins, 4, 5);
    expect_near(error.expected, 0.75 / 5);
    expect_near(error.maximum, 0.75);
    expect_near(error.root_mean_square, sqrt(0.75 * 0.75 / 5));
}

Test(calibration, no_rows_are_no_error)
{
    PsReliabilityBin bins[15];
    cr_expect_eq(ps_reliability_bins(NULL, NULL, 0, bins, 15), 0);
    cr_expect_eq(ps_calibration_error(bins, 15, 0).expected, 0);
    cr_expect_eq(ps_reliability_bins_equal_mass(NULL, NULL, 0, bins, 15), 0);
}

Test(calibration, equal_mass_gives_the_first_bins_the_rows_that_are_left_over)
{
    static const double confidence[] = {0.7, 0.1, 0.3, 0.2, 0.6, 0.5, 0.4};
    static const double correct[] = {1, 0, 0, 0, 1, 1, 0};
    PsReliabilityBin bins[3];
    cr_assert_eq(ps_reliability_bins_equal_mass(confidence, correct, 7, bins, 3), 3);
    cr_expect_eq(bins[0].n_rows, 3);
    cr_expect_eq(bins[1].n_rows, 2);
    cr_expect_eq(bins[2].n_rows, 2);
    expect_near(bins[0].confidence, 0.2);
    expect_near(bins[1].accuracy, 0.5);
}

Test(calibration, equal_mass_does_not_split_ties)
{
    static const double confidence[] = {0.5, 0.5, 0.5, 0.5, 0.9};
    static const double correct[] = {1, 0, 1, 0, 1};
    PsReliabilityBin bins[5];
    const size_t n_bins = ps_reliability_bins_equal_mass(confidence, correct, 5, bins, 5);
    cr_assert_eq(n_bins, 3);
    cr_expect_eq(bins[0].n_rows, 4);
    cr_expect_eq(bins[1].n_rows, 0);
    cr_expect_eq(bins[2].n_rows, 1);
}

Test(calibration, equal_mass_leaves_nan_out)
{
    static const double confidence[] = {NAN, 0.2, 0.8}, correct[] = {1, 0, 1};
    PsReliabilityBin bins[2];
    cr_assert_eq(ps_reliability_bins_equal_mass(confidence, correct, 3, bins, 2), 2);
    cr_expect_eq(bins[0].n_rows, 1);
    cr_expect_eq(bins[1].n_rows, 1);
}

Test(calibration, brier_of_two_classes_is_twice_the_binary_one)
{
    static const double yes[] = {0.9, 0.2, 0.6}, outcomes[] = {1, 0, 0};
    static const double both[] = {0.1, 0.9, 0.8, 0.2, 0.4, 0.6};
    static const size_t labels[] = {1, 0, 0};
    const double score = ps_brier(yes, outcomes, NULL, 3);
    expect_near(score, (0.01 + 0.04 + 0.36) / 3);
    expect_near(ps_brier_classes(both, labels, 3, 2), 2 * score);
}

Test(calibration, brier_weighs_and_needs_weight)
{
    static const double yes[] = {1, 0}, outcomes[] = {0, 0};
    static const double weights[] = {3, 1}, nothing[] = {0, 0};
    expect_near(ps_brier(yes, outcomes, weights, 2), 0.75);
    cr_expect(isnan(ps_brier(yes, outcomes, nothing, 2)));
    cr_expect(isnan(ps_brier(yes, outcomes, NULL, 0)));
    cr_expect(isnan(ps_brier_classes(NULL, NULL, 0, 3)));
}

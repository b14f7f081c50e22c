#include "harness/stats/mcnemar.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-11 * fabs(expected), "got %.17g, expected %.17g", got,
              expected);
}

// P(X ≤ 1), X binomial (5, ½), is 6/32; P(X = 1) is 5/32.
Test(mcnemar, exact_and_mid_p_are_binomial_tails)
{
    const PsMcNemar test = ps_mcnemar(4, 1), swapped = ps_mcnemar(1, 4);
    expect_near(test.exact, 12.0 / 32);
    expect_near(test.mid, 7.0 / 32);
    expect_near(test.chi2, 9.0 / 5);
    expect_near(test.chi2_corrected, 4.0 / 5);
    cr_expect_eq(test.statistic, 1);
    cr_expect_eq(swapped.exact, test.exact);
    cr_expect_eq(swapped.mid, test.mid);
}

// The tails are those of the normal distribution at 1.96 and at 6 (mpmath 1.2.1, 30 digits).
Test(mcnemar, chi_squared_tails_keep_their_digits)
{
    expect_near(ps_mcnemar(36, 0).chi2_p, 1.97317529007539628e-9);
    expect_near(ps_mcnemar(3, 1).chi2_p, 0.317310507862914103);
}

Test(mcnemar, equal_counts_are_no_evidence)
{
    const PsMcNemar test = ps_mcnemar(7, 7);
    cr_expect_eq(test.exact, 1);
    cr_expect_eq(test.chi2, 0);
    expect_near(test.chi2_p, 1);
    expect_near(test.chi2_corrected, 1.0 / 14);
}

Test(mcnemar, no_pair_that_differs_is_no_evidence_and_has_no_chi_squared)
{
    const PsMcNemar test = ps_mcnemar(0, 0);
    cr_expect_eq(test.exact, 1);
    cr_expect_eq(test.mid, 1);
    cr_expect(isnan(test.chi2) && isnan(test.chi2_p));
    cr_expect(isnan(test.chi2_corrected) && isnan(test.chi2_corrected_p));
}

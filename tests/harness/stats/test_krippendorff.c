#include "harness/stats/krippendorff.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(PsKrippendorff level, const double *values, size_t n, size_t m, double alpha)
{
    const double got = ps_krippendorff_alpha(level, values, n, m);
    cr_expect(fabs(got - alpha) <= 1e-12, "got %.17g, expected %.17g", got, alpha);
}

// n = 8, five times 1 and three times 2: observed 2/8, expected 2·5·3/(8·7).
Test(krippendorff, nominal_values_differ_or_not)
{
    static const double values[] = {1, 1, 1, 1, 2, 2, 1, 2};
    expect(PS_KRIPPENDORFF_NOMINAL, values, 4, 2, 1 - (2.0 / 8) / (30.0 / 56));
}

// 1, 2, 3 are given 3, 2, 3 times, so 1-2 and 2-3 disagree by 2.5², 1-3 by (3/2 + 2 + 3/2)²
// = 25. Observed 2·25/8; expected 2·(6·6.25 + 6·6.25 + 9·25)/56.
Test(krippendorff, ordinal_values_differ_by_what_lies_between)
{
    static const double values[] = {1, 1, 2, 2, 3, 3, 1, 3};
    expect(PS_KRIPPENDORFF_ORDINAL, values, 4, 2, 1 - (50.0 / 8) / (600.0 / 56));
    expect(PS_KRIPPENDORFF_NOMINAL, values, 4, 2, 1 - (2.0 / 8) / (42.0 / 56));
}

// Four observers and twelve units, the example C of Krippendorff 2011: α = 0.743 and 0.815.
Test(krippendorff, the_published_example_with_missing_values)
{
    static const double n = NAN;
    const double values[] = {
        1, 1, n, 1, 2, 2, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 2, 3, 4,
        4, 4, 4, 4, 1, 1, 2, 1, 2, 2, 2, 2, n, 5, 5, 5, n, n, 1, 1, n, 3, n, n,
    };
    cr_expect_float_eq(ps_krippendorff_alpha(PS_KRIPPENDORFF_NOMINAL, values, 12, 4), 0.743,
                       5e-4);
    cr_expect_float_eq(ps_krippendorff_alpha(PS_KRIPPENDORFF_ORDINAL, values, 12, 4), 0.815,
                       5e-4);
}

Test(krippendorff, full_agreement_is_one_and_reversal_is_below_zero)
{
    static const double same[] = {1, 1, 5, 5, 3, 3}, reversed[] = {1, 5, 5, 1};
    expect(PS_KRIPPENDORFF_ORDINAL, same, 3, 2, 1);
    // Observed 1 where chance gives 2·2·2/12.
    expect(PS_KRIPPENDORFF_NOMINAL, reversed, 2, 2, 1 - 1 / (8.0 / 12));
}

Test(krippendorff, without_pairs_or_without_two_values_there_is_none)
{
    static const double same[] = {2, 2, 2, 2};
    const double single[] = {1, NAN, NAN, 2};
    cr_expect(isnan(ps_krippendorff_alpha(PS_KRIPPENDORFF_NOMINAL, same, 2, 2)));
    cr_expect(isnan(ps_krippendorff_alpha(PS_KRIPPENDORFF_ORDINAL, single, 2, 2)));
    cr_expect(isnan(ps_krippendorff_alpha(PS_KRIPPENDORFF_ORDINAL, NULL, 0, 2)));
}

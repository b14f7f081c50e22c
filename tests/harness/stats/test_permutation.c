#include "harness/stats/permutation.h"

#include <criterion/criterion.h>
#include <math.h>

// Of the 10 ways to choose {a, b} from 1 … 5, {4, 5} alone has the largest mean; {4, 3} and {5,
// 2} tie.
Test(permutation, independent_values_are_exchanged_in_every_way)
{
    const double a[] = {5, 4}, b[] = {1, 3, 2}, tied[] = {3, 4}, rest[] = {5, 1, 2};
    const PsPermutation test = ps_permutation_independent(a, 2, b, 3);
    cr_expect_float_eq(test.statistic, 2.5, 1e-15);
    cr_expect_float_eq(test.greater, 0.1, 1e-15);
    cr_expect_float_eq(test.less, 1, 1e-15);
    cr_expect_float_eq(test.two_sided, 0.2, 1e-15);
    cr_expect_float_eq(test.abs_two_sided, 0.2, 1e-15);
    cr_expect_float_eq(ps_permutation_independent(tied, 2, rest, 3).greater, 0.4, 1e-15);
}

// Of 0.1 + 0.2 and 0.3 one is larger in floating point; they tie all the same.
Test(permutation, ties_count_despite_rounding)
{
    const double a[] = {0.1, 0.2, 0}, b[] = {0, 0, 0.3};
    const PsPermutation test = ps_permutation_paired(a, b, 3);
    cr_expect_float_eq(test.greater, 5.0 / 8, 1e-15);
    cr_expect_float_eq(test.less, 5.0 / 8, 1e-15);
    cr_expect_eq(test.two_sided, 1);
    cr_expect_eq(test.abs_two_sided, 1);
}

Test(permutation, twenty_pairs_that_agree_have_the_least_p)
{
    double a[20], b[20];
    for (int i = 0; i < 20; i++) {
        a[i] = 1 + 0.01 * i;
        b[i] = 0.5;
    }
    cr_expect_eq(ps_permutation_paired(a, b, 20).greater, 0x1p-20);
    cr_expect_eq(ps_permutation_paired(b, a, 20).greater, 1);
    cr_expect_eq(ps_permutation_paired(b, a, 20).less, 0x1p-20);
}

Test(permutation, no_values_too_many_and_infinite_ones_have_no_answer)
{
    double many[64] = {0};
    many[0] = 1;
    cr_expect(isnan(ps_permutation_paired(many, many, 0).greater));
    cr_expect(isnan(ps_permutation_paired(many, many, 25).greater));
    cr_expect(isnan(ps_permutation_independent(many, 0, many, 3).greater));
    cr_expect(isnan(ps_permutation_independent(many, 20, many, 20).greater));
    cr_expect(isnan(ps_permutation_independent(many, 1, many, 63).greater));
    cr_expect_float_eq(ps_permutation_independent(many, 1, many + 1, 62).greater, 1.0 / 63,
                       1e-15);
    many[1] = INFINITY;
    cr_expect(isnan(ps_permutation_paired(many, many, 3).greater));
}

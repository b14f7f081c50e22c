#include "harness/stats/pass_at_k.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-13, "got %.17g, expected %.17g", got, expected);
}

// C(n, k) by Pascal's rule, exact in a double for these n.
static double choose(unsigned n, unsigned k)
{
    if (k > n) return 0;
    return k == 0 ? 1 : choose(n - 1, k - 1) + choose(n - 1, k);
}

Test(pass_at_k, agrees_with_binomial_coefficients)
{
    for (unsigned n = 1; n <= 10; n++) {
        for (unsigned c = 0; c <= n; c++) {
            for (unsigned k = 1; k <= n; k++) {
                expect_near(ps_pass_at_k(n, c, k), 1 - choose(n - c, k) / choose(n, k));
                expect_near(ps_pass_hat_k(n, c, k), choose(c, k) / choose(n, k));
            }
        }
    }
}

Test(pass_at_k, large_counts_neither_overflow_nor_take_long)
{
    // One success of n is among k with probability k/n.
    expect_near(ps_pass_at_k(1000000007, 1, 500000000), 500000000.0 / 1000000007);
    cr_expect_eq(ps_pass_at_k(UINT64_MAX, UINT64_MAX - 1, 2), 1);
    cr_expect_eq(ps_pass_at_k(1000000000, 500000000, 400000000), 1);
    cr_expect_eq(ps_pass_hat_k(1000000000, 500000000, 400000000), 0);
    expect_near(ps_pass_hat_k(1000000000, 999999999, 1), 0.999999999);
}

Test(pass_at_k, more_than_was_tried_has_no_value)
{
    cr_expect(isnan(ps_pass_at_k(3, 3, 4)));
    cr_expect(isnan(ps_pass_hat_k(3, 0, 4)));
    cr_expect(isnan(ps_pass_at_k(3, 4, 1)));
    cr_expect(isnan(ps_pass_hat_k(3, 4, 1)));
}

Test(pass_at_k, mean_over_tasks)
{
    static const uint64_t n[] = {4, 2}, c[] = {2, 2};
    expect_near(ps_pass_at_k_mean(n, c, 2, 2), (5.0 / 6 + 1) / 2);
    expect_near(ps_pass_hat_k_mean(n, c, 2, 2), (1.0 / 6 + 1) / 2);
    cr_expect(isnan(ps_pass_at_k_mean(n, c, 2, 3)));
    cr_expect(isnan(ps_pass_hat_k_mean(n, c, 0, 1)));
}

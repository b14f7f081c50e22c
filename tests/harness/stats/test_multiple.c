#include "harness/stats/multiple.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

static const double p_values[] = {0.04, NAN, 0.001, 0.03, 0.2, 0.005};

static void expect_adjusted(PsAdjustment method, const double *expected)
{
    double adjusted[G_N_ELEMENTS(p_values)];
    ps_adjust_p_values(method, p_values, G_N_ELEMENTS(p_values), adjusted);
    for (size_t i = 0; i < G_N_ELEMENTS(p_values); i++) {
        if (isnan(expected[i]))
            cr_expect(isnan(adjusted[i]));
        else
            cr_expect_float_eq(adjusted[i], expected[i], 1e-15, "%d, %zu: %.17g", method, i,
                               adjusted[i]);
    }
}

// Worked by hand: m is 5, since the one that is NAN does not count.
Test(multiple, adjusted_values_stand_in_the_order_of_the_input)
{
    expect_adjusted(PS_ADJUST_BONFERRONI, (double[]){0.2, NAN, 0.005, 0.15, 1, 0.025});
    expect_adjusted(PS_ADJUST_HOLM, (double[]){0.09, NAN, 0.005, 0.09, 0.2, 0.02});
    expect_adjusted(PS_ADJUST_BH, (double[]){0.05, NAN, 0.005, 0.05, 0.2, 0.0125});
    const double c = 137.0 / 60;
    expect_adjusted(PS_ADJUST_BY,
                    (double[]){0.05 * c, NAN, 0.005 * c, 0.05 * c, 0.2 * c, 0.0125 * c});
}

Test(multiple, equal_values_stay_equal_and_none_exceeds_one)
{
    const double p[] = {0.5, 0.02, 0.5, 0.02};
    for (PsAdjustment method = PS_ADJUST_BONFERRONI; method <= PS_ADJUST_BY; method++) {
        double adjusted[4];
        ps_adjust_p_values(method, p, 4, adjusted);
        cr_expect_eq(adjusted[0], adjusted[2]);
        cr_expect_eq(adjusted[1], adjusted[3]);
        cr_expect(adjusted[0] <= 1 && adjusted[1] < adjusted[0]);
    }
}

Test(multiple, what_is_no_p_value_becomes_nan)
{
    double p[] = {-0.1, 1.5, NAN, 0.25};
    ps_adjust_p_values(PS_ADJUST_HOLM, p, 4, p);
    cr_expect(isnan(p[0]) && isnan(p[1]) && isnan(p[2]));
    cr_expect_eq(p[3], 0.25);
    ps_adjust_p_values(PS_ADJUST_BH, p, 0, p);
}

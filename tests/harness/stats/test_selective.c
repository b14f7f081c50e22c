#include "harness/stats/selective.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-12, "got %.17g, expected %.17g", got, expected);
}

Test(selective, curve_has_one_point_for_each_confidence)
{
    static const double confidence[] = {0.5, 0.9, 0.5, 0.9, 0.1};
    static const double correct[] = {1, 1, 0, 1, 0};
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, 5);
    cr_assert_eq(curve->n_points, 3);
    static const size_t n_answered[] = {2, 4, 5};
    static const double n_errors[] = {0, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(curve->points[i].n_answered, n_answered[i]);
        cr_expect_eq(curve->points[i].n_errors, n_errors[i]);
    }
    cr_expect_eq(curve->points[0].confidence, 0.9);
}

Test(selective, areas_are_those_of_the_trapezoids)
{
    static const double confidence[] = {4, 3, 2, 1}, correct[] = {1, 0, 1, 0};
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, 4);
    // Risks 0, 1/2, 1/3, 1/2 at coverages 1/4 … 1, 0 before; generalised 0, 1/4, 1/4, 1/2.
    expect_near(ps_risk_curve_area(curve), (0 + 0.25 + 5.0 / 12 + 5.0 / 12) / 4);
    expect_near(ps_risk_curve_generalised_area(curve), (0 + 0.125 + 0.25 + 0.375) / 4);
    expect_near(ps_risk_curve_step_mean(curve), (0 + 0.5 + 1.0 / 3 + 0.5) / 4);
    expect_near(ps_risk_curve_excess(curve),
                ps_risk_curve_step_mean(curve) - (0.5 + 0.5 * log(0.5)));
}

Test(selective, nothing_depends_on_the_order_of_ties)
{
    static const double confidence[] = {0.5, 0.5, 0.5, 0.5};
    static const double right_first[] = {1, 1, 0, 0}, wrong_first[] = {0, 0, 1, 1};
    g_autoptr(PsRiskCurve) a = ps_risk_curve_new(confidence, right_first, 4);
    g_autoptr(PsRiskCurve) b = ps_risk_curve_new(confidence, wrong_first, 4);
    expect_near(ps_risk_curve_area(a), 0.5);
    expect_near(ps_risk_curve_step_mean(a), 0.5);
    expect_near(ps_risk_curve_step_mean(b), 0.5);
    expect_near(ps_risk_curve_risk_at(a, 0.25), 0.5);
    expect_near(ps_risk_curve_risk_at(b, 0.75), 0.5);
}

Test(selective, risk_at_a_coverage_rounds_the_rows_up)
{
    static const double confidence[] = {5, 4, 3, 2, 1}, correct[] = {1, 1, 0, 1, 0};
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, 5);
    expect_near(ps_risk_curve_risk_at(curve, 0.4), 0);
    expect_near(ps_risk_curve_risk_at(curve, 0.41), 1.0 / 3);
    expect_near(ps_risk_curve_risk_at(curve, 1), 0.4);
    cr_expect(isnan(ps_risk_curve_risk_at(curve, 0)));
    cr_expect(isnan(ps_risk_curve_risk_at(curve, -0.5)));
    cr_expect(isnan(ps_risk_curve_risk_at(curve, 1.01)));
    cr_expect(isnan(ps_risk_curve_risk_at(curve, NAN)));
}

Test(selective, threshold_includes_its_own_confidence)
{
    static const double confidence[] = {0.9, 0.8, 0.7}, correct[] = {1, 0, 0};
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, 3);
    const PsSelective at = ps_risk_curve_selective(curve, 0.8);
    cr_expect_eq(at.n_answered, 2);
    expect_near(at.coverage, 2.0 / 3);
    expect_near(at.accuracy, 0.5);
    const PsSelective none = ps_risk_curve_selective(curve, 0.95);
    cr_expect_eq(none.coverage, 0);
    cr_expect(isnan(none.accuracy));
}

Test(selective, all_wrong_has_no_excess)
{
    static const double confidence[] = {2, 1}, correct[] = {0, 0};
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, 2);
    cr_expect_eq(ps_risk_curve_area(curve), 1);
    cr_expect(isnan(ps_risk_curve_excess(curve)));
}

Test(selective, without_rows_or_with_a_nan_there_is_no_curve)
{
    static const double good[] = {1, 0}, bad[] = {1, NAN};
    cr_expect_null(ps_risk_curve_new(good, good, 0));
    cr_expect_null(ps_risk_curve_new(bad, good, 2));
    cr_expect_null(ps_risk_curve_new(good, bad, 2));
}

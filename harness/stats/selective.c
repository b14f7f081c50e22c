#include "harness/stats/selective.h"

#include "harness/stats/sort.h"

#include <math.h>

// Pairs of minus the confidence, so that the most confident come first, and the error. NULL if
// there is a NAN.
static PsPair *rows_sorted(const double *confidence, const double *correct, size_t n_rows)
{
    g_autofree PsPair *rows = g_new(PsPair, n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        if (isnan(confidence[i]) || isnan(correct[i])) return NULL;
        rows[i] = (PsPair){-confidence[i], 1 - correct[i]};
    }
    ps_sort_pairs(rows, n_rows);
    return g_steal_pointer(&rows);
}

PsRiskCurve *ps_risk_curve_new(const double *confidence, const double *correct, size_t n_rows)
{
    if (n_rows == 0) return NULL;
    g_autofree PsPair *rows = rows_sorted(confidence, correct, n_rows);
    if (!rows) return NULL;
    PsRiskCurve *curve = g_new0(PsRiskCurve, 1);
    curve->n_rows = n_rows;
    curve->points = g_new(PsRiskPoint, n_rows);
    double n_errors = 0;
    for (size_t i = 0; i < n_rows; i++) {
        n_errors += rows[i].value;
        if (i + 1 < n_rows && rows[i + 1].key == rows[i].key) continue;
        curve->points[curve->n_points++] = (PsRiskPoint){-rows[i].key, i + 1, n_errors};
    }
    return curve;
}

void ps_risk_curve_free(PsRiskCurve *curve)
{
    if (!curve) return;
    g_free(curve->points);
    g_free(curve);
}

static double point_risk(const PsRiskPoint *point)
{
    return point->n_errors / (double)point->n_answered;
}

double ps_risk_curve_area(const PsRiskCurve *curve)
{
    double area = 0, last_risk = point_risk(&curve->points[0]);
    size_t n_last = 0;
    for (size_t i = 0; i < curve->n_points; i++) {
        const double risk = point_risk(&curve->points[i]);
        area += (double)(curve->points[i].n_answered - n_last) * (last_risk + risk) / 2;
        last_risk = risk;
        n_last = curve->points[i].n_answered;
    }
    return area / (double)curve->n_rows;
}

double ps_risk_curve_generalised_area(const PsRiskCurve *curve)
{
    const double n_rows = (double)curve->n_rows;
    double area = 0;
    PsRiskPoint last = {0};
    for (size_t i = 0; i < curve->n_points; i++) {
        const PsRiskPoint point = curve->points[i];
        area += (double)(point.n_answered - last.n_answered) * (point.n_errors + last.n_errors);
        last = point;
    }
    return area / 2 / n_rows / n_rows;
}

// Errors expected among the k most confident rows, k within the block that ends in point.
static double errors_expected(const PsRiskPoint *last, const PsRiskPoint *point, size_t k)
{
    const double share =
        (double)(k - last->n_answered) / (double)(point->n_answered - last->n_answered);
    return last->n_errors + (point->n_errors - last->n_errors) * share;
}

double ps_risk_curve_step_mean(const PsRiskCurve *curve)
{
    double sum = 0;
    PsRiskPoint last = {0};
    for (size_t i = 0; i < curve->n_points; i++) {
        for (size_t k = last.n_answered + 1; k <= curve->points[i].n_answered; k++)
            sum += errors_expected(&last, &curve->points[i], k) / (double)k;
        last = curve->points[i];
    }
    return sum / (double)curve->n_rows;
}

double ps_risk_curve_excess(const PsRiskCurve *curve)
{
    const double risk = point_risk(&curve->points[curve->n_points - 1]);
    // 0 · -∞ is NAN.
    return ps_risk_curve_step_mean(curve) - (risk + (1 - risk) * log1p(-risk));
}

double ps_risk_curve_risk_at(const PsRiskCurve *curve, double coverage)
{
    if (!(coverage > 0 && coverage <= 1)) return NAN;
    const size_t wanted = (size_t)ceil(coverage * (double)curve->n_rows);
    PsRiskPoint last = {0};
    const PsRiskPoint *point = curve->points;
    for (; point->n_answered < wanted; point++)
        last = *point;
    return errors_expected(&last, point, wanted) / (double)wanted;
}

PsSelective ps_risk_curve_selective(const PsRiskCurve *curve, double threshold)
{
    PsRiskPoint answered = {0};
    for (size_t i = 0; i < curve->n_points && curve->points[i].confidence >= threshold; i++)
        answered = curve->points[i];
    return (PsSelective){.n_answered = answered.n_answered,
                         .coverage = (double)answered.n_answered / (double)curve->n_rows,
                         .accuracy = answered.n_answered ? 1 - point_risk(&answered) : NAN};
}

// Selective answering: what the error rate becomes when a system answers only what it is most
// confident of. Pure functions on a risk-coverage curve; a curve is not changed once it is
// made, so threads may share it. A result that does not exist is NAN, never a guess.
//
// Rows of equal confidence cannot be told apart, so they enter the curve together and no result
// depends on the order of the rows. Where a definition wants them one by one (step mean, risk
// at a coverage within such a block), the value is the expectation over their orders.
#pragma once

#include <glib.h>
#include <stddef.h>

// Answering every row whose confidence is at least `confidence`.
typedef struct {
    double confidence;
    size_t n_answered;
    double n_errors; // among them: Σ (1 - correct)
} PsRiskPoint;

// coverage of a point: n_answered / n_rows; risk: n_errors / n_answered.
typedef struct {
    size_t n_rows;       // ≥ 1
    size_t n_points;     // one for each different confidence
    PsRiskPoint *points; // most confident first; the last one answers everything
} PsRiskCurve;

// confidence[n_rows] on any scale, correct[n_rows] 1 or 0 (or a score in between). NULL if
// there are no rows, or one of the values is NAN. O(n log n).
PsRiskCurve *ps_risk_curve_new(const double *confidence, const double *correct, size_t n_rows);
void ps_risk_curve_free(PsRiskCurve *curve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsRiskCurve, ps_risk_curve_free)

// AURC: the area under risk over coverage, trapezoids between points, the first point's risk
// carried on to coverage 0. 0 … 1, lower is better (fd-shifts, which shows it times 1000).
double ps_risk_curve_area(const PsRiskCurve *curve);

// AUGRC: the same area with the generalised risk n_errors / n_rows, 0 at coverage 0 (Traub et
// al. 2024, fd-shifts). 0 … ½.
double ps_risk_curve_generalised_area(const PsRiskCurve *curve);

// AURC as the mean over k = 1 … n of the risk of the k most confident rows (Geifman and
// El-Yaniv; daintlab/confidence-aware-learning).
double ps_risk_curve_step_mean(const PsRiskCurve *curve);

// E-AURC: that mean less r + (1-r) ln(1-r), what the best ranking reaches at error rate r
// (Geifman, Uziel and El-Yaniv 2019). NAN if everything is wrong.
double ps_risk_curve_excess(const PsRiskCurve *curve);

// The risk of the ⌈coverage · n⌉ most confident rows. NAN unless 0 < coverage ≤ 1.
double ps_risk_curve_risk_at(const PsRiskCurve *curve, double coverage);

typedef struct {
    size_t n_answered;
    double coverage;
    double accuracy; // of what is answered; NAN if nothing is
} PsSelective;

// Answering where confidence ≥ threshold.
PsSelective ps_risk_curve_selective(const PsRiskCurve *curve, double threshold);

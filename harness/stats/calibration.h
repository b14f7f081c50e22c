// Calibration: do answers given with confidence c turn out right in a share c of the cases?
// Pure functions, safe from any thread. A result that does not exist is NAN, never a guess.
//
// confidence[i] is the confidence in answer i, 0 … 1; correct[i] says how right it was, 1 or 0
// (or a score in between). Bins belong to the number: an error without its binning cannot be
// compared.
#pragma once

#include <stddef.h>

// One bar of a reliability diagram.
typedef struct {
    size_t n_rows;
    double confidence; // mean over the rows of the bin; NAN if there are none
    double accuracy;   // mean of correct; NAN if there are none
} PsReliabilityBin;

typedef struct {
    double expected;         // ECE: Σ over bins n/N · |confidence - accuracy|
    double maximum;          // MCE: the largest gap of a bin
    double root_mean_square; // √ Σ over bins n/N · (confidence - accuracy)²
} PsCalibrationError;

// The canonical bins: n_bins ≥ 1 (15 by custom) of equal width, closed on the right,
// (k/n_bins, (k+1)/n_bins], edges exactly those quotients (Guo et al. 2017; _ECELoss of
// gpleiss/temperature_scaling). A confidence of exactly 0, outside 0 … 1 or NAN is in no bin.
// Fills bins[n_bins]; returns how many rows are in one.
size_t ps_reliability_bins(const double *confidence,
                           const double *correct,
                           size_t n_rows,
                           PsReliabilityBin *bins,
                           size_t n_bins);

// The same edges, closed on the left, [k/n_bins, (k+1)/n_bins), and one bin more for 1 and
// above (torchmetrics). Below 0 or NAN is in no bin. Fills bins[n_bins + 1].
size_t ps_reliability_bins_left_closed(const double *confidence,
                                       const double *correct,
                                       size_t n_rows,
                                       PsReliabilityBin *bins,
                                       size_t n_bins);

// Bins of equal mass (verified_calibration; Kumar, Liang and Ma 2019): the sorted rows are cut
// into n_bins runs whose lengths differ by at most one, the longer ones first, and an edge lies
// halfway between neighbours. Equal confidences are never split, so bins can be uneven or,
// beyond the last edge, empty. NAN is in no bin. Fills bins[n_bins]; returns how many bins
// there are, at most n_bins and at most the number of rows. O(n log n).
size_t ps_reliability_bins_equal_mass(const double *confidence,
                                      const double *correct,
                                      size_t n_rows,
                                      PsReliabilityBin *bins,
                                      size_t n_bins);

// The calibration errors of bins. N is n_rows, all rows, those in no bin too: rows that fall
// out make the error smaller, so say how many did. No rows: 0.
PsCalibrationError
ps_calibration_error(const PsReliabilityBin *bins, size_t n_bins, size_t n_rows);

// The Brier score of a yes-or-no outcome: mean (probability - outcome)², 0 … 1, weighted by
// weights[n_rows] (may be NULL). For answers: confidence and correct. NAN if there is no
// weight.
double ps_brier(const double *probabilities,
                const double *outcomes,
                const double *weights,
                size_t n_rows);

// The Brier score over classes: mean over rows of Σ over classes (probability - [is label])²,
// 0 … 2; for two classes twice ps_brier. probabilities is [n_rows][n_classes], not normalised
// here; labels[n_rows] are below n_classes. NAN if there are no rows.
double ps_brier_classes(const double *probabilities,
                        const size_t *labels,
                        size_t n_rows,
                        size_t n_classes);

// Estimates: a value from rows, with an interval that stays honest when rows share a source,
// when they are few, and when they are all alike. Definitions and their sources are in
// docs/truth.md.
#pragma once

#include "harness/metric.h"

typedef struct {
    bool is_defined;    // there is a value
    bool has_interval;  // there is an interval
    double value;       // in the metric's own unit, before unit_scale
    double low, high;   // 95 % interval
    size_t n;           // rows that the value rests on
    size_t n_clusters;  // groups of rows that share a source
    const char *method; // how the interval was made, or why there is none; static
    // Where it is centre ± t(df) · error, cut to the range; error is NAN where it is not.
    double centre, error, df;
    double n_effective; // shares: rows that the interval counts, after clustering; else 0
} PsEstimate;

// Rows of one metric, in any order; those whose clusters ascend cost the least.
typedef struct {
    size_t n_rows;
    const double *stats;      // [n_rows, n_stats]
    const uint32_t *clusters; // [n_rows]: rows with one number share a source
    GBytes *const *records;   // [n_rows] of a pooled metric; else NULL
    bool is_borrowed;         // ps_rows_clear (harness/rows.h) leaves the arrays alone
} PsRows;

// The value and its 95 % interval. n = 0, a zero denominator: not defined.
PsEstimate ps_estimate(const PsMetric *metric, const PsRows *rows);

// The probability, under that t distribution, that the true value is at most (or at least)
// bound: the one-sided p-value of the hypothesis that it is beyond. NAN where there is none.
double ps_estimate_p_at_most(const PsEstimate *estimate, double bound);
double ps_estimate_p_at_least(const PsEstimate *estimate, double bound);

// The difference second - first of two systems or conditions on the same rows (row i of one is
// row i of the other); of percentiles it is not defined.
PsEstimate
ps_estimate_difference(const PsMetric *metric, const PsRows *first, const PsRows *second);

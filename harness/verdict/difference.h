// The paired difference of one metric between two systems on one set of rows. docs/truth.md
// says how each number is made.
#pragma once

#include "harness/rows.h"
#include "harness/slices.h"

typedef struct {
    PsEstimate first, second; // of each system, on the rows where both have a value
    PsEstimate difference;    // second - first
    // One-sided p-values of "second is not worse" and of "second is not better", in the
    // metric's direction (for a metric without one, larger is worse), and the two-sided one.
    // NAN if there is no difference to test.
    double p_worse, p_better, p;
    // The least that p_worse could have been, given how many sources differ at all: a test that
    // can never reach the level does not count among those that are adjusted for.
    double p_least;
    // p-value of "second is worse by at least the margin": small where it surely is not. NAN
    // without a margin.
    double p_beyond_margin;
    size_t n_better, n_worse, n_same;   // rows
    size_t n_only_first, n_only_second; // rows where one system alone has a value
} PsDifference;

// Row i of first is row i of second. rows[n_rows] ascend, and so do clusters along them. margin
// ≥ 0, in the metric's own unit; NAN: none. Thread-safe.
PsDifference ps_difference(const PsStatColumn *first,
                           const PsStatColumn *second,
                           const uint32_t *clusters,
                           const uint32_t *rows,
                           size_t n_rows,
                           double margin);

// 1 where a larger value of metric is worse, else -1.
int ps_metric_worse_sign(const PsMetric *metric);

// One system's value against a fixed bound: the one-sided tests behind "at least" and "at
// most".
#pragma once

#include "harness/estimate.h"

typedef struct {
    PsEstimate estimate;
    double p_below; // p-value of "the true value is at least bound": small where it is surely
                    // below
    double p_above; // p-value of "the true value is at most bound"
} PsBoundTest;

// Shares and scores from 0 to 1: the exact binomial test at the effective number of rows.
// Unbounded ratios: t. Percentiles: the share of rows that are at most bound, tested like any
// share. NAN where there is nothing to test.
PsBoundTest ps_bound_test(const PsMetric *metric, const PsRows *rows, double bound);

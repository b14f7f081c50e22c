// The contrast of a group with the rest: two sets of rows that do not overlap, though a source
// may have rows in both. docs/audit.md, rule 1.
#pragma once

#include "harness/estimate.h"

typedef struct {
    PsEstimate group, rest;
    PsEstimate difference; // group - rest
    double p;              // two-sided; NAN if there is nothing to test
} PsContrast;

// clusters[n_rows] ascend; is_group[n_rows] tells the two sets apart. A metric of any form;
// that of rows from -1 to 1 (a change) is of range PS_RANGE_POSITIVE. Thread-safe.
PsContrast ps_contrast(const PsMetric *metric, const PsRows *rows, const bool *is_group);

// One set of rows of a share, as far as its difference goes.
typedef struct {
    double value;       // 0 … 1
    double n_effective; // rows that it counts
    double n_sources;
} PsContrastSide;

// The difference group - rest of two shares that have the correlation of their errors (0: no
// source is in both): is_defined, value, interval, centre, error, df.
PsEstimate ps_contrast_of_shares(PsContrastSide group,
                                 PsContrastSide rest,
                                 double correlation,
                                 double n_sources);

// The two sides and the correlation that ps_contrast would use for a metric from 0 to 1. False
// if one of them has no value.
bool ps_contrast_sides(const PsMetric *metric,
                       const PsRows *rows,
                       const bool *is_group,
                       PsContrastSide sides[2],
                       double *correlation,
                       double *n_sources);

// The two-sided p of a difference of 0.
double ps_contrast_p(const PsEstimate *difference);

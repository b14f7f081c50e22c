// Where the variance of a metric on a slice lies: between sources, between samples, between
// epochs. A sample under a capture condition counts as a sample of its own, since epochs repeat
// it as such. docs/truth.md says how each number is made.
#pragma once

#include "harness/rows.h"
#include "harness/slices.h"
#include "harness/stats/power.h"

typedef struct {
    PsEstimate value;      // of the run; of two runs, the second's
    PsPowerDesign design;  // the rows that have a value; all 0 if there are none
    PsVarianceParts parts; // of the value; of two runs, of their difference
    const char *why;       // why there are no parts, or NULL; static
    const char *note;      // what else is to be known about the parts, or NULL; static
} PsSpread;

// table's rows are in canonical order, its clusters numbered anew. Percentiles have no parts:
// theirs would need the density of the values at the percentile. Thread-safe.
PsSpread ps_spread_of_run(const PsTaskRows *table,
                          const PsStatColumn *column,
                          const uint32_t *rows,
                          size_t n_rows);

// Of the difference of two runs, on the rows where both have a value: row i of table is row i
// of the other.
PsSpread ps_spread_of_pair(const PsTaskRows *table,
                           const PsStatColumn *first,
                           const PsStatColumn *second,
                           const uint32_t *rows,
                           size_t n_rows);

// Of a share, or a score from 0 to 1, that nobody has measured yet (p (1 - p) is the most that
// the variance of such a score can be): the rows as they are, each asked `epochs` times.
PsSpread ps_spread_of_plan(const PsTaskRows *table,
                           const uint32_t *rows,
                           size_t n_rows,
                           double share,
                           double icc,
                           int epochs);

// Rows of a sample, on average.
double ps_spread_epochs(const PsSpread *spread);

// What a test of a difference leaves unseen (PsPowerError): a step of answers that are right or
// wrong.
double ps_spread_step(const PsSpread *spread, const PsMetric *metric);

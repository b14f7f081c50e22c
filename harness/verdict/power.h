// power: before spending, how much data a slice needs to show a drop; and the smallest drop
// that the data there are can show. docs/power.md is the manual.
#pragma once

#include "harness/findings.h"
#include "harness/runfile.h"
#include "harness/suite.h"

typedef struct {
    double drop;        // to be found, in the metric's printed unit; 0: 5 for metrics in
                        // percent, else a tenth of the value
    double alpha;       // of the one-sided test, before it is divided by the number of tests
    double power;       // how often the drop shall be found
    size_t n_tests;     // asked together, ≥ 1
    double correlation; // of two systems on one sample, where there is one run: 0 … 1
    double accuracy;    // of a share, where there is none: 0 … 1
    double icc;         // share of its variance that lies between sources: 0 … 1
} PsPowerOptions;

PsPowerOptions ps_power_options_default(void);

// From a run; and, if baseline is not NULL, from the differences between the two, on the
// samples they share.
PsFindings *ps_power_of_run(PsRunFile *run,
                            PsRunFile *baseline,
                            const PsRegistry *registry,
                            const PsPowerOptions *options,
                            GError **error);

// From a suite alone: counts the samples of its datasets, and assumes the rest. Takes ownership
// of suite.
PsFindings *ps_power_of_suite(PsSuite *suite,
                              const PsRegistry *registry,
                              const PsPowerOptions *options,
                              GError **error);

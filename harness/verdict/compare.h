// compare: two or more runs on the samples they share, per metric and slice.
#pragma once

#include "harness/findings.h"
#include "harness/verdict/difference.h"
#include "harness/verdict/pairs.h"

typedef struct {
    bool allow_other_data; // see ps_pairs_load
    int n_flips; // most samples to show of each task that changed; 0: PS_COMPARE_FLIPS
} PsCompareOptions;

#define PS_COMPARE_FLIPS 20

// Compares each run after the first with the first, on the rows those two share. Everything
// that is printed is a pure function of the rows, whatever their order and the number of
// threads.
PsFindings *ps_compare(PsRunFile *const *runs,
                       size_t n_runs,
                       const PsRegistry *registry,
                       const PsCompareOptions *options,
                       GError **error);

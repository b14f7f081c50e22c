// Many pairs of runs, and what the gate and two simpler comparisons say about each.
#pragma once

#include "truth_runs.h"

// What is counted over pairs. Simpler comparisons look at the same numbers: "lower" calls every
// slice worse whose new value is worse, "by the margin" where it is worse by the margin or
// more; "unpaired" is a t test of two independent samples of rows at 0.05, slice by slice.
typedef struct {
    size_t n_pairs, n_cases;
    size_t n_of[4];                          // cases by PsVerdict
    size_t n_overall[4];                     // pairs by PsVerdict
    size_t n_alarms;                         // pairs with an adjusted p ≤ 0.05
    size_t n_fails;                          // pairs that fail
    size_t n_lower, n_by_margin, n_unpaired; // pairs where these call any slice worse
} Counts;

typedef struct {
    const Setup *setup;
    const Truth *truth;
    double margin; // share
    uint64_t seed;
    size_t n_pairs;
    // Called for each pair, in no order, from any thread, one at a time. May be NULL.
    void (*look)(void *data, size_t pair, const Scores scores[2], const PsFindings *findings);
    void *data;
} Pairs;

Counts pairs_run(const Pairs *pairs);

// By how much the second is worse on the rows of a slice ("all", "attribute:a=3"), and the
// one-sided p of an unpaired, unclustered t test.
typedef struct {
    double drop, p;
} SimpleComparison;

SimpleComparison
compare_simply(const Design *design, const Scores scores[2], int score, const char *slice);

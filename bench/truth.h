// The experiments of bench/truth. Each adds a section or more to the results; the same options
// give the same results, whatever the number of threads.
#pragma once

#include "truth_results.h"

#include <stdint.h>

typedef struct {
    uint64_t seed;
    size_t n_pairs; // of runs, of the experiment that needs the most; the others in proportion
    size_t n_draws; // of rows, for each cell of the coverage tables
    const char *folder; // where run files are made; empty
} TruthOptions;

// Two runs of one system: how often is anything said to be worse.
void truth_same(Results *results, const TruthOptions *options);

// Two runs of one system: how often is its latency said to be worse.
void truth_same_latency(Results *results, const TruthOptions *options);

// A drop in one slice: is it found, and is it found there.
void truth_drop(Results *results, const TruthOptions *options);

// A drop of exactly the margin must not pass, none at all should.
void truth_margin(Results *results, const TruthOptions *options);

// How often 95 % intervals hold the truth: of values, of paired differences.
void truth_coverage(Results *results, const TruthOptions *options);
void truth_coverage_difference(Results *results, const TruthOptions *options);

// discover: which slices fare worst that nobody named? Conjunctions of keys are searched for on
// one half of the sources and tested on the other. docs/discover.md is the manual.
#pragma once

#include "harness/findings.h"
#include "harness/runfile.h"

#define PS_DISCOVER_KEYS_MOST 30  // --key
#define PS_DISCOVER_LEVEL_MOST 5  // --level
#define PS_DISCOVER_LEVEL 3       // … if it is not given
#define PS_DISCOVER_FDR 0.10      // --fdr, likewise
#define PS_DISCOVER_SEED 1        // --seed, likewise
#define PS_DISCOVER_LEAST_ALL 40  // sources; with fewer there is no search
#define PS_DISCOVER_FEW_ALL 200   // sources; with fewer a note says what that means
#define PS_DISCOVER_LEAST_HALF 10 // sources of a slice in either half

typedef struct {
    char **keys;        // attributes of the samples beside the suite's slicers, or NULL
    const char *metric; // NULL: each task's first
    size_t level;       // most keys of a slice
    double min_support; // rows, or a share of them below 1; 0: 1 %, at least 30
    double fdr;         // false discovery rate of what is confirmed
    uint64_t seed;      // of the halves
    bool answered_only; // leave out rows without an answer, which are otherwise errors
} PsDiscoverOptions;

// Looks at every task of the run. PS_ERROR_USAGE if there is no such key or metric, or if a row
// has no error by the metric.
PsFindings *ps_discover(PsRunFile *run,
                        const PsRegistry *registry,
                        const PsDiscoverOptions *options,
                        GError **error);

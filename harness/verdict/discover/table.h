// What discover searches: rows with their errors and their keys, in two halves that share no
// source.
#pragma once

#include "harness/rows.h"

typedef struct {
    const char *name;        // "condition", "snr"; borrowed
    const PsKeyColumn *keys; // borrowed
} PsDiscoverFeature;

// Rows in the order of the task's.
typedef struct {
    size_t n_rows, n_sources;
    uint32_t *rows;     // [n_rows] rows of the task
    uint32_t *clusters; // [n_rows] ascending
    double *stats;      // [n_rows, 2] error (0 … 1), 1
} PsDiscoverHalf;

typedef struct {
    const PsTaskRows *rows; // borrowed
    size_t n_features;
    PsDiscoverFeature *features; // [n_features] those that tell rows apart
    const PsMetric *error;       // the metric that the errors are of; static
    PsDiscoverHalf search, test;
    size_t n_unanswered; // rows that count as errors since they have no answer
    size_t n_undefined;  // rows left out: answered, but without a value
    size_t n_capped;     // rows whose ratio was above 1
} PsDiscoverTable;

// Whether a row has an error by the metric: a ratio of which less is better, or a share of
// which more is.
bool ps_discover_has_error(const PsMetric *metric);

// Which rows are of the half to test on: all rows of a source or none, by a hash of its name
// and the seed. [n_rows], the caller's.
bool *ps_discover_split(const PsTaskRows *rows, uint64_t seed);

// rows are in canonical order, their clusters ascend; column is one of theirs that has an
// error. The error of a row is 1 - its value where more is better, else its value, 1 at most; 1
// if it has neither value nor answer.
PsDiscoverTable *ps_discover_table_new(const PsTaskRows *rows,
                                       const PsStatColumn *column,
                                       const PsDiscoverFeature *features,
                                       size_t n_features,
                                       const bool *is_test,
                                       bool answered_only);
void ps_discover_table_free(PsDiscoverTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsDiscoverTable, ps_discover_table_free)

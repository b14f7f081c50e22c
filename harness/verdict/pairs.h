// Two runs, row by row: which rows they share, and what could not be paired and why. Tasks are
// paired by name, rows by the sample's id, the condition's label and the epoch.
#pragma once

#include "harness/plan.h"
#include "harness/rows.h"

typedef struct {
    const PsTask *task;  // as the first run has it; borrowed
    PsTaskRows *first;   // the shared rows in canonical order: row i of one is …
    PsTaskRows *second;  // … row i of the other; first's clusters ascend
    size_t n_only_first; // rows that the other run does not have
    size_t n_only_second;
    // Rows of each slice before pairing, by its label: size_t *.
    GHashTable *slices_first, *slices_second;
    size_t n_metrics;
    size_t *of_first, *of_second; // [n_metrics] columns of the metrics that both have
} PsPairedTask;

typedef struct {
    char *path, *system;
    PsPlan *plan;
    char *load; // "closed loop, 64 in flight": under what its latencies were measured; or NULL
} PsPairedRun;

typedef struct {
    PsPairedRun first, second;
    size_t n_tasks;
    PsPairedTask *tasks; // [n_tasks] in the order of the first run
    GPtrArray
        *notes; // char *: what could not be paired and why, what differs beside the system
} PsPairs;

// Reads both runs (two threads). PS_ERROR_DATA if a task's data differ (content hash), unless
// allow_other_data, or if no task is in both.
PsPairs *ps_pairs_load(PsRunFile *first,
                       PsRunFile *second,
                       const PsRegistry *registry,
                       bool allow_other_data,
                       GError **error);
void ps_pairs_free(PsPairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsPairs, ps_pairs_free)

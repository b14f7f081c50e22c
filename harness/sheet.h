// The sheet: everything a report shows of one run, computed once by the slices stage. Reports
// render it and compute nothing. Built from the run file alone.
#pragma once

#include "harness/estimate.h"
#include "harness/runfile.h"

// One metric on one slice.
typedef struct {
    PsEstimate estimate;
    PsEstimate difference; // to the clean sample, paired; only on slices of "condition"
} PsSheetCell;

typedef struct {
    char *slicer; // "condition", "sharpness", …; "" for the task as a whole
    char *title;  // of the slicer, as in a table
    char *key;    // "blur@2", "soft"; "all" for the task as a whole
    const PsCondition
        *condition; // of a slice by one capture condition, not of a chain; or NULL
    double amount;  // of that condition
    size_t n_items; // rows of the slice, whatever their outcome
    size_t outcomes[PS_N_OUTCOMES];
    PsSheetCell *cells; // [n_metrics] of the task
    size_t n_evidence;
    size_t *evidence; // [n_evidence] indices into the sheet's evidence, worst first
} PsSheetSlice;

typedef struct {
    char *name, *prompt;
    PsManifest *manifest;
    char *dataset_path, *dataset_sha256;
    size_t n_samples, n_items, n_done;
    size_t n_metrics;
    const PsMetric **metrics; // [n_metrics]: the suite's first, then the derived ones that any
                              // row has a value of
    size_t n_suite_metrics;   // how many of them the suite named; metrics[0] orders the slices
    PsSheetSlice whole;
    size_t n_slices;
    PsSheetSlice *slices; // [n_slices], worst first by metrics[0]; too small ones last
    size_t n_latencies;
    double *latencies_ms; // [n_latencies] ascending, at most PS_SHEET_MAX_POINTS quantiles
} PsSheetTask;

#define PS_SHEET_MAX_POINTS 400
#define PS_SHEET_WORST_PER_SLICE 4 // frames shown for each slice …
#define PS_SHEET_BEST_PER_SLICE 2
#define PS_SHEET_EVIDENCE_MOST 150 // … and in the whole sheet
#define PS_SHEET_SMALL 10          // slices with fewer scored rows are listed last

// One sample behind a number.
typedef struct {
    uint64_t item_id;
    size_t task;      // index into tasks
    PsSample *sample; // owned: id, references
    char *condition;
    int epoch;
    size_t n_parts;
    PsPart *parts; // [n_parts] as the dataset has them, but for an ablation; texts are sample's
    PsMedia **media; // [n_parts]: as a browser shows it, after the condition; NULL for text,
                     // or where it is not kept
    PsOutcome outcome;
    char *answer, *error; // one of them, or NULL
    double latency_ms;    // NAN if unknown
    double *scores;       // [n_suite_metrics of the task] per-sample values; NAN if undefined
    size_t n_keys;
    char **keys; // [n_keys] "slicer=key"
} PsSheetEvidence;

typedef struct {
    char *name, *value;
} PsSheetFact;

typedef struct PsFindings PsFindings;
typedef struct PsRunRows PsRunRows; // harness/run_rows.h

typedef struct PsSheet {
    char *suite, *system; // "openai/gpt-4o"
    char *run_path;
    bool is_finished;                // every planned item has a response
    int64_t started_ns, finished_ns; // Unix time
    size_t n_facts;
    PsSheetFact *facts; // how it was run: load, options, versions, seed
    size_t n_tasks;
    PsSheetTask *tasks;
    size_t n_evidence;
    PsSheetEvidence *evidence;
    PsFindings *modality; // how the modalities are used, owned; NULL: no ablation, no conflict
    PsFindings *gate;     // what a gate said of this run, owned; NULL if none was asked
} PsSheet;

// Reads the whole run file once. registry resolves the names of metrics and slicers.
PsSheet *ps_sheet_new(PsRunFile *run, const PsRegistry *registry, GError **error);

// The same, of a run whose rows were read while it was collected; takes them out of rows.
PsSheet *
ps_sheet_of_rows(PsRunFile *run, const PsRegistry *registry, PsRunRows *rows, GError **error);
void ps_sheet_free(PsSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSheet, ps_sheet_free)

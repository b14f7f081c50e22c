// A suite: YAML that says what is asked (tasks), under which capture conditions, how it is
// scored and sliced. docs/suites.md is the manual of the format.
#pragma once

#include "harness/ablation.h"
#include "harness/capture.h"
#include "harness/ingest.h"
#include "harness/judge.h"
#include "harness/policy.h"

typedef struct {
    PsCapture capture; // without steps: clean, or an ablation
    PsAblation ablation;
    char *label; // as the suite wrote it: "clean", "blur@2", "webcam", "drop:image"
} PsSuiteCondition;

typedef struct {
    const PsSlicer *slicer;
    char *argument; // what follows ':', or NULL
    char *label;    // as the suite wrote it: "attribute:voice"
} PsSuiteSlicer;

typedef struct {
    char *name;
    char *dataset; // path, resolved against the suite's folder
    char *prompt;  // or NULL
    size_t n_metrics;
    const PsMetric **metrics; // [n_metrics] ≥ 1
    size_t n_conditions;
    PsSuiteCondition *conditions; // [n_conditions] ≥ 1; clean is always the first
    size_t n_slicers;
    PsSuiteSlicer *slicers; // [n_slicers]
    uint64_t limit;         // most samples; 0: all
    PsIngest ingest;        // what is made of the parts before they are sent
} PsTask;

typedef struct {
    char *name, *path;
    char *text; // the YAML as it was read
    int epochs; // ≥ 1
    uint64_t seed;
    size_t n_tasks;
    PsTask *tasks;  // [n_tasks] ≥ 1
    PsPolicy *gate; // what `gate` asks of a run, or NULL
    PsJudge *judge; // who rates answers, or NULL
} PsSuite;

// Reads a suite. PS_ERROR_NO_INPUT if it cannot be read; PS_ERROR_CONFIG naming file and line
// if it is not well formed, or names a metric, slicer or condition that there is not.
PsSuite *ps_suite_load(const char *path, const PsRegistry *registry, GError **error);

// The same for text that was read before; path is what it is called in errors and what the
// paths in it are relative to.
PsSuite *ps_suite_parse(const char *path,
                        const char *text,
                        size_t length,
                        const PsRegistry *registry,
                        GError **error);
void ps_suite_free(PsSuite *suite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSuite, ps_suite_free)

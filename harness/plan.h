// The plan: suite × dataset × capture conditions × epochs → work items. Items are numbered
// through, sample by sample (all conditions and epochs of a sample follow each other, so that
// pairs are taken close in time), and are made one after the other, never all at once.
#pragma once

#include "harness/runfile.h"
#include "harness/suite.h"
#include "harness/swap.h"

typedef struct {
    const PsTask *task; // borrowed from the suite
    PsDataset *dataset; // NULL in a plan that was read from a run file
    PsManifest *manifest_owned;
    const PsManifest *manifest;
    char *dataset_path, *dataset_sha256;
    uint64_t n_samples;
    uint64_t first_sample, first_item, n_items;
    uint64_t
        n_inapplicable; // of these: nothing to ablate, or nothing to swap with; never asked
    PsSwap **swaps;     // [task->n_conditions] NULL but for swaps; NULL if not open
    void **corpora;  // [task->n_metrics] what a metric learnt of the samples (PsCorpusKind), or
                     // NULL
    PsIngest ingest; // the task's, with what the command line states
    char *ingest_json; // the same, an object; NULL if nothing is stated
    int *metric_ids;   // [task->n_metrics] rows of the run file
    int *slicer_ids;   // [task->n_slicers]
} PsPlanTask;

typedef struct {
    PsSuite *suite;
    char *system;  // "openai/gpt-4o"
    char *options; // JSON object: what is asked of the system beside the input
    int epochs;
    uint64_t seed;
    size_t n_tasks;
    PsPlanTask *tasks;
    uint64_t n_items, n_inapplicable;
    unsigned cannot_take; // see PsAdapter
    size_t at_task;       // where ps_plan_next stands
    uint64_t at_sample;
} PsPlan;

// What the command line may override. Zero: as the suite says.
typedef struct {
    uint64_t limit; // most samples of each task
    int epochs;
    bool allow_outside;   // media outside of the dataset's folder
    PsIngest ingest;      // goes before what a task states
    unsigned cannot_take; // of the adapter
} PsPlanOptions;

// Opens and measures every dataset. Takes ownership of suite. options_json: see PsPlan.
PsPlan *ps_plan_new(PsSuite *suite,
                    const PsRegistry *registry,
                    const char *system,
                    const char *options_json,
                    const PsPlanOptions *options,
                    GError **error);

// Writes the plan into a new run file; in one that has a plan, checks that it is the same
// (PS_ERROR_CONFIG says what differs). Fills metric_ids and slicer_ids.
bool ps_plan_record(PsPlan *plan, PsRunFile *run, GError **error);

// The plan that a run file was made with; its datasets are not open.
PsPlan *ps_plan_load(PsRunFile *run, const PsRegistry *registry, GError **error);
void ps_plan_free(PsPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsPlan, ps_plan_free)

// The next sample of the plan, which the caller owns, with the task it belongs to and its
// number; at the end NULL without an error.
PsSample *
ps_plan_next(PsPlan *plan, const PsPlanTask **task, uint64_t *sample_id, GError **error);

// The task that an item belongs to; NULL if the plan has no such item.
const PsPlanTask *ps_plan_task_of_item(const PsPlan *plan, uint64_t item_id);

// The items of a task that there are.
static inline uint64_t ps_plan_task_n_asked(const PsPlanTask *task)
{
    return task->n_items - task->n_inapplicable;
}

// Whether a condition (its number in the task) can be applied to sample at all: an ablation of
// what it does not have cannot, and is no item.
bool ps_plan_applies(const PsPlanTask *task, size_t condition, const PsSample *sample);

// The sample as it is sent under a condition: a view (harness/ablation.h), or NULL where that
// is the sample itself.
PsSample *ps_plan_view(const PsPlanTask *task, size_t condition, const PsSample *sample);

// The item of a sample under a condition in an epoch (numbers of the task), key unset.
PsItem ps_plan_item(
    const PsPlan *plan, const PsPlanTask *task, uint64_t sample_id, int condition, int epoch);

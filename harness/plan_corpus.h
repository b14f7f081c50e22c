// What the metrics of a plan have to know of the samples of a task as a whole (PsCorpusKind).
// Internal to the plan and the score stage. Each function does nothing where no metric needs
// it, or where it is known already.
#pragma once

#include "harness/plan.h"

// From the dataset, which is open: one more reading of it.
bool ps_plan_corpora_of_dataset(PsPlanTask *task, GError **error);

// From the samples that a run file holds: all of them in a finished run.
bool ps_plan_corpora_of_run(PsPlanTask *task, PsRunFile *run, GError **error);

void ps_plan_corpora_free(PsPlanTask *task);

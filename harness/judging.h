// The judge stage: has the suite's judge rate the answers of a run, after collecting. What was
// rated before is not asked again; then the run is scored anew, and how far the judge agrees
// with what the references say is measured and written down as facts of the run:
//
// - "judge of TASK": answers rated, failures of the judge, Krippendorff's α (ordinal and
//   nominal) with the first metric of the task that compares with references, put on the
//   judge's scale and rounded; and with attribute "rating" of the samples, where people rated
//   recorded answers.
#pragma once

#include "harness/plan.h"

#include <signal.h>

typedef struct {
    const PsAdapter *adapter;
    PsSystem system;
    const volatile sig_atomic_t *stop; // set from outside: end early, keeping what is stored
} PsJudgingOptions;

typedef struct {
    uint64_t n_answers; // that tasks want rated
    uint64_t n_kept;    // of them, those whose content was rated before, or stands there twice
    uint64_t n_asked;
    bool was_stopped;
} PsJudgingResult;

// False with PS_ERROR_CONFIG if the suite's judge is the system that is judged and may not be.
bool ps_judging_check(const PsPlan *plan, bool may_judge_itself, GError **error);

// Rates, scores and writes the facts; plan->suite->judge is not NULL.
bool ps_judge_run(const PsPlan *plan,
                  PsRunFile *run,
                  const PsJudgingOptions *options,
                  PsJudgingResult *result,
                  GError **error);

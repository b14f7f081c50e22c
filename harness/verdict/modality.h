// What a run with modality ablations (harness/ablation.h) says of how a system uses its
// modalities: how much each is really used, how often it answers as sure without looking, and
// which modality wins where two contradict. docs/conditions.md says how to read it.
#pragma once

#include "harness/findings.h"
#include "harness/plan.h"
#include "harness/rows.h"

// Which answer a row gives where modalities contradict.
typedef enum {
    PS_FOLLOWS_NOTHING, // neither of them
    PS_FOLLOWS_MODALITY,
    PS_FOLLOWS_OTHERS,
} PsFollows;

// Told by metric, a score of single answers: the side whose references it scores better, if
// that is at least 0.5 (of an error rate: at most 0.5). A tie is nobody's.
PsFollows ps_modality_follows(const PsMetric *metric,
                              const PsSample *sample,
                              const PsContradiction *contradiction,
                              const char *answer);

// The findings of every task that has ablations, or rows that contradict themselves; NULL
// without an error if none has. Reads run, whose plan it is.
PsFindings *
ps_modality(PsRunFile *run, const PsPlan *plan, const PsRegistry *registry, GError **error);

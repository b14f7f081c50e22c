// Scoring: metrics turn a response and its references into sufficient statistics. Never needs
// the system under test again.
#pragma once

#include "harness/plan.h"

// Fills scores (room for task->task->n_metrics) with those that are defined; returns how many,
// each to be cleared.
size_t ps_score_response(const PsPlanTask *task,
                         const PsSample *sample,
                         const PsResponse *response,
                         PsScore *scores);

// Scores every stored response of a run anew. Sets *n_scored to the number of responses.
bool ps_score_run(PsRunFile *run, const PsPlan *plan, uint64_t *n_scored, GError **error);

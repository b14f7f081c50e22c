// What a plan has to know of its datasets for modality ablations. Internal to the plan.
#pragma once

#include "harness/plan.h"

// Draws the swaps of task, whose dataset is open, and counts the items that there are not.
// Reads the dataset twice, and not at all where no condition is an ablation. PS_ERROR_DATA if
// one applies to no sample.
bool ps_plan_ablations(const PsPlan *plan, PsPlanTask *task, GError **error);

// Walking the samples of a task before anything is asked. Internal to the plan.
#pragma once

#include "harness/plan.h"

// False with error set ends the walk.
typedef bool (*PsSampleVisit)(PsPlanTask *task,
                              const PsSample *sample,
                              void *data,
                              GError **error);

// Calls visit for each sample of the task that the plan asks for. The dataset has to be open;
// it stands at its start afterwards.
bool ps_plan_visit_samples(PsPlanTask *task, PsSampleVisit visit, void *data, GError **error);

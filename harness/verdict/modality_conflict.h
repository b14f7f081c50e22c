// Whom a system follows where modalities contradict. Internal to modality.
#pragma once

#include "harness/verdict/modality.h"

// Adds the table of conflicts of task, if it has any. table is in the order of its items.
bool ps_modality_add_conflicts(PsFindings *findings,
                               PsRunFile *run,
                               const PsPlanTask *task,
                               const PsTaskRows *table,
                               GError **error);

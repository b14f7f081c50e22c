// What discover says of the slices of a task.
#pragma once

#include "harness/findings.h"
#include "harness/runfile.h"
#include "harness/verdict/discover/slice.h"

// Adds a table of slices[] (PsDiscoverSlice *) of a task and, if any is confirmed, one of their
// worst samples. No table if there are no slices.
bool ps_discover_report_add(PsFindings *findings,
                            PsRunFile *run,
                            const PsTask *task,
                            const PsMetric *error_metric,
                            const GPtrArray *slices,
                            GError **error);

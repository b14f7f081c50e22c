// How a run was run, as rows of its file, for the reader of a report.
#pragma once

#include "harness/collect.h"

// Adds what plan and options say to run, and commits. A run that was resumed under other
// circumstances has all of them.
bool ps_run_facts_set(PsRunFile *run,
                      const PsPlan *plan,
                      const PsCollectOptions *options,
                      GError **error);

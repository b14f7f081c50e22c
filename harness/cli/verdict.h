// Gating a run file: what `gate` and `run --baseline` share.
#pragma once

#include "harness/policy.h"
#include "harness/runfile.h"

// The policy in the file at path, or, if path is NULL, the member `gate` of the suite that the
// run was made with. PS_ERROR_USAGE if there is neither.
PsPolicy *
ps_verdict_policy(const char *path, PsRunFile *run, const PsRegistry *registry, GError **error);

// Gates candidate; sets *exit_status as the policy has it. baseline: a run file's path, or
// NULL; a file that does not exist is no baseline, which is said on stderr. Where
// GITHUB_ACTIONS is true, stdout gets an annotation for each case that does not pass. NULL on
// error; else the caller's.
PsFindings *ps_verdict_gate(const PsRegistry *registry,
                            PsRunFile *candidate,
                            const char *baseline,
                            const PsPolicy *policy,
                            bool allow_other_data,
                            int *exit_status,
                            GError **error);

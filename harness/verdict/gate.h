// gate: a policy's rules, each on each of its slices, from the rows of a candidate and a
// baseline. docs/gate.md says what each verdict means; docs/truth.md how the numbers are made.
#pragma once

#include "harness/findings.h"
#include "harness/policy.h"
#include "harness/runfile.h"

// baseline may be NULL: there is none, and the policy says what becomes of rules that need one.
// The verdict of the findings: fail if any case fails, else undecided if any is, else pass.
// PS_ERROR_CONFIG for a rule whose task or metric is in neither run, PS_ERROR_DATA as
// ps_pairs_load.
PsFindings *ps_gate(PsRunFile *candidate,
                    PsRunFile *baseline,
                    const PsPolicy *policy,
                    const PsRegistry *registry,
                    bool allow_other_data,
                    GError **error);

// 0, 1 or 2, as the policy has it.
int ps_gate_exit_status(const PsPolicy *policy, PsVerdict verdict);

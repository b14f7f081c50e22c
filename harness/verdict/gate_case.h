// One rule on one slice. Internal to the gate.
#pragma once

#include "harness/policy.h"
#include "harness/verdict/difference.h"
#include "harness/verdict/pairs.h"

typedef struct {
    const PsRule *rule;
    char *task, *slice;         // its label
    const PsPairedTask *paired; // NULL: no baseline, or the task is in one run only
    size_t metric;              // index into the paired metrics, or SIZE_MAX
    const PsTaskRows *alone;    // the candidate's rows, for rules that need no baseline
    const PsStatColumn *column; // … and the metric's column
    const PsSlice *rows;        // of paired or alone; NULL: none
    size_t n_before, n_now;     // rows of the slice in each run, paired or not

    double margin; // in the metric's own unit
    PsDifference difference;
    PsEstimate value; // of the candidate
    // p-values of "not worse" or "the bound is kept", and of "worse by the margin or more" or
    // "the bound is broken". NAN: not tested.
    double p_fail, p_fail_adjusted, p_pass;

    PsVerdict verdict;
    char *reason;
} PsGateCase;

void ps_gate_case_clear(PsGateCase *of);

// Fills what follows from rows alone; safe from any thread.
void ps_gate_case_measure(PsGateCase *of);

// Fills verdict and reason from what was measured; n_tests is the size of the family.
void ps_gate_case_judge(PsGateCase *of, const PsPolicy *policy, size_t n_tests);

// What the two halves of the gate share: finding the cases (gate_cases.c), judging them
// (gate.c). Internal to the gate.
#pragma once

#include "harness/slices.h"
#include "harness/verdict/gate_case.h"

// What the gate looks at.
typedef struct {
    const PsPolicy *policy;
    PsPlan *plan;       // of the candidate
    PsPairs *pairs;     // NULL: no baseline
    PsTaskRows **alone; // [plan->n_tasks] the candidate's rows, where a rule needs them
    GPtrArray **slices; // [plan->n_tasks] of those
    GPtrArray **paired; // [pairs->n_tasks] slices of the paired rows
    GArray *cases;      // PsGateCase
    size_t n_tests;     // size of the family
} PsGate;

// Adds a case for every task and slice that the rule is about. PS_ERROR_CONFIG if there is
// none.
bool ps_gate_add_rule(PsGate *gate, const PsRule *rule, GError **error);

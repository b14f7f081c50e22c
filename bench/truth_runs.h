// Generated scores as run files, and what the gate says about a pair of them.
#pragma once

#include "truth_data.h"

#include "harness/sample.h"
#include "harness/verdict/gate.h"

// What all pairs of an experiment have in common.
typedef struct {
    const Design *design;
    char *folder;
    char *suite; // YAML
    PsPolicy *policy;
    PsSample **samples; // [design->n_rows]
} Setup;

// rules: the policy's rules as YAML, "- {metric: wer, margin: 2}\n…". Attributes are named "a",
// "b", …, and their keys "0", "1", … Ends the program if it cannot be.
Setup *setup_new(const Design *design, const char *folder, const char *rules);
void setup_free(Setup *setup);

// The families of all attributes, for a rule: "all, 'attribute:a=*', …". The caller's.
char *setup_slices(const Design *design);

// Stores both runs, the first as the baseline, and gives them to ps_gate. number: of the pair.
// Safe from any thread.
PsFindings *setup_gate(const Setup *setup, const Scores scores[2], size_t number);

// One rule on one slice, as the findings have it.
typedef struct {
    const char *slice, *metric, *reason; // borrowed
    PsVerdict verdict;
    double change;               // second - first
    double p_adjusted, p_beyond; // NAN: not tested
    size_t n;
} GateCase;

size_t gate_n_cases(const PsFindings *findings);
GateCase gate_case(const PsFindings *findings, size_t i);

// Rows in all that an undecided case asks for; 0 if it asks for none.
double gate_case_rows_wanted(const GateCase *of);

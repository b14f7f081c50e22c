// What the parts of `power` share: what there is (power.c), tables (power_table.c), a policy's
// rules (power_gate.c). Internal to power.
#pragma once

#include "harness/verdict/pairs.h"
#include "harness/verdict/power.h"
#include "harness/verdict/spread.h"

typedef struct {
    const PsTask *task;
    const PsTaskRows *rows;     // in canonical order
    const PsPairedTask *paired; // NULL: there is one run, or none
    GPtrArray *slices;          // PsSlice *, as many as a sheet shows
} PsPowerTask;

typedef struct {
    const PsPowerOptions *options;
    PsPlan *plan;
    PsPairs *pairs;    // NULL: there is one run, or none
    bool is_plan;      // there is no run: values are assumed
    PsTaskRows **rows; // [plan->n_tasks], owned; none for pairs
    size_t n_tasks;
    PsPowerTask *tasks; // [n_tasks]
} PsPowerInput;

// Where the variance of a value lies, and that of the difference of two runs. Thread-safe.
PsSpread ps_power_spread_of_value(const PsPowerInput *input,
                                  const PsPowerTask *task,
                                  const PsMetric *metric,
                                  const PsSlice *slice);
PsSpread ps_power_spread_of_difference(const PsPowerInput *input,
                                       const PsPowerTask *task,
                                       const PsMetric *metric,
                                       const PsSlice *slice);

// What is asked of one of n_tests tests.
PsPowerTest ps_power_test(double alpha, double power, size_t n_tests);

// n_samples times n_sources of those that are there: samples needed, whole.
double ps_power_samples(const PsPowerDesign *design, double n_sources);

// Adds the tables of a task.
void ps_power_add_tables(PsFindings *findings,
                         const PsPowerInput *input,
                         const PsPowerTask *task);

// Adds the table of a policy's rules, and says in the findings' reason how many can be decided.
void ps_power_add_gate(PsFindings *findings, const PsPowerInput *input, const PsPolicy *policy);

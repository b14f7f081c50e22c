// Answers that are yes or no against labels that are. Internal to the audit.
#pragma once

#include "harness/verdict/audit/private.h"

typedef enum {
    PS_DECISION_SELECTION,
    PS_DECISION_TRUE_POSITIVE,
    PS_DECISION_FALSE_POSITIVE,
    PS_N_DECISIONS,
} PsDecision;

typedef struct {
    bool *is_defined;              // [n_rows] label and answer are yes or no
    double *stats[PS_N_DECISIONS]; // [n_rows, 2]
    size_t n_unclear;              // answered, but neither yes nor no
    size_t n_yes;                  // labels
} PsDecisions;

PsDecisions ps_decisions_new(const PsAuditData *data);
void ps_decisions_clear(PsDecisions *decisions);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsDecisions, ps_decisions_clear)

// Whether they can be compared at all; says in a note why not, and what was left out.
bool ps_decisions_note(PsAudit *audit, const PsDecisions *decisions);

// Adds the table of rates by group.
void ps_decisions_add_table(PsAudit *audit, const PsDecisions *decisions);

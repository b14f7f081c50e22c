// audit: for whom, and under which conditions, is a system systematically worse? Groups of
// samples against each other, with what could make a finding false: chance, few rows, wrong
// labels, a change that is not the one that was meant. docs/audit.md is the manual.
#pragma once

#include "harness/findings.h"
#include "harness/verdict/audit/target.h"

#define PS_AUDIT_GROUPS_MOST 4   // --group
#define PS_AUDIT_LEAST_ROWS 10   // of a cell that is judged …
#define PS_AUDIT_LEAST_SOURCES 5 // … and its sources
#define PS_AUDIT_LEVEL 0.05      // of the false discovery rate

typedef struct {
    char **groups;         // NULL-terminated: attributes, "condition", or slicers of the suite
    const char *metric;    // NULL: the first of each task
    const char *positive;  // the answer that counts as yes; NULL: yes, against no
    const char *pair;      // the attribute that names counterfactual pairs; NULL: "pair"
    const char *reference; // the value that others are compared with in pairs; NULL: the most
                           // frequent
    const char *action;    // "abstain", "fallback", "human"; NULL: as in target, else "human"
    size_t least_rows;     // 0: PS_AUDIT_LEAST_ROWS
    const PsAuditTarget *target; // NULL: none
} PsAuditOptions;

// Audits runs[0]; the others, of the same data, tell which labels are doubtful. PS_ERROR_USAGE
// if no task has one of the groups (the message lists what there is), PS_ERROR_DATA if a target
// names values that have no rows or that cannot be reached, or if the runs were asked other
// data. Everything is a pure function of the rows, whatever their order and the number of
// threads.
PsFindings *ps_audit(PsRunFile *const *runs,
                     size_t n_runs,
                     const PsRegistry *registry,
                     const PsAuditOptions *options,
                     GError **error);

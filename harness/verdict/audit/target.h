// The mix that a system meets in use: which share of the traffic has which value of an
// attribute; and what happens to groups that are worse. docs/audit.md describes the file.
#pragma once

#include "harness/error.h"

#include <stddef.h>

typedef struct {
    char *attribute; // as of --group
    size_t n_values;
    char **values;  // [n_values] distinct
    double *shares; // [n_values] ≥ 0; they sum to 1
} PsTargetShares;

typedef struct {
    size_t n_attributes;
    PsTargetShares *attributes; // [n_attributes]
    char *action;               // "abstain", "fallback", "human", or NULL
} PsAuditTarget;

// PS_ERROR_NO_INPUT if the file cannot be read; PS_ERROR_CONFIG naming file and line if it is
// not what it should be: shares that do not sum to 1 (or 100), a value twice, no such action.
PsAuditTarget *ps_audit_target_load(const char *path, GError **error);

// The same for text[length], UTF-8, that was read before; path is what it is called in errors.
PsAuditTarget *
ps_audit_target_parse(const char *path, const char *text, size_t length, GError **error);
void ps_audit_target_free(PsAuditTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsAuditTarget, ps_audit_target_free)

// Whether word names an action.
bool ps_audit_is_action(const char *word);

// What an audit looks at in one task: its rows in canonical order (clusters ascend), and beside
// each what statistics do not know of: attributes of the sample, the answer, the label.
#pragma once

#include "harness/rows.h"

typedef enum {
    PS_BINARY_NONE, // neither
    PS_BINARY_NO,
    PS_BINARY_YES,
} PsBinary;

typedef struct {
    char *name;
    PsKeyColumn keys;   // names sorted; conditions in the order of the suite
    bool is_everywhere; // rows of every condition count; otherwise clean rows only
} PsAuditColumn;

typedef struct {
    const PsPlanTask *task; // borrowed
    PsTaskRows *rows;
    size_t n_columns;
    PsAuditColumn *columns; // [n_columns] as asked; one without keys: the task has none
    uint32_t *pairs;        // [n_rows] number of the pair, or PS_NO_KEY
    size_t n_pairs;
    bool *is_control;              // [n_rows] of a control pair
    PsNameHash *answers;           // [n_rows] of the answer, trimmed and case-folded; 0 if none
    bool *is_reference;            // [n_rows] … is one of the references, likewise
    uint8_t *labels, *predictions; // [n_rows] PsBinary: by the references, by the answer
    bool is_binary;                // every label is yes or no
    size_t n_attributes;
    char **attributes; // [n_attributes] every attribute that a sample has, sorted
} PsAuditData;

typedef struct {
    char **columns;       // NULL-terminated, distinct: attributes, "condition", slicers
    const char *pair;     // attribute
    const char *positive; // or NULL: yes against no
} PsAuditWanted;

// Rows of modality ablations (harness/ablation.h) take no part.
PsAuditData *ps_audit_data_load(PsRunFile *run,
                                const PsPlanTask *task,
                                const PsRegistry *registry,
                                const PsAuditWanted *wanted,
                                GError **error);
void ps_audit_data_free(PsAuditData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsAuditData, ps_audit_data_free)

// The rows that a finished run has for it.
uint64_t ps_audit_data_n_planned(const PsPlanTask *task);

// The index of the column called name; it must exist.
size_t ps_audit_data_column(const PsAuditData *data, const char *name);

// Text as answers are compared here: without white space at its ends, case-folded. The
// caller's.
char *ps_audit_normalize(const char *text);

// Groups: the rows of a task parted by one attribute, or by the crossing of several.
#pragma once

#include "harness/verdict/audit/data.h"

#define PS_AUDIT_CELLS_MOST 200 // groups of one grouping

typedef struct {
    size_t n_factors;
    size_t *factors;            // [n_factors] columns of the data, ascending
    char *name;                 // "tone", "tone × device"
    size_t n_groups;            // that have rows
    char **labels;              // [n_groups] "polite", "polite × phone"
    uint32_t *of_rows;          // [n_rows] index into labels, or PS_NO_KEY
    size_t *n_rows, *n_sources; // [n_groups]
    size_t n_cells;             // crossings that there could be
    GPtrArray *empty;           // char *: labels of those without rows
    size_t n_without;           // rows that count but have no value
} PsAuditGrouping;

// Every single column named and every crossing of two or more of them, in that order. PsAudit-
// Grouping *, owned by the array. PS_ERROR_USAGE if a column has more than PS_AUDIT_CELLS_MOST
// values; a crossing that has is left out and named in notes (char *). Columns without keys
// take no part.
GPtrArray *ps_audit_groupings(const PsAuditData *data,
                              char *const *columns,
                              GPtrArray *notes,
                              GError **error);

// The grouping of exactly these columns [n_factors]. Never NULL; it may have no groups, or too
// many.
PsAuditGrouping *
ps_audit_grouping_new(const PsAuditData *data, const size_t *factors, size_t n_factors);
void ps_audit_grouping_free(PsAuditGrouping *grouping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsAuditGrouping, ps_audit_grouping_free)

// Whether the group is too small to be judged.
bool ps_audit_is_small(const PsAuditGrouping *grouping, size_t group, size_t least_rows);

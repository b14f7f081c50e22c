// What the parts of the audit share: each adds its tables to the findings. Internal to the
// audit.
#pragma once

#include "harness/verdict/audit/audit.h"
#include "harness/verdict/audit/contrast.h"
#include "harness/verdict/audit/groups.h"

// One metric of one group against the rest of its grouping.
typedef struct {
    const PsAuditGrouping *grouping;
    size_t group;
    const PsStatColumn *column;
    bool is_small; // not judged
    PsContrast contrast;
    double p_adjusted; // false discovery rate over the cells of the same table
} PsAuditCell;

// The audit of one task.
typedef struct {
    const PsAuditOptions *options;
    const PsAuditData *data;
    const PsStatColumn *metric; // as it was scored
    PsStatColumn error;         // what groups are compared by: 1 - metric where that is a share
                                // of which more is better, otherwise the metric itself
    PsAuditGrouping *whole;     // every clean row, one group
    GPtrArray *groupings;       // PsAuditGrouping *
    GArray *cells;              // PsAuditCell: the error of every group, groupings in order
    size_t least_rows;
    const char *action;
    PsFindings *findings;
} PsAudit;

// Whether the metric is a share, 0 to 1.
bool ps_audit_is_share(const PsMetric *metric);

// Adds a table "TASK.ID" titled "TASK: TITLE".
PsTable *ps_audit_add_table(PsAudit *audit,
                            const char *id,
                            const char *title,
                            const char *note,
                            const PsColumn *columns,
                            size_t n_columns);

// Whether the cell is worse than the rest beyond chance.
bool ps_audit_is_worse(const PsAuditCell *cell);
// "worse", "better", "differs", "too small", "".
const char *ps_audit_word(const PsAuditCell *cell);

// Rows of a grouping that have a value in column, with which of them are of group. Freed with
// the clear function.
typedef struct {
    PsRows rows;
    bool *is_group; // [rows.n_rows]
} PsAuditSides;

PsAuditSides ps_audit_sides(const PsAudit *audit,
                            const PsAuditGrouping *grouping,
                            const PsStatColumn *column,
                            size_t group);
void ps_audit_sides_clear(PsAuditSides *sides);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsAuditSides, ps_audit_sides_clear)

// How many threads (as of ps_parallel) may each hold a copy of the rows: memory is bounded.
int ps_audit_n_threads(const PsAudit *audit);

// A cell for every group and column, measured (on several threads) and adjusted.
GArray *
ps_audit_measure(const PsAudit *audit, const PsStatColumn *const *columns, size_t n_columns);

// The shares of rows with each outcome that occurs, answered aside; returns how many.
size_t ps_audit_outcomes(const PsAudit *audit, const PsStatColumn *columns_of[PS_N_OUTCOMES]);

// The value of stats[2 · n_rows] on chosen rows[n_rows] of the task, by metric.
PsEstimate ps_audit_estimate(const PsAudit *audit,
                             const PsMetric *metric,
                             const double *stats,
                             const uint32_t *rows,
                             size_t n_rows);

// A value without an interval.
PsEstimate ps_audit_plain(double value, size_t n);

// The parts, in the order of the report.
void ps_audit_add_rates(PsAudit *audit);
void ps_audit_add_gaps(PsAudit *audit);
void ps_audit_add_outcomes(PsAudit *audit);
void ps_audit_add_confidence(PsAudit *audit);
void ps_audit_add_repeats(PsAudit *audit);
void ps_audit_add_pairs(PsAudit *audit);
void ps_audit_add_policy(PsAudit *audit);
bool ps_audit_add_mix(PsAudit *audit, GError **error);
void ps_audit_add_noise(PsAudit *audit);
void ps_audit_add_balance(PsAudit *audit);

// The samples whose label several systems contradict alike. data[n_runs] are of the same task;
// data[0] is the audited one.
bool ps_audit_add_suspects(PsAudit *audit,
                           PsRunFile *const *runs,
                           PsAuditData *const *data,
                           const PsStatColumn *const *metrics,
                           size_t n_runs,
                           GError **error);

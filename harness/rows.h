// The rows of one task of a run, as columns: what statistics work on. A row is one answered, or
// not answered, item. Rows are in the order of their items, whatever order the answers came in.
#pragma once

#include "harness/estimate.h"
#include "harness/plan.h"

#define PS_NO_KEY UINT32_MAX
#define PS_TASK_ROWS_MOST 1000000000u // of one task

// 128-bit hash (XXH3) of a name, so that rows of two runs can be brought together.
typedef struct {
    uint64_t high, low;
} PsNameHash;

// The keys that one slicer gave.
typedef struct {
    size_t n_keys;
    char **names;      // [n_keys] in order of first appearance
    uint32_t *of_rows; // [n_rows] index into names, or PS_NO_KEY
} PsKeyColumn;

// The sufficient statistics of one metric.
typedef struct {
    const PsMetric *metric;
    double *stats;    // [n_rows, metric->n_stats]
    bool *is_defined; // [n_rows]
    GBytes **records; // [n_rows] of a pooled metric, NULL where there is none; else NULL
} PsStatColumn;

typedef struct {
    size_t n_rows;
    uint64_t *item_ids;   // [n_rows] ascending
    uint64_t *sample_ids; // [n_rows] numbers in this run
    PsNameHash *samples;  // [n_rows] of the sample's id in the dataset
    PsNameHash *sources;  // [n_rows] of the name of the cluster
    uint32_t *clusters;   // [n_rows] numbered from 0
    uint32_t *conditions; // [n_rows] 0 is clean
    uint32_t *epochs;     // [n_rows]
    PsOutcome *outcomes;  // [n_rows]
    double *latencies_ms; // [n_rows] from scheduled to finished; NAN unless answered
    double *confidences;  // [n_rows] 0 to 1; NAN: not stated
    int64_t first_scheduled_ns, last_finished_ns;
    size_t n_metrics, n_suite_metrics; // the suite's come first, then every derived one
    PsStatColumn *metrics;             // [n_metrics]
    size_t n_slicers;
    PsKeyColumn *slicers; // [n_slicers] as in the task
} PsTaskRows;

PsTaskRows *ps_task_rows_load(PsRunFile *run,
                              const PsPlanTask *task,
                              const PsRegistry *registry,
                              GError **error);
void ps_task_rows_free(PsTaskRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsTaskRows, ps_task_rows_free)

// Keeps the rows order[n_kept], in that order, and drops the others. The rows are then no
// longer in the order of their items.
void ps_task_rows_keep(PsTaskRows *rows, const uint32_t *order, size_t n_kept);

// Numbers the clusters anew by first appearance.
void ps_task_rows_number_clusters(PsTaskRows *rows);

// The order of rows by source, sample, condition and epoch, which does not depend on the order
// of the dataset: rows of one source stand together. [n_rows], the caller's.
uint32_t *ps_task_rows_canonical_order(const PsTaskRows *rows);

// < 0, 0, > 0.
int ps_name_hash_compare(PsNameHash a, PsNameHash b);

// Those of rows[n_rows] that have a value in column: copied together, or, where that is the
// whole table as it stands, borrowed from it until the table is freed or its rows or columns
// are dropped.
PsRows ps_task_rows_gather(const PsTaskRows *table,
                           const PsStatColumn *column,
                           const uint32_t *rows,
                           size_t n_rows);
void ps_rows_clear(PsRows *rows);

// Copies a row's statistics: one or two numbers, seldom more, millions of times.
static inline void ps_copy_stats(double *to, const double *from, size_t n_stats)
{
    to[0] = from[0];
    if (n_stats > 1) to[1] = from[1];
    for (size_t i = 2; i < n_stats; i++)
        to[i] = from[i];
}

// The value of one row, in the metric's own unit; NAN if it is not defined.
double ps_stat_column_value(const PsStatColumn *column, size_t row);

// Whether a column is worth listing. A derived metric of which no row has a value (tokens that
// a system does not state, first tokens of answers that were not streamed) is not: nobody asked
// for it. A gate that names it still finds it.
bool ps_task_rows_lists(const PsTaskRows *rows, const PsStatColumn *column);

// Drops the columns that are not worth listing.
void ps_task_rows_drop_unlisted(PsTaskRows *rows);

// The row of an item; false if it has none. Only while rows are in the order of their items.
bool ps_task_rows_find(const PsTaskRows *rows, uint64_t item_id, size_t *row);

// How often each group goes wrong, against the rest; the outcomes likewise.
#include "harness/stats/multiple.h"
#include "harness/stats/parallel.h"
#include "harness/verdict/audit/private.h"
#include "harness/verdict/difference.h"

#include <math.h>
#include <string.h>

// ---- cells

PsAuditSides ps_audit_sides(const PsAudit *audit,
                            const PsAuditGrouping *grouping,
                            const PsStatColumn *column,
                            size_t group)
{
    const PsTaskRows *rows = audit->data->rows;
    size_t n_stats = (size_t)column->metric->n_stats, n = 0;
    double *stats = g_new(double, rows->n_rows *n_stats + 1);
    uint32_t *clusters = g_new(uint32_t, rows->n_rows + 1);
    bool *is_group = g_new(bool, rows->n_rows + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (grouping->of_rows[row] == PS_NO_KEY || !column->is_defined[row]) continue;
        memcpy(stats + n * n_stats, column->stats + row * n_stats, n_stats * sizeof *stats);
        is_group[n] = grouping->of_rows[row] == group;
        clusters[n++] = rows->clusters[row];
    }
    return (PsAuditSides){{.n_rows = n, .stats = stats, .clusters = clusters}, is_group};
}

void ps_audit_sides_clear(PsAuditSides *sides)
{
    ps_rows_clear(&sides->rows);
    g_free(sides->is_group);
}

typedef struct {
    const PsAudit *audit;
    GArray *cells;
} Measuring;

static void measure_cell(size_t i, void *data)
{
    const Measuring *measuring = data;
    PsAuditCell *cell = &g_array_index(measuring->cells, PsAuditCell, i);
    g_auto(PsAuditSides) sides =
        ps_audit_sides(measuring->audit, cell->grouping, cell->column, cell->group);
    cell->contrast = ps_contrast(cell->column->metric, &sides.rows, sides.is_group);
    const PsEstimate *group = &cell->contrast.group;
    cell->is_small =
        ps_audit_is_small(cell->grouping, cell->group, measuring->audit->least_rows)
        || group->n < measuring->audit->least_rows
        || group->n_clusters < PS_AUDIT_LEAST_SOURCES;
}

static void adjust(GArray *cells)
{
    g_autofree double *p = g_new(double, cells->len + 1);
    for (size_t i = 0; i < cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(cells, PsAuditCell, i);
        p[i] = cell->is_small ? NAN : cell->contrast.p;
    }
    ps_adjust_p_values(PS_ADJUST_BH, p, cells->len, p);
    for (size_t i = 0; i < cells->len; i++)
        g_array_index(cells, PsAuditCell, i).p_adjusted = p[i];
}

GArray *
ps_audit_measure(const PsAudit *audit, const PsStatColumn *const *columns, size_t n_columns)
{
    GArray *cells = g_array_new(false, true, sizeof(PsAuditCell));
    for (size_t g = 0; g < audit->groupings->len; g++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[g];
        for (size_t group = 0; group < grouping->n_groups; group++)
            for (size_t c = 0; c < n_columns; c++) {
                PsAuditCell cell = {.grouping = grouping, .group = group, .column = columns[c]};
                g_array_append_val(cells, cell);
            }
    }
    Measuring measuring = {audit, cells};
    ps_parallel(cells->len, ps_audit_n_threads(audit), measure_cell, &measuring);
    adjust(cells);
    return cells;
}

static int worse_sign(const PsAuditCell *cell)
{
    return ps_metric_worse_sign(cell->column->metric);
}

bool ps_audit_is_worse(const PsAuditCell *cell)
{
    return cell->column->metric->direction != PS_NEITHER_IS_BETTER
           && cell->p_adjusted <= PS_AUDIT_LEVEL
           && worse_sign(cell) * cell->contrast.difference.centre > 0;
}

const char *ps_audit_word(const PsAuditCell *cell)
{
    if (cell->is_small) return "too small";
    if (!(cell->p_adjusted <= PS_AUDIT_LEVEL)) return "";
    if (cell->column->metric->direction == PS_NEITHER_IS_BETTER)
        return cell->contrast.difference.centre > 0 ? "more" : "less";
    return ps_audit_is_worse(cell) ? "worse" : "better";
}

// ---- tables

static const PsColumn columns[] = {
    {"finding", "finding", PS_COLUMN_TEXT, false},
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"metric", "of", PS_COLUMN_TEXT, false},
    {"value", "group's value", PS_COLUMN_VALUE, false},
    {"rest", "rest's value", PS_COLUMN_VALUE, true},
    {"difference", "against the rest", PS_COLUMN_DIFFERENCE, false},
    {"p", "p", PS_COLUMN_P, true},
    {"p_adjusted", "p, adjusted", PS_COLUMN_P, false},
    {"sources", "sources", PS_COLUMN_COUNT, false},
};

static void add_row(PsTable *table, const PsAuditCell *cell)
{
    const PsMetric *metric = cell->column->metric;
    ps_table_add_text(table, ps_audit_word(cell));
    ps_table_add_text(table, cell->grouping->name);
    ps_table_add_text(table, cell->grouping->labels[cell->group]);
    ps_table_add_text(table, metric->name);
    ps_table_add_estimate(table, metric, &cell->contrast.group);
    ps_table_add_estimate(table, metric, &cell->contrast.rest);
    ps_table_add_estimate(table, metric, &cell->contrast.difference);
    if (cell->is_small) {
        ps_table_add_nothing(table, "too small");
        ps_table_add_nothing(table, "too small");
    } else {
        ps_table_add_p(table, cell->contrast.p);
        ps_table_add_p(table, cell->p_adjusted);
    }
    ps_table_add_count(table, cell->contrast.group.n_clusters);
}

// Groupings in order; in each the worst group first, those that are too small last.
static int compare_cells(const void *a, const void *b)
{
    const PsAuditCell *first = *(PsAuditCell *const *)a, *second = *(PsAuditCell *const *)b;
    if (first->grouping == second->grouping) {
        if (first->is_small != second->is_small) return first->is_small - second->is_small;
        double worse = worse_sign(first) * first->contrast.difference.value,
               other = worse_sign(second) * second->contrast.difference.value;
        if (worse != other) return worse > other ? -1 : 1;
    }
    return (first > second) - (first < second);
}

static void add_cells(PsTable *table, GArray *cells)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (size_t i = 0; i < cells->len; i++)
        g_ptr_array_add(sorted, &g_array_index(cells, PsAuditCell, i));
    // Cells lie in the order of their groupings, so that their addresses compare as these do.
    g_ptr_array_sort(sorted, compare_cells);
    for (size_t i = 0; i < sorted->len; i++)
        add_row(table, sorted->pdata[i]);
}

void ps_audit_add_rates(PsAudit *audit)
{
    g_autofree char *note = g_strdup_printf("Each group against all other rows of its "
                                            "grouping; sources with rows in both count once. "
                                            "p adjusted: false discovery rate over all rows of "
                                            "the table. Too small: fewer than %zu "
                                            "rows or %d sources.",
                                            audit->least_rows, PS_AUDIT_LEAST_SOURCES);
    const PsMetric *metric = audit->metric->metric;
    g_autofree char *title = audit->error.metric != metric
                                 ? g_strdup_printf("error rate (1 - %s) by group", metric->name)
                                 : g_strdup_printf("%s by group", metric->name);
    PsTable *table =
        ps_audit_add_table(audit, "groups", title, note, columns, G_N_ELEMENTS(columns));
    add_cells(table, audit->cells);
}

// ---- outcomes

static bool occurs(const PsTaskRows *rows, PsOutcome outcome)
{
    for (size_t row = 0; row < rows->n_rows; row++)
        if (rows->outcomes[row] == outcome) return true;
    return false;
}

size_t ps_audit_outcomes(const PsAudit *audit, const PsStatColumn *columns_of[PS_N_OUTCOMES])
{
    const PsTaskRows *rows = audit->data->rows;
    size_t n = 0;
    for (int outcome = 0; outcome < PS_N_OUTCOMES; outcome++) {
        if (outcome == PS_OUTCOME_ANSWERED || !occurs(rows, (PsOutcome)outcome)) continue;
        for (size_t m = rows->n_suite_metrics; m < rows->n_metrics; m++)
            if (strcmp(rows->metrics[m].metric->name, ps_outcome_name((PsOutcome)outcome)) == 0)
                columns_of[n++] = &rows->metrics[m];
    }
    return n;
}

void ps_audit_add_outcomes(PsAudit *audit)
{
    const PsStatColumn *wanted[PS_N_OUTCOMES];
    size_t n_wanted = ps_audit_outcomes(audit, wanted);
    if (n_wanted == 0) {
        ps_findings_add_note(audit->findings,
                             "%s: every row was answered, so groups do not differ in outcomes",
                             audit->data->task->task->name);
        return;
    }
    PsTable *table = ps_audit_add_table(
        audit, "outcomes", "answers that did not come, by group",
        "Shares of all rows of a group; outcomes that never occurred are left out.", columns,
        G_N_ELEMENTS(columns));
    g_autoptr(GArray) cells = ps_audit_measure(audit, wanted, n_wanted);
    add_cells(table, cells);
}

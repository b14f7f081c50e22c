#include "harness/verdict/compare.h"

#include "harness/error.h"
#include "harness/stats/multiple.h"
#include "harness/stats/parallel.h"
#include "harness/verdict/flips.h"

#include <math.h>
#include <string.h>

#define LEVEL 0.05 // of the false discovery rate, for the words "worse" and "better"

// One metric on one slice.
typedef struct {
    const PsPairedTask *paired;
    const PsSlice *slice;
    size_t metric; // index into the paired metrics
    PsDifference difference;
    double p_adjusted;
} Cell;

typedef struct {
    size_t n_cells;
    Cell *cells;
} Cells;

static const PsMetric *cell_metric(const Cell *cell)
{
    return cell->paired->first->metrics[cell->paired->of_first[cell->metric]].metric;
}

static void compute_cell(size_t i, void *data)
{
    Cell *cell = &((Cells *)data)->cells[i];
    const PsPairedTask *paired = cell->paired;
    cell->difference =
        ps_difference(&paired->first->metrics[paired->of_first[cell->metric]],
                      &paired->second->metrics[paired->of_second[cell->metric]],
                      paired->first->clusters, cell->slice->rows, cell->slice->n_rows, NAN);
}

static bool is_listed(const PsPairedTask *paired, size_t metric)
{
    const PsTaskRows *first = paired->first, *second = paired->second;
    return ps_task_rows_lists(first, &first->metrics[paired->of_first[metric]])
           || ps_task_rows_lists(second, &second->metrics[paired->of_second[metric]]);
}

static void add_cells(GArray *cells, const PsPairedTask *paired, const GPtrArray *slices)
{
    for (size_t s = 0; s < slices->len; s++)
        for (size_t m = 0; m < paired->n_metrics; m++) {
            if (!is_listed(paired, m)) continue;
            Cell cell = {.paired = paired, .slice = slices->pdata[s], .metric = m};
            g_array_append_val(cells, cell);
        }
}

// False discovery rate over everything that could be found: a test that could not reach the
// level, since too few rows differ, does not count (Gilbert 2005).
static void adjust(Cells *cells)
{
    g_autofree double *p = g_new(double, cells->n_cells);
    for (size_t i = 0; i < cells->n_cells; i++) {
        const PsDifference *difference = &cells->cells[i].difference;
        p[i] = 2 * difference->p_least <= LEVEL ? difference->p : NAN;
    }
    ps_adjust_p_values(PS_ADJUST_BH, p, cells->n_cells, p);
    for (size_t i = 0; i < cells->n_cells; i++)
        cells->cells[i].p_adjusted =
            isnan(p[i]) && !isnan(cells->cells[i].difference.p) ? 1 : p[i];
}

// ---- tables

static const PsColumn columns[] = {
    {"change", "change", PS_COLUMN_TEXT, false},
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"first", "first run", PS_COLUMN_VALUE, false},
    {"second", "second run", PS_COLUMN_VALUE, false},
    {"difference", "difference", PS_COLUMN_DIFFERENCE, false},
    {"p", "p", PS_COLUMN_P, true},
    {"p_adjusted", "p, adjusted", PS_COLUMN_P, false},
    {"better", "better", PS_COLUMN_COUNT, false},
    {"worse", "worse", PS_COLUMN_COUNT, false},
    {"same", "same", PS_COLUMN_COUNT, true},
    {"only_first", "first only", PS_COLUMN_COUNT, true},
    {"only_second", "second only", PS_COLUMN_COUNT, true},
};

static const char *change_word(const Cell *cell)
{
    if (!(cell->p_adjusted <= LEVEL)) return "";
    if (cell_metric(cell)->direction == PS_NEITHER_IS_BETTER) return "changed";
    return cell->difference.p_worse < cell->difference.p_better ? "worse" : "better";
}

static void add_row(PsTable *table, const Cell *cell)
{
    const PsDifference *difference = &cell->difference;
    const PsMetric *metric = cell_metric(cell);
    g_autofree char *label = ps_slice_label(cell->slice);
    ps_table_add_text(table, change_word(cell));
    ps_table_add_text(table, label);
    ps_table_add_text(table, metric->name);
    ps_table_add_estimate(table, metric, &difference->first);
    ps_table_add_estimate(table, metric, &difference->second);
    ps_table_add_estimate(table, metric, &difference->difference);
    ps_table_add_p(table, difference->p);
    ps_table_add_p(table, cell->p_adjusted);
    ps_table_add_count(table, difference->n_better);
    ps_table_add_count(table, difference->n_worse);
    ps_table_add_count(table, difference->n_same);
    ps_table_add_count(table, difference->n_only_first);
    ps_table_add_count(table, difference->n_only_second);
}

// The whole task first, then what got worse with the strongest evidence, then what got better.
static int cell_rank(const Cell *cell)
{
    if (*cell->slice->slicer == '\0') return 0;
    const char *word = change_word(cell);
    if (*word == '\0') return 3;
    return strcmp(word, "better") == 0 ? 2 : 1;
}

static int compare_cells(const void *a, const void *b)
{
    const Cell *first = *(Cell *const *)a, *second = *(Cell *const *)b;
    int rank = cell_rank(first) - cell_rank(second);
    if (rank != 0) return rank;
    if (cell_rank(first) > 0 && first->difference.p != second->difference.p) {
        if (isnan(first->difference.p) || isnan(second->difference.p))
            return isnan(first->difference.p) - isnan(second->difference.p);
        return first->difference.p < second->difference.p ? -1 : 1;
    }
    return (first > second) - (first < second);
}

static void
add_table(PsFindings *findings, const PsPairedTask *paired, Cells *cells, bool is_derived)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (size_t i = 0; i < cells->n_cells; i++)
        if (cells->cells[i].paired == paired
            && cell_metric(&cells->cells[i])->is_derived == is_derived)
            g_ptr_array_add(rows, &cells->cells[i]);
    if (rows->len == 0) return;
    g_ptr_array_sort(rows, compare_cells);
    g_autofree char *id =
        g_strconcat(paired->task->name, is_derived ? ".outcomes" : ".metrics", NULL);
    g_autofree char *title =
        g_strconcat(paired->task->name, is_derived ? ": outcomes, latency, tokens" : "", NULL);
    PsTable *table = ps_findings_add_table(
        findings, id, title,
        "Paired by sample, condition and epoch; intervals and tests count "
        "sources. p adjusted: false discovery rate over all rows of all tables.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows->len; i++)
        add_row(table, rows->pdata[i]);
}

static void add_notes(PsFindings *findings, const PsPairs *pairs)
{
    for (size_t i = 0; i < pairs->notes->len; i++)
        ps_findings_add_note(findings, "%s", (const char *)pairs->notes->pdata[i]);
}

static bool compare_two(PsFindings *findings,
                        PsRunFile *first,
                        PsRunFile *second,
                        const PsRegistry *registry,
                        const PsCompareOptions *options,
                        GError **error)
{
    g_autoptr(PsPairs) pairs =
        ps_pairs_load(first, second, registry, options->allow_other_data, error);
    if (pairs == NULL) return false;
    g_autoptr(GPtrArray) slices =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GArray) made = g_array_new(false, false, sizeof(Cell));
    for (size_t i = 0; i < pairs->n_tasks; i++) {
        g_ptr_array_add(slices, ps_slices_of_task(pairs->tasks[i].task, pairs->tasks[i].first,
                                                  PS_SLICES_KEYS_MOST));
        add_cells(made, &pairs->tasks[i], slices->pdata[i]);
    }
    Cells cells = {made->len, (Cell *)(void *)made->data};
    ps_parallel(cells.n_cells, 0, compute_cell, &cells);
    adjust(&cells);
    g_autofree char *what =
        g_strdup_printf("%s (%s)", pairs->second.system, pairs->second.path);
    ps_findings_add_fact(findings, "second run", what);
    add_notes(findings, pairs);
    int n_flips = options->n_flips > 0 ? options->n_flips : PS_COMPARE_FLIPS;
    for (size_t i = 0; i < pairs->n_tasks; i++) {
        add_table(findings, &pairs->tasks[i], &cells, false);
        add_table(findings, &pairs->tasks[i], &cells, true);
        if (!ps_flips_add(findings, &pairs->tasks[i], first, second, (size_t)n_flips, error))
            return false;
    }
    return true;
}

PsFindings *ps_compare(PsRunFile *const *runs,
                       size_t n_runs,
                       const PsRegistry *registry,
                       const PsCompareOptions *options,
                       GError **error)
{
    g_autoptr(PsPlan) plan = ps_plan_load(runs[0], registry, error);
    if (plan == NULL) return NULL;
    g_autofree char *title = g_strdup_printf("%s: against %s", plan->suite->name, plan->system);
    g_autoptr(PsFindings) findings = ps_findings_new("compare", title);
    g_autofree char *what = g_strdup_printf("%s (%s)", plan->system, ps_runfile_path(runs[0]));
    ps_findings_add_fact(findings, "first run", what);
    for (size_t i = 1; i < n_runs; i++)
        if (!compare_two(findings, runs[0], runs[i], registry, options, error)) return NULL;
    return g_steal_pointer(&findings);
}

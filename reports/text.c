// A table for the terminal: one line a slice, worst first, with the suite's metrics.
#include "reports/shared/text.h"
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/cell.h"
#include "reports/shared/number.h"
#include "reports/shared/text_table.h"

#define NAME_MOST_CHARS 34
#define SLICES_MOST 24 // of a task; the other reports have them all

static bool has_pairs(const PsSheetTask *task)
{
    for (size_t i = 0; i < task->n_slices; i++)
        if (ps_cell_has_pairs(&task->slices[i])) return true;
    return false;
}

static const char *arrow(PsDirection direction)
{
    if (direction == PS_NEITHER_IS_BETTER) return "";
    return direction == PS_LOWER_IS_BETTER ? " ↓" : " ↑";
}

static void add_head(PsTextTable *table, const PsSheetTask *task)
{
    ps_text_table_take(table, g_strdup("slice"));
    ps_text_table_take(table, g_strdup("n"));
    for (size_t m = 0; m < task->n_suite_metrics; m++) {
        const PsMetric *metric = task->metrics[m];
        ps_text_table_take(table, g_strconcat(metric->name, arrow(metric->direction), NULL));
    }
    if (has_pairs(task)) ps_text_table_take(table, g_strdup("against clean"));
}

static char *value_cell(const PsMetric *metric, const PsEstimate *estimate)
{
    if (!estimate->is_defined) return g_strdup("n/a");
    GString *out = g_string_new(NULL);
    ps_number_append_value(out, metric, estimate->value);
    if (estimate->has_interval) {
        g_string_append_c(out, ' ');
        ps_number_append_interval(out, metric, estimate->low, estimate->high);
    }
    return g_string_free(out, false);
}

static char *difference_cell(const PsSheetTask *task, const PsSheetSlice *slice)
{
    GString *out = g_string_new(NULL);
    if (ps_cell_has_pairs(slice))
        ps_cell_append_difference(out, task->metrics[0], &slice->cells[0].difference);
    return g_string_free(out, false);
}

// "answered of all" where they differ.
static char *count_cell(const PsSheetSlice *slice)
{
    size_t n_answered = slice->outcomes[PS_OUTCOME_ANSWERED];
    if (n_answered == slice->n_items) return g_strdup_printf("%zu", n_answered);
    return g_strdup_printf("%zu of %zu", n_answered, slice->n_items);
}

static void add_slice(PsTextTable *table, const PsSheetTask *task, const PsSheetSlice *slice)
{
    g_autofree char *name = ps_cell_slice_name(slice);
    ps_text_table_take(table, ps_text_plain(name, NAME_MOST_CHARS));
    ps_text_table_take(table, count_cell(slice));
    for (size_t m = 0; m < task->n_suite_metrics; m++)
        ps_text_table_take(table, value_cell(task->metrics[m], &slice->cells[m].estimate));
    if (has_pairs(task)) ps_text_table_take(table, difference_cell(task, slice));
}

// Outcomes as counts, then what is measured of all answers: times, tokens, dollars.
static void append_outcomes(GString *out, const PsSheetTask *task)
{
    g_string_append(out, "  all: ");
    ps_cell_append_outcomes(out, task->whole.outcomes);
    for (size_t m = task->n_suite_metrics; m < task->n_metrics; m++) {
        const PsMetric *metric = task->metrics[m];
        const PsEstimate *estimate = &task->whole.cells[m].estimate;
        if (metric->range != PS_RANGE_POSITIVE || !estimate->is_defined) continue;
        g_string_append_printf(out, " · %s ", metric->name);
        ps_number_append_value(out, metric, estimate->value);
    }
    g_string_append_c(out, '\n');
}

static void append_task(GString *out, const PsSheetTask *task)
{
    g_autofree char *name = ps_text_plain(task->name, PS_TEXT_MAX_NAME_CHARS);
    g_autofree char *title = ps_text_plain(task->manifest->title, PS_TEXT_MAX_NAME_CHARS);
    g_string_append_printf(out, "\n%s%s%s · %zu of %zu items\n", name, *title ? ": " : "",
                           title, task->n_done, task->n_items);
    g_auto(PsTextTable) table;
    ps_text_table_init(&table, task->n_suite_metrics + 2 + has_pairs(task));
    add_head(&table, task);
    add_slice(&table, task, &task->whole);
    for (size_t i = 0; i < MIN(task->n_slices, SLICES_MOST); i++)
        add_slice(&table, task, &task->slices[i]);
    ps_text_table_append(&table, out);
    if (task->n_slices > SLICES_MOST)
        g_string_append_printf(out, "  … and %zu better slices\n",
                               task->n_slices - SLICES_MOST);
    append_outcomes(out, task);
}

// Behind an empty line; nothing if there are none.
static bool append_findings(const PsFindings *findings, GString *out, GError **error)
{
    if (findings == NULL) return true;
    g_string_append_c(out, '\n');
    return ps_findings_render_text(findings, out, error);
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    g_autofree char *suite = ps_text_plain(sheet->suite, PS_TEXT_MAX_NAME_CHARS);
    g_autofree char *system = ps_text_plain(sheet->system, PS_TEXT_MAX_NAME_CHARS);
    g_string_append_printf(out, "%s · %s · values with 95%% intervals, worst slices first\n",
                           suite, system);
    if (!sheet->is_finished) g_string_append(out, "This run is not finished.\n");
    for (size_t i = 0; i < sheet->n_tasks; i++)
        append_task(out, &sheet->tasks[i]);
    return append_findings(sheet->modality, out, error)
           && append_findings(sheet->gate, out, error);
}

const PsReport ps_report_text = {
    .name = "text",
    .extension = ".txt",
    .summary = "The table that the terminal shows",
    .render = render,
    .render_findings = ps_findings_render_text,
};

// CSV: one row per task × slice × metric, RFC 4180 (CRLF, header row, text fields quoted),
// UTF-8.
//
// Every number is in the unit that the column `unit` states. What is undefined is an empty
// field; a value without an interval has empty `low` and `high`. A text field that a
// spreadsheet would take for a formula (first character = + - @, tab or line break) has an
// apostrophe put before it, which spreadsheets hide and programs have to drop.
#include "harness/json.h"
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/text.h"

static const char header[] =
    "suite,system,task,slicer,slice,metric,unit,direction,value,low,high,n,n_clusters,method,"
    "n_items,answered,refused,abstained,timed_out,failed,difference,difference_low,"
    "difference_high,difference_n,difference_n_clusters,difference_method\r\n";

static void append_text(GString *out, const char *text)
{
    ps_text_append(out, PS_TEXT_CSV, text, PS_TEXT_MAX_CHARS);
    g_string_append_c(out, ',');
}

static void append_count(GString *out, size_t count)
{
    g_string_append_printf(out, "%zu,", count);
}

static void append_number(GString *out, bool is_there, double number)
{
    if (is_there) ps_json_append_number(out, number);
    g_string_append_c(out, ',');
}

// Six fields, each followed by a comma.
static void append_estimate(GString *out, const PsEstimate *estimate, double scale)
{
    bool has_interval = estimate->is_defined && estimate->has_interval;
    append_number(out, estimate->is_defined, estimate->value * scale);
    append_number(out, has_interval, estimate->low * scale);
    append_number(out, has_interval, estimate->high * scale);
    append_count(out, estimate->n);
    append_count(out, estimate->n_clusters);
    append_text(out, estimate->method);
}

static const char *direction_name(PsDirection direction)
{
    switch (direction) {
    case PS_HIGHER_IS_BETTER:
        return "higher";
    case PS_LOWER_IS_BETTER:
        return "lower";
    case PS_NEITHER_IS_BETTER:
        return "";
    }
    return "";
}

static void append_metric(GString *out, const PsMetric *metric)
{
    append_text(out, metric->name);
    append_text(out, metric->unit);
    append_text(out, direction_name(metric->direction));
}

static void append_outcomes(GString *out, const PsSheetSlice *slice)
{
    append_count(out, slice->n_items);
    for (int i = 0; i < PS_N_OUTCOMES; i++)
        append_count(out, slice->outcomes[i]);
}

static void append_slice(GString *out,
                         const PsSheet *sheet,
                         const PsSheetTask *task,
                         const PsSheetSlice *slice)
{
    for (size_t i = 0; i < task->n_metrics; i++) {
        const PsMetric *metric = task->metrics[i];
        const PsSheetCell *cell = &slice->cells[i];
        append_text(out, sheet->suite);
        append_text(out, sheet->system);
        append_text(out, task->name);
        append_text(out, slice->slicer);
        append_text(out, slice->key);
        append_metric(out, metric);
        append_estimate(out, &cell->estimate, metric->unit_scale);
        append_outcomes(out, slice);
        append_estimate(out, &cell->difference, metric->unit_scale);
        g_string_truncate(out, out->len - 1);
        g_string_append(out, "\r\n");
    }
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    (void)error;
    g_string_append(out, header);
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        const PsSheetTask *task = &sheet->tasks[i];
        append_slice(out, sheet, task, &task->whole);
        for (size_t s = 0; s < task->n_slices; s++)
            append_slice(out, sheet, task, &task->slices[s]);
    }
    return true;
}

const PsReport ps_report_csv = {
    .name = "csv",
    .extension = ".csv",
    .summary = "One row per task, slice and metric, for spreadsheets and data frames.",
    .render = render,
    .render_findings = ps_findings_render_csv,
};

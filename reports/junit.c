// JUnit XML as CI servers read it (the schema of Jenkins' xUnit plugin): one testsuite per
// task, one testcase per slice × metric with the value in system-out. A sheet holds no verdict,
// so no case fails; an undefined value is <skipped>, and items without a result because the
// system timed out or failed are one case with an <error> per task.
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/cell.h"
#include "reports/shared/number.h"
#include "reports/shared/xml.h"

#define NS_PER_S 1e9

static size_t count_errors(const PsSheetTask *task)
{
    size_t outcomes[PS_N_OUTCOMES],
        n_not_done = task->n_items - MIN(task->n_done, task->n_items);
    ps_cell_task_outcomes(task, outcomes);
    return outcomes[PS_OUTCOME_TIMED_OUT] + outcomes[PS_OUTCOME_FAILED] + n_not_done;
}

static size_t count_skipped(const PsSheetTask *task)
{
    size_t n_skipped = 0;
    for (size_t m = 0; m < task->n_metrics; m++) {
        n_skipped += !task->whole.cells[m].estimate.is_defined;
        for (size_t s = 0; s < task->n_slices; s++)
            n_skipped += !task->slices[s].cells[m].estimate.is_defined;
    }
    return n_skipped;
}

static size_t count_cases(const PsSheetTask *task)
{
    return (task->n_slices + 1) * task->n_metrics + (count_errors(task) > 0);
}

// The line of one value, with its difference to clean where there is one.
static char *
describe(const PsMetric *metric, const PsSheetSlice *slice, const PsSheetCell *cell)
{
    g_autoptr(GString) text = g_string_new(metric->title);
    g_string_append(text, ": ");
    ps_cell_append(text, metric, slice, &cell->estimate);
    if (cell->difference.is_defined) {
        g_string_append(text, "; difference to clean: ");
        ps_cell_append_difference(text, metric, &cell->difference);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void append_skipped(GString *out,
                           const PsMetric *metric,
                           const PsSheetSlice *slice,
                           const PsEstimate *estimate)
{
    if (estimate->is_defined) return;
    g_autoptr(GString) why = g_string_new("undefined: ");
    ps_cell_append_why_undefined(why, metric, slice, estimate);
    g_string_append(out, "<skipped");
    ps_xml_attribute(out, "message", why->str);
    g_string_append(out, "/>");
}

static void
append_case(GString *out, const PsSheetTask *task, const PsSheetSlice *slice, size_t index)
{
    const PsMetric *metric = task->metrics[index];
    const PsSheetCell *cell = &slice->cells[index];
    g_autofree char *slice_name = ps_cell_slice_name(slice);
    g_autofree char *name = g_strconcat(slice_name, " ", metric->name, NULL);
    g_autofree char *text = describe(metric, slice, cell);
    g_string_append(out, "    <testcase");
    ps_xml_attribute(out, "classname", task->name);
    ps_xml_attribute(out, "name", name);
    g_string_append_c(out, '>');
    append_skipped(out, metric, slice, &cell->estimate);
    g_string_append(out, "<system-out>");
    ps_xml_text(out, text);
    g_string_append(out, "</system-out></testcase>\n");
}

static void append_error_case(GString *out, const PsSheetTask *task)
{
    if (count_errors(task) == 0) return;
    g_autoptr(GString) text = g_string_new(NULL);
    ps_number_append_count(text, count_errors(task));
    g_string_append(text, " of ");
    ps_number_append_count(text, task->n_items);
    g_string_append(text, " items timed out, failed or are not done: ");
    size_t outcomes[PS_N_OUTCOMES];
    ps_cell_task_outcomes(task, outcomes);
    ps_cell_append_outcomes(text, outcomes);
    g_string_append(out, "    <testcase");
    ps_xml_attribute(out, "classname", task->name);
    g_string_append(out, " name=\"every item has a result\"><error");
    ps_xml_attribute(out, "message", text->str);
    g_string_append(out, " type=\"outcome\"/></testcase>\n");
}

static void append_properties(GString *out, const PsSheet *sheet, const PsSheetTask *task)
{
    g_string_append(out, "    <properties>\n");
    ps_xml_property(out, "system", sheet->system);
    ps_xml_property(out, "run", sheet->run_path);
    ps_xml_property(out, "dataset", task->dataset_path);
    ps_xml_property(out, "dataset.sha256", task->dataset_sha256);
    for (size_t i = 0; i < sheet->n_facts; i++)
        ps_xml_property(out, sheet->facts[i].name, sheet->facts[i].value);
    g_string_append(out, "    </properties>\n");
}

static void append_task(GString *out, const PsSheet *sheet, const PsSheetTask *task)
{
    g_string_append(out, "  <testsuite");
    ps_xml_attribute(out, "name", task->name);
    ps_xml_counts(
        out, &(PsXmlCounts){count_cases(task), 0, count_errors(task) > 0, count_skipped(task)});
    g_autoptr(GString) time = g_string_new(NULL);
    ps_number_append_time_rfc3339(time, sheet->started_ns);
    if (time->len > 0) ps_xml_attribute(out, "timestamp", time->str);
    g_string_append(out, ">\n");
    append_properties(out, sheet, task);
    append_error_case(out, task);
    for (size_t m = 0; m < task->n_metrics; m++)
        append_case(out, task, &task->whole, m);
    for (size_t s = 0; s < task->n_slices; s++)
        for (size_t m = 0; m < task->n_metrics; m++)
            append_case(out, task, &task->slices[s], m);
    g_string_append(out, "  </testsuite>\n");
}

static void append_totals(GString *out, const PsSheet *sheet)
{
    PsXmlCounts counts = {0};
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        counts.n_cases += count_cases(&sheet->tasks[i]);
        counts.n_errors += count_errors(&sheet->tasks[i]) > 0;
        counts.n_skipped += count_skipped(&sheet->tasks[i]);
    }
    if (sheet->gate != NULL) ps_findings_count_junit(sheet->gate, &counts);
    ps_xml_counts(out, &counts);
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    (void)error;
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    ps_xml_attribute(out, "name", sheet->suite);
    append_totals(out, sheet);
    double duration_s = (double)(sheet->finished_ns - sheet->started_ns) / NS_PER_S;
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(seconds, sizeof seconds, "%.3f", sheet->is_finished ? duration_s : 0);
    ps_xml_attribute(out, "time", seconds);
    g_string_append(out, ">\n");
    if (sheet->gate != NULL) ps_findings_append_junit(out, sheet->gate);
    for (size_t i = 0; i < sheet->n_tasks; i++)
        append_task(out, sheet, &sheet->tasks[i]);
    g_string_append(out, "</testsuites>\n");
    return true;
}

const PsReport ps_report_junit = {
    .name = "junit",
    .extension = ".xml",
    .summary = "JUnit XML for CI servers: a case per slice and metric.",
    .render = render,
    .render_findings = ps_findings_render_junit,
};

// HTML: one file that holds everything, readable without JavaScript, printable, on a phone, in
// the dark. Its policy forbids scripts and any fetch; texts from models and datasets are
// escaped in one place (shared/text.h). tests/browser proves both in Chromium.
#include "reports/shared/html.h"
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/cell.h"
#include "reports/shared/number.h"
#include "reports/shared/plot.h"

static void append_prompt(GString *out, const PsSheetTask *task)
{
    if (task->prompt == NULL) return;
    g_string_append(out, "<blockquote class=\"prompt\" dir=\"auto\">");
    ps_html_text(out, task->prompt);
    g_string_append(out, "</blockquote>");
}

static void append_counts(GString *out, const PsSheetTask *task)
{
    g_string_append(out, "<p class=\"fine\">");
    ps_number_append_count(out, task->n_samples);
    g_string_append(out, " samples, ");
    ps_number_append_count(out, task->n_done);
    g_string_append(out, " of ");
    ps_number_append_count(out, task->n_items);
    g_string_append(out, " items done: ");
    size_t outcomes[PS_N_OUTCOMES];
    ps_cell_task_outcomes(task, outcomes);
    ps_cell_append_outcomes(out, outcomes);
    g_string_append(out, "</p>");
    ps_html_outcomes(out, outcomes);
}

static void
append_latency(GString *out, const PsPlots *plots, const PsSheetTask *task, size_t index)
{
    g_string_append(out, "<h3>Latency</h3><figure tabindex=\"0\">");
    if (plots->svg[index]) {
        g_string_append(out, plots->svg[index]);
        g_string_append(out, "<figcaption>Share of answers that came within a time");
    } else if (plots->problem && task->n_latencies > 1) {
        g_string_append_printf(out, "<figcaption>no plot: %s", plots->problem);
    } else {
        g_string_append(out, "<figcaption>no plot: fewer than two answers have a latency");
    }
    g_string_append(out, "</figcaption></figure>");
}

static void append_task(
    GString *out, const PsSheet *sheet, size_t index, const PsPlots *plots, size_t *media_bytes)
{
    const PsSheetTask *task = &sheet->tasks[index];
    g_string_append_printf(out, "<section class=\"task\" id=\"t%zu\"><h2>", index);
    ps_html_bdi(out, task->name);
    g_string_append(out, "</h2>");
    append_prompt(out, task);
    append_counts(out, task);
    ps_html_whole(out, task);
    ps_html_slices(out, sheet, index);
    ps_html_doses(out, task);
    append_latency(out, plots, task, index);
    ps_html_frames(out, sheet, index, media_bytes);
    g_string_append(out, "</section>");
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    g_auto(PsPlots) plots = {0};
    size_t media_bytes = 0;
    (void)error;
    ps_plots_draw(&plots, sheet, PS_PLOTS_LIMIT_MS);
    ps_html_begin(out, sheet->suite, sheet->system, "t0");
    ps_html_head(out, sheet);
    size_t n_tables = sheet->gate != NULL ? sheet->gate->tables->len : 0;
    if (sheet->gate != NULL) ps_findings_append_section(out, sheet->gate, 0);
    for (size_t i = 0; i < sheet->n_tasks; i++)
        append_task(out, sheet, i, &plots, &media_bytes);
    if (sheet->modality != NULL) ps_findings_append_section(out, sheet->modality, n_tables);
    ps_html_end(out);
    return true;
}

const PsReport ps_report_html = {
    .name = "html",
    .extension = ".html",
    .summary =
        "One self-contained page: slices, intervals, latency, and the samples behind them.",
    .render = render,
    .render_findings = ps_findings_render_html,
};

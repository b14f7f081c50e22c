// Markdown for people who read it on GitHub or GitLab: a job summary ($GITHUB_STEP_SUMMARY), a
// comment, a file. GitHub refuses a summary beyond 1 MiB, so the worst slices are listed and
// the number of the others is stated; the HTML report has them all.
#include "harness/report.h"
#include "reports/findings/render.h"
#include "reports/shared/cell.h"
#include "reports/shared/number.h"
#include "reports/shared/text.h"

#define MAX_SLICES 25          // listed per task
#define MAX_BYTES (900 * 1000) // beyond, tasks are named in the overview only

static void append_text(GString *out, const char *text)
{
    ps_text_append(out, PS_TEXT_MARKDOWN, text, PS_TEXT_MAX_NAME_CHARS);
}

static void append_head(GString *out, const PsSheet *sheet)
{
    g_string_append(out, "## ");
    append_text(out, sheet->suite);
    g_string_append(out, ": ");
    append_text(out, sheet->system);
    g_string_append(out, "\n\n");
    if (!sheet->is_finished)
        g_string_append(out,
                        "**This run is not finished:** what is missing is counted below.\n\n");
    g_string_append(out, "Started ");
    ps_number_append_time(out, sheet->started_ns);
    if (sheet->is_finished) {
        g_string_append(out, ", took ");
        ps_number_append_duration(out, sheet->finished_ns - sheet->started_ns);
    }
    for (size_t i = 0; i < sheet->n_facts; i++) {
        g_string_append(out, " · ");
        append_text(out, sheet->facts[i].name);
        g_string_append_c(out, ' ');
        append_text(out, sheet->facts[i].value);
    }
    g_string_append(out, "\n\n");
}

// "Word error rate (lower is better)".
static void append_metric_title(GString *out, const PsMetric *metric)
{
    append_text(out, metric->title);
    if (*ps_cell_direction(metric->direction))
        g_string_append_printf(out, " (%s)", ps_cell_direction(metric->direction));
}

static void append_done(GString *out, const PsSheetTask *task)
{
    ps_number_append_count(out, task->n_done);
    g_string_append(out, " of ");
    ps_number_append_count(out, task->n_items);
}

static void append_overview(GString *out, const PsSheet *sheet)
{
    g_string_append(out, "| Task | First metric | Value, 95% interval | Items | Outcomes |\n"
                         "|:--|:--|:--|--:|:--|\n");
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        const PsSheetTask *task = &sheet->tasks[i];
        g_string_append(out, "| ");
        append_text(out, task->name);
        g_string_append(out, " | ");
        if (task->n_metrics > 0) append_metric_title(out, task->metrics[0]);
        g_string_append(out, " | ");
        if (task->n_metrics > 0)
            ps_cell_append(out, task->metrics[0], &task->whole, &task->whole.cells[0].estimate);
        g_string_append(out, " | ");
        append_done(out, task);
        g_string_append(out, " | ");
        size_t outcomes[PS_N_OUTCOMES];
        ps_cell_task_outcomes(task, outcomes);
        ps_cell_append_outcomes(out, outcomes);
        g_string_append(out, " |\n");
    }
    g_string_append_c(out, '\n');
}

static void append_dataset(GString *out, const PsSheetTask *task)
{
    const PsManifest *manifest = task->manifest;
    g_string_append(out, "Dataset ");
    append_text(out, manifest && manifest->name && *manifest->name ? manifest->name
                                                                   : task->dataset_path);
    const struct {
        const char *word, *text;
    } facts[] = {
        {"", manifest ? manifest->version : NULL},
        {"", manifest ? manifest->kind : NULL},
        {"licence ", manifest ? manifest->licence : NULL},
        {"labels ", manifest ? manifest->label_origin : NULL},
        {"sha256 ", task->dataset_sha256},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (facts[i].text == NULL || *facts[i].text == '\0') continue;
        g_string_append_printf(out, ", %s", facts[i].word);
        append_text(out, facts[i].text);
    }
    g_string_append(out, ".\n\n");
}

static void append_whole(GString *out, const PsSheetTask *task)
{
    g_string_append(out, "| Metric | Value, 95% interval | Method |\n|:--|:--|:--|\n");
    for (size_t i = 0; i < task->n_metrics; i++) {
        const PsEstimate *estimate = &task->whole.cells[i].estimate;
        g_string_append(out, "| ");
        append_metric_title(out, task->metrics[i]);
        g_string_append(out, " | ");
        ps_cell_append(out, task->metrics[i], &task->whole, estimate);
        g_string_append(out, " | ");
        append_text(out, estimate->has_interval ? estimate->method : "");
        g_string_append(out, " |\n");
    }
    g_string_append_c(out, '\n');
}

static void append_slice_row(GString *out, const PsSheetTask *task, const PsSheetSlice *slice)
{
    g_string_append(out, "| ");
    append_text(out, slice->title);
    g_string_append(out, " | ");
    append_text(out, slice->key);
    g_string_append(out, " | ");
    ps_number_append_count(out, slice->n_items);
    g_string_append(out, " | ");
    ps_cell_append_outcomes(out, slice->outcomes);
    for (size_t i = 0; i < task->n_suite_metrics; i++) {
        g_string_append(out, " | ");
        ps_cell_append(out, task->metrics[i], slice, &slice->cells[i].estimate);
        if (!slice->cells[i].difference.is_defined) continue;
        g_string_append(out, "<br>vs clean ");
        ps_cell_append_difference(out, task->metrics[i], &slice->cells[i].difference);
    }
    g_string_append(out, " |\n");
}

static void append_slices(GString *out, const PsSheetTask *task)
{
    if (task->n_slices == 0) return;
    g_string_append(out, "Slices, worst first:\n\n| | Slice | Items | Outcomes |");
    for (size_t i = 0; i < task->n_suite_metrics; i++) {
        g_string_append_c(out, ' ');
        append_metric_title(out, task->metrics[i]);
        g_string_append(out, " |");
    }
    g_string_append(out, "\n|:--|:--|--:|:--|");
    for (size_t i = 0; i < task->n_suite_metrics; i++)
        g_string_append(out, ":--|");
    g_string_append_c(out, '\n');
    size_t n_listed = MIN(task->n_slices, MAX_SLICES);
    for (size_t i = 0; i < n_listed; i++)
        append_slice_row(out, task, &task->slices[i]);
    g_string_append_c(out, '\n');
    if (n_listed < task->n_slices)
        g_string_append_printf(out, "%zu more slices are in the HTML report.\n\n",
                               task->n_slices - n_listed);
}

static void append_task(GString *out, const PsSheetTask *task)
{
    g_string_append(out, "### ");
    append_text(out, task->name);
    g_string_append(out, "\n\n");
    append_dataset(out, task);
    append_whole(out, task);
    append_slices(out, task);
}

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    if (sheet->gate != NULL && !ps_findings_render_markdown(sheet->gate, out, error))
        return false;
    append_head(out, sheet);
    append_overview(out, sheet);
    size_t n_shown = 0;
    for (; n_shown < sheet->n_tasks && out->len < MAX_BYTES; n_shown++)
        append_task(out, &sheet->tasks[n_shown]);
    if (n_shown < sheet->n_tasks)
        g_string_append_printf(out, "%zu more tasks are in the HTML report.\n\n",
                               sheet->n_tasks - n_shown);
    if (sheet->modality != NULL && out->len < MAX_BYTES
        && !ps_findings_render_markdown(sheet->modality, out, error))
        return false;
    g_string_append(out, "Intervals are 95%, for one number at a time: among many slices some "
                         "are extreme by chance.\n");
    return true;
}

const PsReport ps_report_markdown = {
    .name = "markdown",
    .extension = ".md",
    .summary = "Tables for a job summary or a comment, within GitHub's limit of 1 MiB.",
    .render = render,
    .render_findings = ps_findings_render_markdown,
};

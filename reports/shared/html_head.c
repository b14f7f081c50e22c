#include "reports/findings/render.h"
#include "reports/shared/cell.h"
#include "reports/shared/html.h"
#include "reports/shared/number.h"

#include <string.h>

static void append_progress(GString *out, const PsSheet *sheet)
{
    size_t n_done = 0, n_items = 0;
    for (size_t i = 0; i < sheet->n_tasks; i++) {
        n_done += sheet->tasks[i].n_done;
        n_items += sheet->tasks[i].n_items;
    }
    ps_number_append_count(out, n_done);
    g_string_append(out, " of ");
    ps_number_append_count(out, n_items);
    g_string_append(out, " items");
}

static void append_title(GString *out, const PsSheet *sheet)
{
    g_string_append(out, "<header class=\"page\">");
    ps_html_brand(out);
    g_string_append(out, "<h1>");
    ps_html_bdi(out, sheet->suite);
    g_string_append(out, "</h1><p class=\"system\">");
    ps_html_bdi(out, sheet->system);
    g_string_append(out, "</p><p class=\"when\">");
    ps_number_append_time(out, sheet->started_ns);
    g_string_append(out, " · ");
    if (sheet->is_finished) {
        append_progress(out, sheet);
        g_string_append(out, " in ");
        ps_number_append_duration(out, sheet->finished_ns - sheet->started_ns);
    } else {
        g_string_append(out, "<strong class=\"warning\">not finished: ");
        append_progress(out, sheet);
        g_string_append(out, " done</strong>");
    }
    g_string_append(out, "</p>");
    if (sheet->gate != NULL) {
        ps_findings_append_banner(out, sheet->gate);
        g_string_append(out, "<p class=\"fine\"><a href=\"#gate\">To the rules</a></p>");
    }
    if (sheet->modality != NULL)
        g_string_append(out, "<p class=\"fine\"><a href=\"#modality\">How the modalities are "
                             "used</a></p>");
    g_string_append(out, "</header>");
}

// ---- The strip: one tile per task ----------------------------------------------------

static void append_tile_value(GString *out, const PsSheetTask *task)
{
    const PsMetric *metric = task->metrics[0];
    const PsEstimate *estimate = &task->whole.cells[0].estimate;
    PsHtmlAxis axis = ps_html_axis(task, 0);
    g_string_append(out, "<p class=\"metric\">");
    ps_html_name(out, metric->title);
    g_string_append(out, "</p><p class=\"big\">");
    if (estimate->is_defined)
        ps_number_append_value(out, metric, estimate->value);
    else
        g_string_append(out, "n/a");
    if (estimate->is_defined && estimate->has_interval) {
        g_string_append(out, " <span class=\"range\">");
        ps_number_append_interval(out, metric, estimate->low, estimate->high);
        g_string_append(out, "</span>");
    }
    g_string_append(out, "</p>");
    ps_html_interval(out, &axis, estimate, metric->unit_scale);
    if (estimate->is_defined) ps_html_axis_ends(out, &axis, metric);
    g_string_append(out, "<p class=\"fine\">");
    ps_cell_append_n(out, estimate, task->whole.n_items);
    if (task->whole.n_items < task->n_done) g_string_append(out, ", taken clean");
    if (*ps_cell_direction(metric->direction))
        g_string_append_printf(out, " · %s", ps_cell_direction(metric->direction));
    if (!estimate->is_defined) {
        g_string_append(out, " · ");
        ps_cell_append_why_undefined(out, metric, &task->whole, estimate);
    }
    g_string_append(out, "</p>");
}

static void append_worst(GString *out, const PsSheetTask *task, size_t index)
{
    const PsMetric *metric = task->metrics[0];
    if (task->n_slices == 0 || !task->slices[0].cells[0].estimate.is_defined) return;
    if (metric->direction == PS_NEITHER_IS_BETTER) return;
    g_string_append_printf(out, "<p class=\"fine\">Worst slice: <a href=\"#t%zus0\">", index);
    ps_html_bdi(out, task->slices[0].title);
    g_string_append(out, " ");
    ps_html_bdi(out, task->slices[0].key);
    g_string_append(out, "</a> ");
    ps_number_append_value(out, metric, task->slices[0].cells[0].estimate.value);
    g_string_append(out, "</p>");
}

static void append_tile(GString *out, const PsSheetTask *task, size_t index)
{
    g_string_append_printf(out, "<li><h3><a href=\"#t%zu\">", index);
    ps_html_bdi(out, task->name);
    g_string_append(out, "</a></h3>");
    if (task->n_metrics > 0) append_tile_value(out, task);
    append_worst(out, task, index);
    size_t outcomes[PS_N_OUTCOMES];
    ps_cell_task_outcomes(task, outcomes);
    ps_html_outcomes(out, outcomes);
    g_string_append(out, "<p class=\"fine\">");
    ps_cell_append_outcomes(out, outcomes);
    if (task->n_done < task->n_items) {
        g_string_append(out, ", ");
        ps_number_append_count(out, task->n_items - task->n_done);
        g_string_append(out, " not done");
    }
    g_string_append(out, "</p></li>");
}

static void append_strip(GString *out, const PsSheet *sheet)
{
    g_string_append(out,
                    "<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2>"
                    "<ul class=\"strip\">");
    for (size_t i = 0; i < sheet->n_tasks; i++)
        append_tile(out, &sheet->tasks[i], i);
    g_string_append(out, "</ul></section>");
}

// ---- How it was run, and on what -----------------------------------------------------

static void append_facts(GString *out, const PsSheet *sheet)
{
    g_string_append(out, "<section aria-labelledby=\"run\"><h2 id=\"run\">How it was run</h2>"
                         "<dl class=\"facts\">");
    ps_html_fact(out, "run file", sheet->run_path);
    for (size_t i = 0; i < sheet->n_facts; i++)
        ps_html_fact(out, sheet->facts[i].name, sheet->facts[i].value);
    g_string_append(out, "</dl></section>");
}

static void append_cell(GString *out, const char *label, const char *text)
{
    g_string_append_printf(out, "<td role=\"cell\" data-label=\"%s\" dir=\"auto\">", label);
    ps_html_name(out, text && *text ? text : "not stated");
    g_string_append(out, "</td>");
}

static void append_dataset_name(GString *out, const PsSheetTask *task)
{
    const PsManifest *manifest = task->manifest;
    bool is_named = manifest && manifest->name && *manifest->name;
    ps_html_bdi(out, is_named ? manifest->name : task->dataset_path);
    if (manifest && manifest->version && *manifest->version) {
        g_string_append(out, " ");
        ps_html_bdi(out, manifest->version);
    }
    if (manifest && manifest->title && *manifest->title) {
        g_string_append(out, "<small>");
        ps_html_bdi(out, manifest->title);
        g_string_append(out, "</small>");
    }
}

static void append_dataset(GString *out, const PsSheetTask *task, size_t index)
{
    const PsManifest *manifest = task->manifest;
    g_string_append_printf(out,
                           "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">"
                           "<a href=\"#t%zu\">",
                           index);
    ps_html_bdi(out, task->name);
    g_string_append(out, "</a></th><td role=\"cell\" data-label=\"Dataset\">");
    append_dataset_name(out, task);
    g_string_append(out, "</td><td role=\"cell\" data-label=\"Samples\">");
    ps_number_append_count(out, task->n_samples);
    g_string_append(out, "</td>");
    append_cell(out, "Kind", manifest ? manifest->kind : NULL);
    append_cell(out, "Licence", manifest ? manifest->licence : NULL);
    append_cell(out, "Labels from", manifest ? manifest->label_origin : NULL);
    g_string_append(out, "<td role=\"cell\" data-label=\"SHA-256\"><code>");
    ps_html_name(out, task->dataset_sha256);
    g_string_append(out, "</code></td></tr>");
}

static void append_datasets(GString *out, const PsSheet *sheet)
{
    static const char *const columns[] = {"Task",    "Dataset",     "Samples", "Kind",
                                          "Licence", "Labels from", "SHA-256"};
    g_string_append(out, "<section aria-labelledby=\"data\"><h2 id=\"data\">Data</h2>"
                         "<div class=\"scroll\" role=\"region\" aria-labelledby=\"data\" "
                         "tabindex=\"0\"><table role=\"table\" class=\"cards datasets\">"
                         "<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        g_string_append_printf(out, "<th scope=\"col\" role=\"columnheader\">%s</th>",
                               columns[i]);
    g_string_append(out, "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < sheet->n_tasks; i++)
        append_dataset(out, &sheet->tasks[i], i);
    g_string_append(out, "</tbody></table></div></section>");
}

void ps_html_head(GString *out, const PsSheet *sheet)
{
    append_title(out, sheet);
    append_strip(out, sheet);
    append_facts(out, sheet);
    append_datasets(out, sheet);
}

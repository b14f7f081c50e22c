#include "reports/shared/cell.h"
#include "reports/shared/html.h"
#include "reports/shared/number.h"

// The metrics of one table, [first, end), with the axes of their columns.
typedef struct {
    const PsSheet *sheet;
    const PsSheetTask *task;
    size_t task_index, first, end;
    PsHtmlAxis *axes, *difference_axes; // [n_metrics] of the task
} Table;

// ---- Parts of a cell -----------------------------------------------------------------

static void append_undefined(GString *out,
                             const PsMetric *metric,
                             const PsSheetSlice *slice,
                             const PsEstimate *estimate)
{
    g_string_append(out, "<span class=\"value none\">n/a</span> <small>");
    ps_cell_append_why_undefined(out, metric, slice, estimate);
    g_string_append(out, "</small>");
}

static void append_range(GString *out, const PsMetric *metric, const PsEstimate *estimate)
{
    if (estimate->has_interval) {
        g_string_append(out, " <span class=\"range\">");
        ps_number_append_interval(out, metric, estimate->low, estimate->high);
        g_string_append(out, "</span>");
    } else {
        g_string_append(out, " <small>no interval: ");
        ps_cell_append_why_no_interval(out, estimate);
        g_string_append(out, "</small>");
    }
}

static void append_value(GString *out,
                         const PsMetric *metric,
                         const PsSheetSlice *slice,
                         const PsEstimate *estimate)
{
    if (!estimate->is_defined) {
        append_undefined(out, metric, slice, estimate);
        return;
    }
    g_string_append(out, "<span class=\"value\">");
    ps_number_append_value(out, metric, estimate->value);
    g_string_append(out, "</span>");
    append_range(out, metric, estimate);
}

static void append_difference(GString *out,
                              const PsMetric *metric,
                              const PsEstimate *difference,
                              const PsHtmlAxis *axis)
{
    g_string_append(out, "<div class=\"difference\"><span class=\"what\">vs clean</span> ");
    if (!difference->is_defined) {
        g_string_append(out, "<span class=\"none\">n/a</span> <small>");
        ps_cell_append_why_no_difference(out, metric, difference);
        g_string_append(out, "</small></div>");
        return;
    }
    g_string_append(out, "<span class=\"value\">");
    ps_number_append_difference(out, metric, difference->value);
    g_string_append(out, "</span>");
    if (difference->has_interval) {
        g_string_append(out, " <span class=\"range\">");
        ps_number_append_difference_interval(out, metric, difference->low, difference->high);
        g_string_append(out, "</span>");
    } else {
        append_range(out, metric, difference);
    }
    ps_html_interval(out, axis, difference, metric->unit_scale);
    g_string_append(out, "<small>");
    ps_cell_append_pairs(out, difference);
    g_string_append(out, "</small></div>");
}

static void
append_cell(GString *out, const Table *table, const PsSheetSlice *slice, size_t index)
{
    const PsMetric *metric = table->task->metrics[index];
    const PsSheetCell *cell = &slice->cells[index];
    g_string_append(out, "<td role=\"cell\"");
    ps_html_attribute(out, "data-label", metric->title);
    g_string_append_c(out, '>');
    append_value(out, metric, slice, &cell->estimate);
    ps_html_interval(out, &table->axes[index], &cell->estimate, metric->unit_scale);
    g_string_append(out, "<small>");
    ps_cell_append_n(out, &cell->estimate, slice->n_items);
    g_string_append(out, "</small>");
    if (ps_cell_has_pairs(slice))
        append_difference(out, metric, &cell->difference, &table->difference_axes[index]);
    g_string_append(out, "</td>");
}

// ---- The whole task ------------------------------------------------------------------

static void append_definition(GString *out, const PsMetric *metric)
{
    g_string_append(out, "<td role=\"cell\" data-label=\"Definition\">");
    ps_html_text(out, metric->summary);
    if (metric->source && *metric->source) {
        g_string_append(out, " <small>Source: ");
        ps_html_text(out, metric->source);
        g_string_append(out, "</small>");
    }
    g_string_append(out, "</td>");
}

static void append_whole_row(GString *out, const PsSheetTask *task, size_t index)
{
    const PsMetric *metric = task->metrics[index];
    const PsEstimate *estimate = &task->whole.cells[index].estimate;
    g_string_append(out, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    ps_html_name(out, metric->title);
    g_string_append_printf(out, "<small>%s</small></th>", ps_cell_direction(metric->direction));
    g_string_append(out, "<td role=\"cell\" data-label=\"Value, 95% interval\">");
    append_value(out, metric, &task->whole, estimate);
    g_string_append(out, "</td><td role=\"cell\" data-label=\"Rows\">");
    ps_cell_append_n(out, estimate, task->whole.n_items);
    g_string_append(out, "</td><td role=\"cell\" data-label=\"Interval by\">");
    ps_html_text(out, estimate->has_interval ? estimate->method : "none");
    g_string_append(out, "</td>");
    append_definition(out, metric);
    g_string_append(out, "</tr>");
}

void ps_html_whole(GString *out, const PsSheetTask *task)
{
    bool has_conditions = task->whole.n_items < task->n_done;
    g_string_append(out, "<div class=\"scroll\"><table role=\"table\" class=\"cards whole\">");
    g_string_append_printf(out, "<caption>The whole task%s</caption>",
                           has_conditions ? ", taken clean" : "");
    g_string_append(out, "<thead role=\"rowgroup\"><tr role=\"row\">"
                         "<th scope=\"col\" role=\"columnheader\">Metric</th>"
                         "<th scope=\"col\" role=\"columnheader\">Value, 95% interval</th>"
                         "<th scope=\"col\" role=\"columnheader\">Rows</th>"
                         "<th scope=\"col\" role=\"columnheader\">Interval by</th>"
                         "<th scope=\"col\" role=\"columnheader\">Definition</th>"
                         "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < task->n_metrics; i++)
        append_whole_row(out, task, i);
    g_string_append(out, "</tbody></table></div>");
}

// ---- The slices ----------------------------------------------------------------------

static void append_column(GString *out, const Table *table, size_t index)
{
    const PsMetric *metric = table->task->metrics[index];
    g_string_append(out, "<th scope=\"col\" role=\"columnheader\">");
    ps_html_name(out, metric->title);
    g_string_append_printf(out, "<small>%s</small>", ps_cell_direction(metric->direction));
    ps_html_axis_ends(out, &table->axes[index], metric);
    g_string_append(out, "</th>");
}

static void append_evidence_links(GString *out, const Table *table, const PsSheetSlice *slice)
{
    if (slice->n_evidence == 0) return;
    g_string_append_printf(out, "<details class=\"links\"><summary>%zu sample%s</summary><ul>",
                           slice->n_evidence, slice->n_evidence == 1 ? "" : "s");
    for (size_t i = 0; i < slice->n_evidence; i++) {
        size_t index = slice->evidence[i];
        if (index >= table->sheet->n_evidence) continue;
        g_string_append_printf(out, "<li><a href=\"#f%zu\">%zu ", index, index + 1);
        ps_html_bdi(out, table->sheet->evidence[index].sample->id);
        g_string_append(out, "</a></li>");
    }
    g_string_append(out, "</ul></details>");
}

static void append_slice_name(GString *out, const PsSheetSlice *slice)
{
    g_string_append(out, "<span class=\"slicer\">");
    ps_html_bdi(out, slice->title);
    g_string_append(out, "</span> <span class=\"key\">");
    ps_html_bdi(out, slice->key);
    g_string_append(out, "</span>");
}

static void append_items(GString *out, const PsSheetSlice *slice)
{
    g_string_append(out, "<td role=\"cell\" data-label=\"Items\"><span class=\"value\">");
    ps_number_append_count(out, slice->n_items);
    g_string_append(out, "</span>");
    ps_html_outcomes(out, slice->outcomes);
    g_string_append(out, "<small>");
    ps_cell_append_outcomes(out, slice->outcomes);
    g_string_append(out, "</small></td>");
}

// Only the first table of a task has anchors and links to samples.
static void append_row(GString *out, const Table *table, size_t slice_index)
{
    const PsSheetSlice *slice = &table->task->slices[slice_index];
    bool is_main = table->first == 0;
    g_string_append(out, "<tr role=\"row\"");
    if (is_main)
        g_string_append_printf(out, " id=\"t%zus%zu\"", table->task_index, slice_index);
    g_string_append(out, "><th scope=\"row\" role=\"rowheader\">");
    append_slice_name(out, slice);
    if (is_main) append_evidence_links(out, table, slice);
    g_string_append(out, "</th>");
    if (is_main) append_items(out, slice);
    for (size_t i = table->first; i < table->end; i++)
        append_cell(out, table, slice, i);
    g_string_append(out, "</tr>");
}

static void append_table(GString *out, const Table *table)
{
    g_string_append_printf(
        out,
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"t%zu-slices\" "
        "tabindex=\"0\"><table role=\"table\" class=\"cards slices\">"
        "<thead role=\"rowgroup\"><tr role=\"row\">"
        "<th scope=\"col\" role=\"columnheader\">Slice</th>",
        table->task_index);
    if (table->first == 0)
        g_string_append(out, "<th scope=\"col\" role=\"columnheader\">Items</th>");
    for (size_t i = table->first; i < table->end; i++)
        append_column(out, table, i);
    g_string_append(out, "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < table->task->n_slices; i++)
        append_row(out, table, i);
    g_string_append(out, "</tbody></table></div>");
}

static void append_legend(GString *out, const PsSheetTask *task)
{
    g_string_append(out, "<p class=\"legend\">");
    if (task->n_metrics > 0 && task->metrics[0]->direction != PS_NEITHER_IS_BETTER) {
        g_string_append(out, "Worst first by ");
        ps_html_name(out, task->metrics[0]->title);
        g_string_append(out, ", slices with too few rows last. ");
    }
    g_string_append(out,
                    "Dot: the value. Bar: its 95% interval, for one slice at a time; among "
                    "many slices some are extreme by chance. Dashed line: the whole task, or "
                    "no difference.</p>");
}

void ps_html_slices(GString *out, const PsSheet *sheet, size_t task_index)
{
    const PsSheetTask *task = &sheet->tasks[task_index];
    size_t n_suite = MIN(task->n_suite_metrics, task->n_metrics),
           n_more = task->n_metrics - n_suite;
    if (task->n_slices == 0) return;
    g_autofree PsHtmlAxis *axes = g_new(PsHtmlAxis, task->n_metrics);
    g_autofree PsHtmlAxis *difference_axes = g_new(PsHtmlAxis, task->n_metrics);
    for (size_t i = 0; i < task->n_metrics; i++) {
        axes[i] = ps_html_axis(task, i);
        difference_axes[i] = ps_html_difference_axis(task, i);
    }
    Table table = {sheet, task, task_index, 0, n_suite, axes, difference_axes};
    g_string_append_printf(out, "<h3 id=\"t%zu-slices\">Slices</h3>", task_index);
    append_legend(out, task);
    append_table(out, &table);
    if (n_more == 0) return;
    g_string_append_printf(
        out, "<details class=\"more\"><summary>%zu more metric%s of each slice</summary>",
        n_more, n_more == 1 ? "" : "s");
    table.first = n_suite;
    table.end = task->n_metrics;
    append_table(out, &table);
    g_string_append(out, "</details>");
}

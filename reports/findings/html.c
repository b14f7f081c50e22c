// HTML of findings: the page of reports/html.c with the verdict on top. Estimates of one column
// and metric are drawn on one axis; its ends stand in the column's head, or in the cells where
// metrics differ from row to row, as a gate's do.
#include "reports/shared/html.h"
#include "reports/findings/render.h"
#include "reports/shared/finding.h"

#include <math.h>

// ---- Axes ----------------------------------------------------------------------------

// The table with, for each column, a hash table PsMetric * → PsHtmlAxis *.
typedef struct {
    const PsTable *table;
    size_t index; // of the table in the findings
    GHashTable **axes;
} Drawn;

static void free_array(void *array)
{
    g_ptr_array_unref(array);
}

// PsMetric * → GPtrArray of PsEstimate *, in the order of the rows.
static GHashTable *group_by_metric(const PsTable *table, size_t column)
{
    GHashTable *groups = g_hash_table_new_full(NULL, NULL, NULL, free_array);
    for (size_t i = 0; i < ps_table_n_rows(table); i++) {
        const PsCell *cell = ps_table_cell(table, i, column);
        if (cell->metric == NULL) continue;
        void *metric = (void *)cell->metric;
        GPtrArray *group = g_hash_table_lookup(groups, metric);
        if (group == NULL) {
            group = g_ptr_array_new();
            g_hash_table_insert(groups, metric, group);
        }
        g_ptr_array_add(group, (void *)&cell->estimate);
    }
    return groups;
}

static GHashTable *make_axes(const PsTable *table, size_t column)
{
    GHashTable *axes = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(GHashTable) groups = group_by_metric(table, column);
    GHashTableIter each;
    void *metric, *group;
    g_hash_table_iter_init(&each, groups);
    while (g_hash_table_iter_next(&each, &metric, &group)) {
        const GPtrArray *array = group;
        const PsEstimate *const *estimates = (const PsEstimate *const *)array->pdata;
        PsHtmlAxis axis = table->columns[column].kind == PS_COLUMN_DIFFERENCE
                              ? ps_html_difference_axis_over(estimates, array->len, metric)
                              : ps_html_axis_over(estimates, array->len, metric, (double)NAN);
        g_hash_table_insert(axes, metric, g_memdup2(&axis, sizeof axis));
    }
    return axes;
}

static void drawn_init(Drawn *drawn, const PsTable *table, size_t index)
{
    *drawn = (Drawn){table, index, g_new(GHashTable *, table->n_columns)};
    for (size_t i = 0; i < table->n_columns; i++)
        drawn->axes[i] = make_axes(table, i);
}

static void drawn_clear(Drawn *drawn)
{
    for (size_t i = 0; i < drawn->table->n_columns; i++)
        g_hash_table_unref(drawn->axes[i]);
    g_free(drawn->axes);
}

// The one metric of a column of values, or NULL.
static const PsMetric *find_only_metric(const Drawn *drawn, size_t column)
{
    if (g_hash_table_size(drawn->axes[column]) != 1) return NULL;
    GHashTableIter each;
    void *metric = NULL;
    g_hash_table_iter_init(&each, drawn->axes[column]);
    g_hash_table_iter_next(&each, &metric, NULL);
    return metric;
}

// ---- Cells ---------------------------------------------------------------------------

static void append_verdict(GString *out, PsVerdict verdict)
{
    static const char *const symbols[] = {"", "✓", "✗", "?"};
    const char *name = ps_verdict_name(verdict);
    g_string_append_printf(
        out, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</span>", name,
        symbols[verdict], name);
}

static void append_nothing(GString *out, const PsCell *cell)
{
    const char *why = ps_finding_why(cell);
    bool is_word = cell->kind == PS_COLUMN_TEXT || cell->kind == PS_COLUMN_VERDICT;
    g_string_append_printf(out, "<span class=\"none\">%s</span>",
                           is_word && why == NULL ? "–" : "n/a");
    if (why == NULL) return;
    g_string_append(out, " <small>");
    ps_html_text(out, why);
    g_string_append(out, "</small>");
}

static void append_estimate(GString *out, const Drawn *drawn, size_t column, const PsCell *cell)
{
    const PsHtmlAxis *axis = g_hash_table_lookup(drawn->axes[column], cell->metric);
    g_string_append(out, "<span class=\"value\">");
    ps_finding_append_value(out, cell);
    g_string_append(out, "</span> ");
    g_string_append(out, cell->estimate.has_interval ? "<span class=\"range\">" : "<small>");
    ps_finding_append_interval(out, cell);
    g_string_append(out, cell->estimate.has_interval ? "</span>" : "</small>");
    ps_html_interval(out, axis, &cell->estimate, cell->metric->unit_scale);
    if (cell->kind == PS_COLUMN_VALUE && find_only_metric(drawn, column) == NULL)
        ps_html_axis_ends(out, axis, cell->metric);
    g_string_append(out, "<small>");
    ps_finding_append_n(out, cell);
    g_string_append(out, "</small>");
}

static void
append_cell_words(GString *out, const Drawn *drawn, size_t column, const PsCell *cell)
{
    if (cell->is_empty) {
        append_nothing(out, cell);
    } else if (ps_finding_is_estimate(cell->kind)) {
        append_estimate(out, drawn, column, cell);
    } else if (cell->kind == PS_COLUMN_VERDICT) {
        append_verdict(out, cell->verdict);
    } else {
        ps_finding_append(out, PS_TEXT_HTML, cell, PS_TEXT_MAX_CHARS);
    }
}

static void append_cell(GString *out, const Drawn *drawn, size_t row, size_t column)
{
    const PsColumn *about = &drawn->table->columns[column];
    bool is_head = column == 0;
    g_string_append(out,
                    is_head ? "<th scope=\"row\" role=\"rowheader\"" : "<td role=\"cell\"");
    g_string_append_printf(out, " class=\"is-%s\" dir=\"auto\"",
                           ps_finding_kind_name(about->kind));
    if (!is_head) ps_html_attribute(out, "data-label", about->title);
    g_string_append_c(out, '>');
    append_cell_words(out, drawn, column, ps_table_cell(drawn->table, row, column));
    g_string_append(out, is_head ? "</th>" : "</td>");
}

// ---- Tables --------------------------------------------------------------------------

static void append_column(GString *out, const Drawn *drawn, size_t column)
{
    const PsColumn *about = &drawn->table->columns[column];
    const PsMetric *metric = find_only_metric(drawn, column);
    g_string_append_printf(out, "<th scope=\"col\" role=\"columnheader\" class=\"is-%s\">",
                           ps_finding_kind_name(about->kind));
    ps_html_name(out, about->title);
    if (metric != NULL && about->kind == PS_COLUMN_VALUE)
        ps_html_axis_ends(out, g_hash_table_lookup(drawn->axes[column], metric), metric);
    g_string_append(out, "</th>");
}

static bool has_kind(const PsTable *table, PsColumnKind kind)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].kind == kind) return true;
    return false;
}

static void append_legend(GString *out, const PsTable *table)
{
    bool has_difference = has_kind(table, PS_COLUMN_DIFFERENCE);
    if (table->note != NULL) {
        g_string_append(out, "<p class=\"legend\" dir=\"auto\">");
        ps_html_text(out, table->note);
        g_string_append(out, "</p>");
    }
    if (!has_difference && !has_kind(table, PS_COLUMN_VALUE)) return;
    g_string_append(out, "<p class=\"legend\">Dot: the value. Bar: its 95% interval.");
    if (has_difference) g_string_append(out, " Dashed line: no difference.");
    g_string_append(out, "</p>");
}

static void append_rows(GString *out, const Drawn *drawn)
{
    g_string_append_printf(out,
                           "<div class=\"scroll\" role=\"region\" aria-labelledby=\"r%zu\" "
                           "tabindex=\"0\"><table role=\"table\" class=\"cards findings\">"
                           "<thead role=\"rowgroup\"><tr role=\"row\">",
                           drawn->index);
    for (size_t i = 0; i < drawn->table->n_columns; i++)
        append_column(out, drawn, i);
    g_string_append(out, "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < ps_table_n_rows(drawn->table); i++) {
        g_string_append(out, "<tr role=\"row\">");
        for (size_t c = 0; c < drawn->table->n_columns; c++)
            append_cell(out, drawn, i, c);
        g_string_append(out, "</tr>");
    }
    g_string_append(out, "</tbody></table></div>");
}

static void append_table(GString *out, const PsTable *table, size_t index)
{
    g_string_append_printf(out, "<section><h2 id=\"r%zu\">", index);
    ps_html_bdi(out, table->title);
    g_string_append(out, "</h2>");
    if (ps_table_n_rows(table) > 0) {
        Drawn drawn;
        drawn_init(&drawn, table, index);
        append_legend(out, table);
        append_rows(out, &drawn);
        drawn_clear(&drawn);
    } else {
        g_string_append(out, "<p class=\"none\">none</p>");
    }
    g_string_append(out, "</section>");
}

// ---- The page ------------------------------------------------------------------------

void ps_findings_append_banner(GString *out, const PsFindings *findings)
{
    bool has_verdict = findings->verdict != PS_VERDICT_NONE;
    if (!has_verdict && findings->reason == NULL) return;
    g_string_append_printf(out, "<p class=\"banner %s\">", ps_verdict_name(findings->verdict));
    if (has_verdict) append_verdict(out, findings->verdict);
    g_string_append(out, "<span class=\"reason\" dir=\"auto\">");
    ps_html_text(out, findings->reason);
    g_string_append(out, "</span></p>");
}

static void append_head(GString *out, const PsFindings *findings)
{
    g_string_append(out, "<header class=\"page\">");
    ps_html_brand(out);
    g_string_append(out, "<p class=\"system\">");
    ps_html_bdi(out, findings->kind);
    g_string_append(out, "</p><h1>");
    ps_html_bdi(out, findings->title);
    g_string_append(out, "</h1>");
    ps_findings_append_banner(out, findings);
    g_string_append(out, "</header>");
}

static void append_facts(GString *out, const PsFindings *findings)
{
    if (findings->facts->len == 0) return;
    g_string_append(out, "<section aria-labelledby=\"facts\"><h2 id=\"facts\">What was "
                         "looked at</h2><dl class=\"facts\">");
    for (size_t i = 0; i < findings->facts->len; i++) {
        const PsSheetFact *fact = &g_array_index(findings->facts, PsSheetFact, i);
        ps_html_fact(out, fact->name, fact->value);
    }
    g_string_append(out, "</dl></section>");
}

static void append_notes(GString *out, const PsFindings *findings)
{
    if (findings->notes->len == 0) return;
    g_string_append(out, "<section aria-labelledby=\"notes\"><h2 id=\"notes\">Notes</h2>"
                         "<ul class=\"notes\">");
    for (size_t i = 0; i < findings->notes->len; i++) {
        g_string_append(out, "<li dir=\"auto\">");
        ps_html_text(out, findings->notes->pdata[i]);
        g_string_append(out, "</li>");
    }
    g_string_append(out, "</ul></section>");
}

static void append_tables(GString *out, const PsFindings *findings, size_t n_before)
{
    for (size_t i = 0; i < findings->tables->len; i++)
        append_table(out, findings->tables->pdata[i], n_before + i);
}

void ps_findings_append_section(GString *out, const PsFindings *findings, size_t n_before)
{
    g_string_append_printf(out, "<section class=\"task\" id=\"%s\"><h2>", findings->kind);
    ps_html_bdi(out, findings->title);
    g_string_append(out, "</h2>");
    append_tables(out, findings, n_before);
    append_notes(out, findings);
    append_facts(out, findings);
    g_string_append(out, "</section>");
}

bool ps_findings_render_html(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    ps_html_begin(out, findings->kind, findings->title, "results");
    append_head(out, findings);
    g_string_append(out, "<div id=\"results\">");
    append_tables(out, findings, 0);
    g_string_append(out, "</div>");
    append_notes(out, findings);
    append_facts(out, findings);
    ps_html_end(out);
    return true;
}

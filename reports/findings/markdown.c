// Markdown of findings for a job summary, which GitHub refuses beyond 1 MiB: long tables are
// cut and say so; the HTML and JSON reports have them whole.
#include "reports/findings/render.h"
#include "reports/shared/finding.h"
#include "reports/shared/number.h"

#define ROWS_MOST 100                  // of a table without cases
#define TABLES_MOST_BYTES (750 * 1000) // beyond, no further row …
#define NOTES_MOST_BYTES (850 * 1000)  // … and no further note

static void append_text(GString *out, const char *text, size_t max_chars)
{
    ps_text_append(out, PS_TEXT_MARKDOWN, text, max_chars);
}

static void append_name(GString *out, const char *text)
{
    append_text(out, text, PS_TEXT_MAX_NAME_CHARS);
}

// ---- The head ------------------------------------------------------------------------

static const char *symbol(PsVerdict verdict)
{
    static const char *const symbols[] = {"", "✅ ", "❌ ", "❔ "};
    return symbols[verdict];
}

static void append_verdict(GString *out, const PsFindings *findings)
{
    bool has_word = findings->verdict != PS_VERDICT_NONE;
    if (!has_word && findings->reason == NULL) return;
    if (has_word)
        g_string_append_printf(out, "%s**%s**%s", symbol(findings->verdict),
                               ps_verdict_name(findings->verdict),
                               findings->reason ? ": " : "");
    append_text(out, findings->reason, PS_TEXT_MAX_CHARS);
    g_string_append(out, "\n\n");
}

static void append_head(GString *out, const PsFindings *findings)
{
    g_string_append(out, "## ");
    append_name(out, findings->kind);
    g_string_append(out, ": ");
    append_name(out, findings->title);
    g_string_append(out, "\n\n");
    append_verdict(out, findings);
    for (size_t i = 0; i < findings->facts->len; i++) {
        const PsSheetFact *fact = &g_array_index(findings->facts, PsSheetFact, i);
        if (i > 0) g_string_append(out, " · ");
        append_name(out, fact->name);
        g_string_append_c(out, ' ');
        append_name(out, fact->value);
    }
    if (findings->facts->len > 0) g_string_append(out, "\n\n");
}

// ---- Tables --------------------------------------------------------------------------

static void append_columns(GString *out, const PsTable *table)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].is_detail) continue;
        g_string_append(out, "| ");
        append_name(out, table->columns[i].title);
        g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].is_detail) continue;
        PsColumnKind kind = table->columns[i].kind;
        bool is_right = kind == PS_COLUMN_COUNT || kind == PS_COLUMN_P;
        g_string_append(out, is_right ? "|--:" : "|:--");
    }
    g_string_append(out, "|\n");
}

static void append_row(GString *out, const PsTable *table, size_t row)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const PsCell *cell = ps_table_cell(table, row, i);
        if (table->columns[i].is_detail) continue;
        g_string_append(out, "| ");
        if (cell->kind == PS_COLUMN_VERDICT) g_string_append(out, symbol(cell->verdict));
        ps_finding_append(out, PS_TEXT_MARKDOWN, cell, PS_TEXT_MAX_NAME_CHARS);
        if (!cell->is_empty && ps_finding_is_estimate(cell->kind)) g_string_append_c(out, ' ');
        ps_finding_append_n(out, cell);
        g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
}

static void append_left_out(GString *out, size_t n_left_out, const char *what)
{
    if (n_left_out == 0) return;
    g_string_append_c(out, '\n');
    ps_number_append_count(out, n_left_out);
    g_string_append_printf(out, " more %s%s in the HTML and JSON reports.\n", what,
                           n_left_out == 1 ? " is" : "s are");
}

static void append_table(GString *out, const PsTable *table)
{
    size_t n_rows = ps_table_n_rows(table), n_shown = 0;
    size_t n_wanted = table->has_cases ? n_rows : MIN(n_rows, ROWS_MOST);
    g_string_append(out, "### ");
    append_name(out, table->title);
    g_string_append(out, "\n\n");
    if (table->note) {
        append_text(out, table->note, PS_TEXT_MAX_CHARS);
        g_string_append(out, "\n\n");
    }
    if (n_rows == 0) {
        g_string_append(out, "None.\n\n");
        return;
    }
    append_columns(out, table);
    for (; n_shown < n_wanted && out->len < TABLES_MOST_BYTES; n_shown++)
        append_row(out, table, n_shown);
    append_left_out(out, n_rows - n_shown, "row");
    g_string_append_c(out, '\n');
}

// ---- The document --------------------------------------------------------------------

static void append_notes(GString *out, const GPtrArray *notes)
{
    size_t n_shown = 0;
    if (notes->len > 0) g_string_append(out, "### Notes\n\n");
    for (; n_shown < notes->len && out->len < NOTES_MOST_BYTES; n_shown++) {
        g_string_append(out, "- ");
        append_text(out, notes->pdata[n_shown], PS_TEXT_MAX_CHARS);
        g_string_append_c(out, '\n');
    }
    append_left_out(out, notes->len - n_shown, "note");
}

bool ps_findings_render_markdown(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    size_t n_shown = 0;
    append_head(out, findings);
    for (; n_shown < findings->tables->len && out->len < TABLES_MOST_BYTES; n_shown++)
        append_table(out, findings->tables->pdata[n_shown]);
    if (n_shown < findings->tables->len) {
        append_left_out(out, findings->tables->len - n_shown, "table");
        g_string_append_c(out, '\n');
    }
    append_notes(out, findings->notes);
    return true;
}

// Findings for the terminal: the verdict first, then a table under its title for each of them.
// A long table is cut, one with test cases never is.
#include "reports/findings/render.h"
#include "reports/shared/finding.h"
#include "reports/shared/number.h"
#include "reports/shared/text_table.h"

#define ROWS_MOST 40       // of a table without cases; the other reports have them all
#define CELL_MOST_CHARS 60 // of a text

static void append_plain(GString *out, const char *text)
{
    ps_text_append(out, PS_TEXT_PLAIN, text, PS_TEXT_MAX_CHARS);
}

static void append_verdict(GString *out, const PsFindings *findings)
{
    g_autofree char *word = g_ascii_strup(ps_verdict_name(findings->verdict), -1);
    const char *reason = findings->reason != NULL ? findings->reason : "";
    if (*word == '\0' && *reason == '\0') return;
    g_string_append(out, word);
    if (*word != '\0' && *reason != '\0') g_string_append(out, ": ");
    append_plain(out, reason);
    g_string_append_c(out, '\n');
}

static void append_facts(GString *out, const PsFindings *findings)
{
    g_auto(PsTextTable) table;
    ps_text_table_init(&table, 2);
    for (size_t i = 0; i < findings->facts->len; i++) {
        const PsSheetFact *fact = &g_array_index(findings->facts, PsSheetFact, i);
        ps_text_table_take(&table, ps_text_plain(fact->name, PS_TEXT_MAX_NAME_CHARS));
        ps_text_table_take(&table, ps_text_plain(fact->value, PS_TEXT_MAX_NAME_CHARS));
    }
    ps_text_table_append(&table, out);
}

// Short: n alone, and nothing where there is no interval.
static void append_estimate(GString *out, const PsCell *cell)
{
    ps_finding_append_value(out, cell);
    if (cell->estimate.has_interval) {
        g_string_append_c(out, ' ');
        ps_finding_append_interval(out, cell);
    }
    g_string_append(out, " n=");
    ps_number_append_count(out, cell->estimate.n);
}

static char *cell_words(const PsCell *cell)
{
    GString *out = g_string_new(NULL);
    if (!cell->is_empty && ps_finding_is_estimate(cell->kind))
        append_estimate(out, cell);
    else
        ps_finding_append(out, PS_TEXT_PLAIN, cell, CELL_MOST_CHARS);
    return g_string_free(out, false);
}

static void append_rows(GString *out, const PsTable *table, size_t n_rows)
{
    g_auto(PsTextTable) text;
    ps_text_table_init(&text, ps_finding_count_columns(table));
    for (size_t i = 0; i < table->n_columns; i++)
        if (!table->columns[i].is_detail)
            ps_text_table_take(&text, g_strdup(table->columns[i].title));
    for (size_t i = 0; i < n_rows; i++)
        for (size_t c = 0; c < table->n_columns; c++)
            if (!table->columns[c].is_detail)
                ps_text_table_take(&text, cell_words(ps_table_cell(table, i, c)));
    ps_text_table_append(&text, out);
}

static void append_table(GString *out, const PsTable *table)
{
    size_t n_rows = ps_table_n_rows(table);
    size_t n_shown = table->has_cases ? n_rows : MIN(n_rows, ROWS_MOST);
    g_string_append_c(out, '\n');
    append_plain(out, table->title);
    g_string_append_c(out, '\n');
    if (n_rows > 0)
        append_rows(out, table, n_shown);
    else
        g_string_append(out, "  none\n");
    if (n_shown < n_rows)
        g_string_append_printf(out, "  … and %zu more row%s\n", n_rows - n_shown,
                               n_rows - n_shown == 1 ? "" : "s");
    if (table->note == NULL) return;
    g_string_append(out, "  ");
    append_plain(out, table->note);
    g_string_append_c(out, '\n');
}

bool ps_findings_render_text(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    append_verdict(out, findings);
    append_plain(out, findings->kind);
    g_string_append(out, " · ");
    append_plain(out, findings->title);
    g_string_append_c(out, '\n');
    append_facts(out, findings);
    for (size_t i = 0; i < findings->tables->len; i++)
        append_table(out, findings->tables->pdata[i]);
    for (size_t i = 0; i < findings->notes->len; i++) {
        g_string_append(out, i == 0 ? "\nNotes\n  " : "  ");
        append_plain(out, findings->notes->pdata[i]);
        g_string_append_c(out, '\n');
    }
    return true;
}

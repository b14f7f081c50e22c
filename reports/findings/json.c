// JSON: all of the findings, with all digits. A table's rows are objects with a member a
// column, by the column's id:
//
//   text     a string            count    a number     p    a number
//   verdict  "pass", "fail" or "undecided"
//   value, difference   {value, low, high, n, n_clusters, method, unit}, in `unit`
//
// An empty cell is null, but an estimate that is not defined keeps its n. Why a cell is empty
// is in the row's member `why`, by column again; it is there if there is a reason. `version`
// grows when a member changes its meaning or goes away.
#include "harness/json.h"
#include "reports/findings/render.h"
#include "reports/shared/finding.h"
#include "reports/shared/member.h"

#define FORMAT_VERSION 1

static void add_verdict(GString *out, const char *key, PsVerdict verdict)
{
    ps_member_add_string(out, key,
                         verdict != PS_VERDICT_NONE ? ps_verdict_name(verdict) : NULL);
}

static void add_estimate(GString *out, const char *key, const PsCell *cell)
{
    ps_member_open(out, key, '{');
    ps_member_add_numbers(out, &cell->estimate, cell->metric->unit_scale);
    ps_member_add_string(out, "unit", ps_finding_unit(cell));
    g_string_append_c(out, '}');
}

static void add_cell(GString *out, const char *key, const PsCell *cell)
{
    if (ps_finding_is_estimate(cell->kind) && cell->metric != NULL)
        add_estimate(out, key, cell);
    else if (cell->is_empty)
        ps_member_add_string(out, key, NULL);
    else if (cell->kind == PS_COLUMN_TEXT)
        ps_member_add_string(out, key, cell->text);
    else if (cell->kind == PS_COLUMN_COUNT)
        ps_member_add_count(out, key, cell->count);
    else if (cell->kind == PS_COLUMN_P)
        ps_member_add_number(out, key, cell->p);
    else
        add_verdict(out, key, cell->verdict);
}

static void add_reasons(GString *out, const PsTable *table, size_t row)
{
    bool is_first = true;
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *why = ps_finding_why(ps_table_cell(table, row, i));
        if (why == NULL) continue;
        if (is_first) ps_member_open(out, "why", '{');
        is_first = false;
        ps_member_add_string(out, table->columns[i].id, why);
    }
    if (!is_first) g_string_append_c(out, '}');
}

static void append_row(GString *out, const PsTable *table, size_t row)
{
    g_string_append_c(out, '{');
    for (size_t i = 0; i < table->n_columns; i++)
        add_cell(out, table->columns[i].id, ps_table_cell(table, row, i));
    add_reasons(out, table, row);
    g_string_append_c(out, '}');
}

static void append_column(GString *out, const PsColumn *column)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "id", column->id);
    ps_member_add_string(out, "title", column->title);
    ps_member_add_string(out, "kind", ps_finding_kind_name(column->kind));
    g_string_append_c(out, '}');
}

static void append_table(GString *out, const PsTable *table)
{
    g_string_append_c(out, '{');
    ps_member_add_string(out, "id", table->id);
    ps_member_add_string(out, "title", table->title);
    ps_member_add_string(out, "note", table->note);
    ps_member_add_bool(out, "has_cases", table->has_cases);
    ps_member_open(out, "columns", '[');
    for (size_t i = 0; i < table->n_columns; i++) {
        ps_member_next(out, i);
        append_column(out, &table->columns[i]);
    }
    g_string_append_c(out, ']');
    ps_member_open(out, "rows", '[');
    for (size_t i = 0; i < ps_table_n_rows(table); i++) {
        ps_member_next(out, i);
        append_row(out, table, i);
    }
    g_string_append(out, "]}");
}

static void add_facts(GString *out, const PsFindings *findings)
{
    ps_member_open(out, "facts", '[');
    for (size_t i = 0; i < findings->facts->len; i++) {
        const PsSheetFact *fact = &g_array_index(findings->facts, PsSheetFact, i);
        ps_member_next(out, i);
        g_string_append_c(out, '{');
        ps_member_add_string(out, "name", fact->name);
        ps_member_add_string(out, "value", fact->value);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void add_notes(GString *out, const PsFindings *findings)
{
    ps_member_open(out, "notes", '[');
    for (size_t i = 0; i < findings->notes->len; i++) {
        ps_member_next(out, i);
        ps_json_append_string(out, findings->notes->pdata[i]);
    }
    g_string_append_c(out, ']');
}

bool ps_findings_render_json(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    g_string_append_c(out, '{');
    ps_member_add_string(out, "format", "proofsheet-findings");
    ps_member_add_count(out, "version", FORMAT_VERSION);
    ps_member_add_string(out, "proofsheet", PS_VERSION);
    ps_member_add_string(out, "kind", findings->kind);
    ps_member_add_string(out, "title", findings->title);
    add_verdict(out, "verdict", findings->verdict);
    ps_member_add_string(out, "reason", findings->reason);
    add_facts(out, findings);
    add_notes(out, findings);
    ps_member_open(out, "tables", '[');
    for (size_t i = 0; i < findings->tables->len; i++) {
        ps_member_next(out, i);
        append_table(out, findings->tables->pdata[i]);
    }
    g_string_append(out, "]}\n");
    return true;
}

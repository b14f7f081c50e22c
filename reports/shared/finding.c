#include "reports/shared/finding.h"

#include "reports/shared/cell.h"
#include "reports/shared/number.h"

#include <string.h>

// ---- One cell ------------------------------------------------------------------------

bool ps_finding_is_estimate(PsColumnKind kind)
{
    return kind == PS_COLUMN_VALUE || kind == PS_COLUMN_DIFFERENCE;
}

size_t ps_finding_count_columns(const PsTable *table)
{
    size_t n_columns = 0;
    for (size_t i = 0; i < table->n_columns; i++)
        n_columns += !table->columns[i].is_detail;
    return n_columns;
}

const char *ps_finding_kind_name(PsColumnKind kind)
{
    static const char *const names[] = {"text", "count", "value", "difference", "p", "verdict"};
    return names[kind];
}

const char *ps_finding_unit(const PsCell *cell)
{
    if (cell->metric == NULL) return "";
    bool is_percent = strcmp(cell->metric->unit, "%") == 0;
    return is_percent && cell->kind == PS_COLUMN_DIFFERENCE ? "pp" : cell->metric->unit;
}

const char *ps_finding_why(const PsCell *cell)
{
    if (!cell->is_empty) return NULL;
    if (cell->text != NULL || cell->metric == NULL) return cell->text;
    const PsEstimate *estimate = &cell->estimate;
    if (estimate->method != NULL && *estimate->method != '\0') return estimate->method;
    return estimate->n == 0 ? "no rows" : "the denominator is zero";
}

void ps_finding_append_value(GString *out, const PsCell *cell)
{
    if (cell->kind == PS_COLUMN_DIFFERENCE)
        ps_number_append_difference(out, cell->metric, cell->estimate.value);
    else
        ps_number_append_value(out, cell->metric, cell->estimate.value);
}

void ps_finding_append_interval(GString *out, const PsCell *cell)
{
    const PsEstimate *estimate = &cell->estimate;
    if (!estimate->has_interval) {
        g_string_append(out, "(no interval: ");
        ps_cell_append_why_no_interval(out, estimate);
        g_string_append_c(out, ')');
    } else if (cell->kind == PS_COLUMN_DIFFERENCE) {
        ps_number_append_difference_interval(out, cell->metric, estimate->low, estimate->high);
    } else {
        ps_number_append_interval(out, cell->metric, estimate->low, estimate->high);
    }
}

// Three decimals, four below 0.01.
static void append_p(GString *out, PsTextFormat format, double p)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (p < 0.0001)
        ps_text_append(out, format, "<0.0001", PS_TEXT_MAX_NAME_CHARS);
    else
        g_string_append(out,
                        g_ascii_formatd(text, sizeof text, p < 0.00995 ? "%.4f" : "%.3f", p));
}

static void
append_nothing(GString *out, PsTextFormat format, const PsCell *cell, size_t max_chars)
{
    const char *why = ps_finding_why(cell);
    bool is_word = cell->kind == PS_COLUMN_TEXT || cell->kind == PS_COLUMN_VERDICT;
    if (why == NULL && is_word) return;
    g_string_append(out, "n/a");
    if (why == NULL) return;
    g_string_append(out, " (");
    ps_text_append(out, format, why, max_chars);
    g_string_append_c(out, ')');
}

void ps_finding_append(GString *out, PsTextFormat format, const PsCell *cell, size_t max_chars)
{
    if (cell->is_empty) {
        append_nothing(out, format, cell, max_chars);
        return;
    }
    switch (cell->kind) {
    case PS_COLUMN_TEXT:
        ps_text_append(out, format, cell->text, max_chars);
        break;
    case PS_COLUMN_COUNT:
        ps_number_append_count(out, cell->count);
        break;
    case PS_COLUMN_VALUE:
    case PS_COLUMN_DIFFERENCE:
        ps_finding_append_value(out, cell);
        g_string_append_c(out, ' ');
        ps_finding_append_interval(out, cell);
        break;
    case PS_COLUMN_P:
        append_p(out, format, cell->p);
        break;
    case PS_COLUMN_VERDICT:
        g_string_append(out, ps_verdict_name(cell->verdict));
        break;
    }
}

bool ps_finding_append_n(GString *out, const PsCell *cell)
{
    if (cell->is_empty || !ps_finding_is_estimate(cell->kind)) return false;
    ps_cell_append_n(out, &cell->estimate, cell->estimate.n);
    return true;
}

// ---- Test cases ----------------------------------------------------------------------

// The column of the verdict; n_columns if there is none.
static size_t find_verdict(const PsTable *table)
{
    size_t column = 0;
    while (column < table->n_columns && table->columns[column].kind != PS_COLUMN_VERDICT)
        column++;
    return column;
}

PsVerdict ps_finding_case_verdict(const PsTable *table, size_t row)
{
    size_t column = find_verdict(table);
    if (column == table->n_columns) return PS_VERDICT_NONE;
    return ps_table_cell(table, row, column)->verdict;
}

static bool is_of_name(const PsTable *table, size_t column)
{
    return table->columns[column].kind == PS_COLUMN_TEXT && column < find_verdict(table);
}

char *ps_finding_case_name(const PsTable *table, size_t row)
{
    GString *name = g_string_new(NULL);
    for (size_t i = 0; i < table->n_columns; i++) {
        const PsCell *cell = ps_table_cell(table, row, i);
        if (!is_of_name(table, i) || cell->is_empty) continue;
        if (name->len > 0) g_string_append_c(name, ' ');
        g_string_append(name, cell->text);
    }
    if (name->len == 0) g_string_printf(name, "row %zu", row + 1);
    return g_string_free(name, false);
}

static bool is_worth_a_word(const PsTable *table, size_t row, size_t column)
{
    const PsCell *cell = ps_table_cell(table, row, column);
    if (is_of_name(table, column) || column == find_verdict(table)) return false;
    return !cell->is_empty || ps_finding_why(cell) != NULL;
}

static void append_named(GString *out, const PsColumn *column, const PsCell *cell)
{
    g_string_append_printf(out, "%s: ", column->title);
    ps_finding_append(out, PS_TEXT_PLAIN, cell, PS_TEXT_MAX_CHARS);
    if (!cell->is_empty && ps_finding_is_estimate(cell->kind)) g_string_append_c(out, ' ');
    ps_finding_append_n(out, cell);
}

char *ps_finding_case_message(const PsTable *table, size_t row)
{
    GString *out = g_string_new(ps_verdict_name(ps_finding_case_verdict(table, row)));
    const char *separator = out->len > 0 ? ": " : "";
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!is_worth_a_word(table, row, i)) continue;
        g_string_append(out, separator);
        append_named(out, &table->columns[i], ps_table_cell(table, row, i));
        separator = "; ";
    }
    return g_string_free(out, false);
}

size_t ps_finding_count_cases(const PsTable *table, PsVerdict verdict)
{
    size_t n_found = 0;
    for (size_t i = 0; table->has_cases && i < ps_table_n_rows(table); i++)
        n_found += ps_finding_case_verdict(table, i) == verdict;
    return n_found;
}

bool ps_finding_is_verdict_of_a_case(const PsFindings *findings)
{
    for (size_t i = 0; i < findings->tables->len; i++)
        if (ps_finding_count_cases(findings->tables->pdata[i], findings->verdict) > 0)
            return true;
    return false;
}

bool ps_finding_has_cases(const PsFindings *findings)
{
    for (size_t i = 0; i < findings->tables->len; i++)
        if (((const PsTable *)findings->tables->pdata[i])->has_cases) return true;
    return false;
}

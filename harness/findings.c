#include "harness/findings.h"

#include <math.h>

const PsMetric ps_unit_share = {
    .name = "share",
    .title = "Share",
    .unit = "%",
    .unit_scale = 100,
    .direction = PS_NEITHER_IS_BETTER,
    .range = PS_RANGE_UNIT,
    .n_stats = 2,
};

const PsMetric ps_unit_number = {
    .name = "number",
    .title = "Number",
    .unit = "",
    .unit_scale = 1,
    .direction = PS_NEITHER_IS_BETTER,
    .range = PS_RANGE_POSITIVE,
    .n_stats = 2,
};

const char *ps_verdict_name(PsVerdict verdict)
{
    static const char *const names[] = {"", "pass", "fail", "undecided"};
    return names[verdict];
}

// ---- life cycle

static void cell_clear(void *cell)
{
    g_free(((PsCell *)cell)->text);
}

static void fact_clear(void *fact)
{
    g_free(((PsSheetFact *)fact)->name);
    g_free(((PsSheetFact *)fact)->value);
}

static void table_free(void *data)
{
    PsTable *table = data;
    g_free(table->id);
    g_free(table->title);
    g_free(table->note);
    g_free(table->columns);
    g_array_unref(table->cells);
    g_free(table);
}

PsFindings *ps_findings_new(const char *kind, const char *title)
{
    PsFindings *findings = g_new0(PsFindings, 1);
    findings->kind = g_strdup(kind);
    findings->title = g_strdup(title);
    findings->facts = g_array_new(false, false, sizeof(PsSheetFact));
    g_array_set_clear_func(findings->facts, fact_clear);
    findings->notes = g_ptr_array_new_with_free_func(g_free);
    findings->tables = g_ptr_array_new_with_free_func(table_free);
    return findings;
}

void ps_findings_free(PsFindings *findings)
{
    if (findings == NULL) return;
    g_free(findings->kind);
    g_free(findings->title);
    g_free(findings->reason);
    g_array_unref(findings->facts);
    g_ptr_array_unref(findings->notes);
    g_ptr_array_unref(findings->tables);
    g_free(findings);
}

// ---- filling

void ps_findings_add_fact(PsFindings *findings, const char *name, const char *value)
{
    PsSheetFact fact = {.name = g_strdup(name), .value = g_strdup(value)};
    g_array_append_val(findings->facts, fact);
}

void ps_findings_add_note(PsFindings *findings, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(findings->notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

PsTable *ps_findings_add_table(PsFindings *findings,
                               const char *id,
                               const char *title,
                               const char *note,
                               const PsColumn *columns,
                               size_t n_columns)
{
    PsTable *table = g_new0(PsTable, 1);
    table->id = g_strdup(id);
    table->title = g_strdup(title);
    table->note = g_strdup(note);
    table->n_columns = n_columns;
    table->columns = g_memdup2(columns, n_columns * sizeof *columns);
    table->cells = g_array_new(false, false, sizeof(PsCell));
    g_array_set_clear_func(table->cells, cell_clear);
    g_ptr_array_add(findings->tables, table);
    return table;
}

size_t ps_table_n_rows(const PsTable *table)
{
    return table->cells->len / table->n_columns;
}

const PsCell *ps_table_cell(const PsTable *table, size_t row, size_t column)
{
    return &g_array_index(table->cells, PsCell, row * table->n_columns + column);
}

static PsColumnKind next_kind(const PsTable *table)
{
    return table->columns[table->cells->len % table->n_columns].kind;
}

static void add_cell(PsTable *table, PsCell cell)
{
    g_assert(cell.kind == next_kind(table));
    g_array_append_val(table->cells, cell);
}

void ps_table_add_text(PsTable *table, const char *text)
{
    add_cell(
        table,
        (PsCell){.kind = PS_COLUMN_TEXT, .text = g_strdup(text), .is_empty = text == NULL});
}

void ps_table_add_count(PsTable *table, size_t count)
{
    add_cell(table, (PsCell){.kind = PS_COLUMN_COUNT, .count = count});
}

void ps_table_add_estimate(PsTable *table, const PsMetric *metric, const PsEstimate *estimate)
{
    PsColumnKind kind = next_kind(table);
    g_assert(kind == PS_COLUMN_VALUE || kind == PS_COLUMN_DIFFERENCE);
    add_cell(table, (PsCell){.kind = kind,
                             .metric = metric,
                             .estimate = *estimate,
                             .is_empty = !estimate->is_defined});
}

void ps_table_add_p(PsTable *table, double p)
{
    add_cell(table, (PsCell){.kind = PS_COLUMN_P, .p = p, .is_empty = isnan(p)});
}

void ps_table_add_verdict(PsTable *table, PsVerdict verdict)
{
    add_cell(table, (PsCell){.kind = PS_COLUMN_VERDICT,
                             .verdict = verdict,
                             .is_empty = verdict == PS_VERDICT_NONE});
}

void ps_table_add_nothing(PsTable *table, const char *why)
{
    add_cell(table,
             (PsCell){.kind = next_kind(table), .is_empty = true, .text = g_strdup(why)});
}

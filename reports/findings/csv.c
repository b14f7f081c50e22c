// CSV of findings: one row per table, row and column (RFC 4180, as reports/csv.c). Tables
// differ in their columns, so the cells stand one below another: every command has the same
// header, and one filter and pivot makes a table of them.
//
// `text` has a text, a verdict's word, nothing for numbers; `value` a number in `unit` with all
// digits. `row` counts from 1. An empty cell has neither; `why` has the reason, if there is
// one.
#include "harness/json.h"
#include "reports/findings/render.h"
#include "reports/shared/finding.h"

static const char header[] =
    "table,row,column,kind,text,value,low,high,n,n_clusters,unit,method,why\r\n";

static void append_text(GString *out, const char *text)
{
    ps_text_append(out, PS_TEXT_CSV, text, PS_TEXT_MAX_CHARS);
    g_string_append_c(out, ',');
}

static void append_number(GString *out, bool is_there, double number)
{
    if (is_there) ps_json_append_number(out, number);
    g_string_append_c(out, ',');
}

// The fields value, low, high, n, n_clusters, unit and method, each followed by a comma.
static void append_estimate(GString *out, const PsCell *cell)
{
    const PsEstimate *estimate = &cell->estimate;
    double scale = cell->metric->unit_scale;
    bool has_interval = estimate->is_defined && estimate->has_interval;
    append_number(out, estimate->is_defined, estimate->value * scale);
    append_number(out, has_interval, estimate->low * scale);
    append_number(out, has_interval, estimate->high * scale);
    g_string_append_printf(out, "%zu,%zu,", estimate->n, estimate->n_clusters);
    append_text(out, ps_finding_unit(cell));
    append_text(out, estimate->method);
}

static const char *text_of(const PsCell *cell)
{
    if (cell->is_empty) return NULL;
    if (cell->kind == PS_COLUMN_VERDICT) return ps_verdict_name(cell->verdict);
    return cell->kind == PS_COLUMN_TEXT ? cell->text : NULL;
}

static void append_cell(GString *out, const PsTable *table, size_t row, size_t column)
{
    const PsCell *cell = ps_table_cell(table, row, column);
    append_text(out, table->id);
    g_string_append_printf(out, "%zu,", row + 1);
    append_text(out, table->columns[column].id);
    append_text(out, ps_finding_kind_name(cell->kind));
    append_text(out, text_of(cell));
    if (ps_finding_is_estimate(cell->kind) && cell->metric != NULL) {
        append_estimate(out, cell);
    } else {
        if (cell->kind == PS_COLUMN_COUNT && !cell->is_empty)
            g_string_append_printf(out, "%zu", cell->count);
        if (cell->kind == PS_COLUMN_P && !cell->is_empty) ps_json_append_number(out, cell->p);
        g_string_append(out, ",,,,,\"\",\"\",");
    }
    append_text(out, ps_finding_why(cell));
    g_string_truncate(out, out->len - 1);
    g_string_append(out, "\r\n");
}

bool ps_findings_render_csv(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    g_string_append(out, header);
    for (size_t i = 0; i < findings->tables->len; i++) {
        const PsTable *table = findings->tables->pdata[i];
        for (size_t row = 0; row < ps_table_n_rows(table); row++)
            for (size_t column = 0; column < table->n_columns; column++)
                append_cell(out, table, row, column);
    }
    return true;
}

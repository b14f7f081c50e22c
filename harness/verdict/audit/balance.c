// What the groups hold: rows, sources, how many independent rows they are worth, what is empty.
#include "harness/verdict/audit/private.h"

#include <math.h>
#include <string.h>

static const PsColumn columns[] = {
    {"finding", "finding", PS_COLUMN_TEXT, false},
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"rows", "rows", PS_COLUMN_COUNT, false},
    {"share", "share", PS_COLUMN_VALUE, false},
    {"sources", "sources", PS_COLUMN_COUNT, false},
    {"effective", "effective n, by sources", PS_COLUMN_COUNT, false},
    {"effective_metric", "effective n, by the metric", PS_COLUMN_COUNT, false},
};

// Kish: (Σ m)² / Σ m² over the rows m of each source, for every group at once.
static double *effective_sizes(const PsTaskRows *rows, const PsAuditGrouping *grouping)
{
    double *squares = g_new0(double, grouping->n_groups + 1);
    g_autofree double *counts = g_new0(double, grouping->n_groups + 1);
    g_autofree uint32_t *last = g_new(uint32_t, grouping->n_groups + 1);
    memset(last, 0xff, grouping->n_groups * sizeof *last);
    for (size_t row = 0; row < rows->n_rows; row++) {
        uint32_t group = grouping->of_rows[row];
        if (group == PS_NO_KEY) continue;
        if (last[group] != rows->clusters[row]) counts[group] = 0;
        last[group] = rows->clusters[row];
        squares[group] += 2 * counts[group] + 1; // (m+1)² - m²
        counts[group]++;
    }
    for (size_t g = 0; g < grouping->n_groups; g++) {
        double n = (double)grouping->n_rows[g];
        squares[g] = n * n / squares[g];
    }
    return squares;
}

static const PsAuditCell *
find_cell(const PsAudit *audit, const PsAuditGrouping *grouping, size_t group)
{
    for (size_t i = 0; i < audit->cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(audit->cells, PsAuditCell, i);
        if (cell->grouping == grouping && cell->group == group) return cell;
    }
    g_assert_not_reached();
}

static void add_group(PsTable *table,
                      const PsAudit *audit,
                      const PsAuditGrouping *grouping,
                      size_t group,
                      double effective,
                      size_t n_all)
{
    const PsEstimate *error = &find_cell(audit, grouping, group)->contrast.group;
    size_t n_rows = grouping->n_rows[group];
    PsEstimate share = ps_audit_plain((double)n_rows / (double)n_all, n_all);
    ps_table_add_text(table, ps_audit_is_small(grouping, group, audit->least_rows) ? "too small"
                                                                                   : NULL);
    ps_table_add_text(table, grouping->name);
    ps_table_add_text(table, grouping->labels[group]);
    ps_table_add_count(table, n_rows);
    ps_table_add_estimate(table, &ps_unit_share, &share);
    ps_table_add_count(table, grouping->n_sources[group]);
    ps_table_add_count(table, (size_t)lround(effective));
    if (error->n_effective > 0)
        ps_table_add_count(table, (size_t)lround(error->n_effective));
    else
        ps_table_add_nothing(table, "the metric is no share");
}

static void add_empty(PsTable *table, const PsAuditGrouping *grouping, const char *label)
{
    ps_table_add_text(table, "empty");
    ps_table_add_text(table, grouping->name);
    ps_table_add_text(table, label);
    ps_table_add_count(table, 0);
    ps_table_add_nothing(table, NULL);
    ps_table_add_count(table, 0);
    ps_table_add_nothing(table, NULL);
    ps_table_add_nothing(table, NULL);
}

static void note_gaps_of_data(PsAudit *audit, const PsAuditGrouping *grouping)
{
    const char *task = audit->data->task->task->name;
    if (grouping->n_without > 0)
        ps_findings_add_note(audit->findings, "%s: %zu rows have no %s and are in no group",
                             task, grouping->n_without, grouping->name);
    if (grouping->empty->len == 0) return;
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t i = 0; i < grouping->empty->len && i < 10; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "",
                               (const char *)grouping->empty->pdata[i]);
    ps_findings_add_note(audit->findings, "%s: %u of %zu crossings of %s have no rows: %s%s",
                         task, grouping->empty->len, grouping->n_cells, grouping->name,
                         list->str, grouping->empty->len > 10 ? ", …" : "");
}

void ps_audit_add_balance(PsAudit *audit)
{
    PsTable *table = ps_audit_add_table(
        audit, "balance", "what the data hold",
        "Effective n: how many rows from sources of their own would be as good, by the sizes "
        "of "
        "the sources (Kish), and by how alike their rows fare in the metric.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < audit->groupings->len; i++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[i];
        g_autofree double *effective = effective_sizes(audit->data->rows, grouping);
        size_t n_all = 0;
        for (size_t g = 0; g < grouping->n_groups; g++)
            n_all += grouping->n_rows[g];
        for (size_t g = 0; g < grouping->n_groups; g++)
            add_group(table, audit, grouping, g, effective[g], n_all);
        for (size_t e = 0; e < grouping->empty->len; e++)
            add_empty(table, grouping, grouping->empty->pdata[e]);
        note_gaps_of_data(audit, grouping);
    }
}

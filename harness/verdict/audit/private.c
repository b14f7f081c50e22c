#include "harness/verdict/audit/private.h"

#include <math.h>
#include <string.h>

#define ROWS_IN_COPIES 4000000 // that threads copy at once

bool ps_audit_is_share(const PsMetric *metric)
{
    return metric->form == PS_FORM_RATIO && metric->range != PS_RANGE_POSITIVE;
}

PsTable *ps_audit_add_table(PsAudit *audit,
                            const char *id,
                            const char *title,
                            const char *note,
                            const PsColumn *columns,
                            size_t n_columns)
{
    const char *task = audit->data->task->task->name;
    g_autofree char *full_id = g_strdup_printf("%s.%s", task, id);
    g_autofree char *full_title = g_strdup_printf("%s: %s", task, title);
    return ps_findings_add_table(audit->findings, full_id, full_title, note, columns,
                                 n_columns);
}

PsEstimate ps_audit_estimate(const PsAudit *audit,
                             const PsMetric *metric,
                             const double *stats,
                             const uint32_t *rows,
                             size_t n_rows)
{
    size_t n_stats = (size_t)metric->n_stats;
    g_autofree double *chosen = g_new(double, n_rows *n_stats + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, n_rows + 1);
    for (size_t i = 0; i < n_rows; i++) {
        memcpy(chosen + i * n_stats, stats + rows[i] * n_stats, n_stats * sizeof *chosen);
        clusters[i] = audit->data->rows->clusters[rows[i]];
    }
    const PsRows of = {.n_rows = n_rows, .stats = chosen, .clusters = clusters};
    return ps_estimate(metric, &of);
}

PsEstimate ps_audit_plain(double value, size_t n)
{
    return (PsEstimate){
        .is_defined = !isnan(value), .value = value, .n = n, .error = NAN, .method = ""};
}

int ps_audit_n_threads(const PsAudit *audit)
{
    size_t n_rows = audit->data->rows->n_rows;
    return n_rows < ROWS_IN_COPIES / 40 ? 0 : (int)MAX(ROWS_IN_COPIES / n_rows, 1);
}

// Repeatability by group: whether one of k tries, or each of them, is right.
#include "harness/stats/pass_at_k.h"
#include "harness/verdict/audit/confidence.h"

#include <math.h>

static const PsColumn columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"k", "k", PS_COLUMN_COUNT, false},
    {"pass_at_k", "pass@k: one of k right", PS_COLUMN_VALUE, false},
    {"pass_hat_k", "pass^k: all k right", PS_COLUMN_VALUE, false},
};

// A sample under a condition, tried several times. row is its first.
typedef struct {
    uint32_t row, n, n_right;
} Tries;

// An epoch without an answer is a try that did not succeed.
static GArray *read_tries(const PsAudit *audit, uint32_t *n_most)
{
    const PsTaskRows *rows = audit->data->rows;
    GArray *all = g_array_new(false, false, sizeof(Tries));
    *n_most = 0;
    for (size_t row = 0, end; row < rows->n_rows; row = end) {
        end = ps_audit_end_of_epochs(rows, row);
        Tries tries = {.row = (uint32_t)row, .n = (uint32_t)(end - row)};
        for (size_t i = row; i < end; i++)
            tries.n_right += ps_stat_column_value(audit->metric, i) == 1;
        g_array_append_val(all, tries);
        *n_most = MAX(*n_most, tries.n);
    }
    return all;
}

static PsEstimate estimate(const PsAudit *audit,
                           const GArray *all,
                           const PsAuditGrouping *grouping,
                           size_t group,
                           uint32_t k,
                           double (*value)(uint64_t n, uint64_t c, uint64_t k))
{
    g_autofree double *stats = g_new(double, 2 * all->len + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, all->len + 1);
    size_t n = 0;
    for (size_t i = 0; i < all->len; i++) {
        const Tries *tries = &g_array_index(all, Tries, i);
        if (grouping->of_rows[tries->row] != group || tries->n < k) continue;
        stats[2 * n] = value(tries->n, tries->n_right, k);
        stats[2 * n + 1] = 1;
        clusters[n++] = audit->data->rows->clusters[tries->row];
    }
    const PsRows rows = {.n_rows = n, .stats = stats, .clusters = clusters};
    return ps_estimate(&ps_unit_share, &rows);
}

static void add_row(PsTable *table,
                    const PsAudit *audit,
                    const GArray *all,
                    const PsAuditGrouping *grouping,
                    size_t group,
                    uint32_t k)
{
    PsEstimate one = estimate(audit, all, grouping, group, k, ps_pass_at_k);
    PsEstimate every = estimate(audit, all, grouping, group, k, ps_pass_hat_k);
    ps_table_add_text(table, grouping->name);
    ps_table_add_text(table, grouping->labels[group]);
    ps_table_add_count(table, k);
    ps_table_add_estimate(table, &ps_unit_share, &one);
    ps_table_add_estimate(table, &ps_unit_share, &every);
}

// k = 1, 2, 4, … and as many as there are.
static void add_group(PsTable *table,
                      const PsAudit *audit,
                      const GArray *all,
                      const PsAuditGrouping *grouping,
                      size_t group,
                      uint32_t n_most)
{
    for (uint32_t k = 1; k < n_most; k *= 2)
        add_row(table, audit, all, grouping, group, k);
    add_row(table, audit, all, grouping, group, n_most);
}

void ps_audit_add_repeats(PsAudit *audit)
{
    uint32_t n_most;
    g_autoptr(GArray) all = read_tries(audit, &n_most);
    if (n_most < 2 || audit->metric->metric->range != PS_RANGE_BINARY
        || audit->metric->metric->direction != PS_HIGHER_IS_BETTER)
        return;
    PsTable *table = ps_audit_add_table(audit, "repeats", "repeated tries",
                                        "n counts samples. An epoch without an answer is a try "
                                        "that did not succeed. Groups that "
                                        "are too small are left out.",
                                        columns, G_N_ELEMENTS(columns));
    if (audit->whole->n_groups > 0) add_group(table, audit, all, audit->whole, 0, n_most);
    for (size_t i = 0; i < audit->groupings->len; i++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[i];
        for (size_t g = 0; g < grouping->n_groups; g++)
            if (!ps_audit_is_small(grouping, g, audit->least_rows))
                add_group(table, audit, all, grouping, g, n_most);
    }
}

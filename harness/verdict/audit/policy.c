// What happens to a group that is worse, and what accuracy and coverage that gives.
#include "harness/stats/selective.h"
#include "harness/verdict/audit/confidence.h"

#include <math.h>
#include <string.h>

static const PsColumn columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"policy", "policy", PS_COLUMN_TEXT, false},
    {"threshold", "least confidence", PS_COLUMN_P, true},
    {"group_coverage", "of the group answered", PS_COLUMN_VALUE, false},
    {"group_value", "group after", PS_COLUMN_VALUE, false},
    {"coverage", "of all answered", PS_COLUMN_VALUE, false},
    {"before", "all before", PS_COLUMN_VALUE, false},
    {"after", "all after", PS_COLUMN_VALUE, false},
};

// Below which confidence the group's answers are not used, so that the others are right as
// often as the rest's. INFINITY: none reaches that, or no confidence is known.
static double find_threshold(const PsConfidences *all, const PsAuditCell *cell, double wanted)
{
    double threshold = INFINITY;
    g_auto(PsConfidences) records =
        ps_confidences_of_group(all, cell->grouping, (uint32_t)cell->group);
    g_autoptr(PsRiskCurve) curve =
        ps_risk_curve_new(records.confidence, records.correct, records.n);
    for (size_t i = 0; curve != NULL && i < curve->n_points; i++) {
        const PsRiskPoint *point = &curve->points[i];
        if (1 - point->n_errors / (double)point->n_answered >= wanted)
            threshold = point->confidence;
    }
    return threshold;
}

// confidence_of[n_rows]: NAN where it is not known. With agreement it is that of the sample.
static double *spread_confidences(const PsAudit *audit, const PsConfidences *all)
{
    const PsTaskRows *rows = audit->data->rows;
    double *of_rows = g_new0(double, rows->n_rows + 1);
    for (size_t row = 0; row < rows->n_rows; row++)
        of_rows[row] = NAN;
    for (size_t i = 0; i < all->n; i++)
        of_rows[all->rows[i]] = all->confidence[i];
    for (size_t row = 0, end; !all->is_stated && row < rows->n_rows; row = end) {
        double known = NAN;
        end = ps_audit_end_of_epochs(rows, row);
        for (size_t j = row; j < end; j++)
            if (!isnan(of_rows[j])) known = of_rows[j];
        for (size_t j = row; j < end; j++)
            of_rows[j] = known;
    }
    return of_rows;
}

typedef struct {
    PsEstimate group_coverage, coverage, group, before, after;
} Effect;

static PsEstimate
share_of(const PsAudit *audit, const bool *is_kept, const uint32_t *rows, size_t n)
{
    g_autofree double *stats = g_new(double, 2 * n + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        stats[2 * i] = is_kept[rows[i]];
        stats[2 * i + 1] = 1;
        clusters[i] = audit->data->rows->clusters[rows[i]];
    }
    const PsRows of = {.n_rows = n, .stats = stats, .clusters = clusters};
    return ps_estimate(&ps_unit_share, &of);
}

// Of the rows that have a value.
static Effect effect_of(const PsAudit *audit,
                        const PsAuditCell *cell,
                        const double *confidences,
                        double threshold)
{
    const PsStatColumn *metric = audit->metric;
    size_t n_rows = audit->data->rows->n_rows, n = 0, n_kept = 0, n_group = 0, n_kept_group = 0;
    g_autofree bool *is_kept = g_new0(bool, n_rows + 1);
    g_autofree uint32_t *lists = g_new0(uint32_t, 4 * n_rows + 1);
    uint32_t *all = lists, *kept = all + n_rows, *group = kept + n_rows,
             *kept_group = group + n_rows;
    for (uint32_t row = 0; row < n_rows; row++) {
        if (cell->grouping->of_rows[row] == PS_NO_KEY || !metric->is_defined[row]) continue;
        bool is_in = cell->grouping->of_rows[row] == cell->group;
        is_kept[row] = !is_in || confidences[row] >= threshold;
        all[n++] = row;
        if (is_kept[row]) kept[n_kept++] = row;
        if (is_in) group[n_group++] = row;
        if (is_in && is_kept[row]) kept_group[n_kept_group++] = row;
    }
    return (Effect){
        .group_coverage = share_of(audit, is_kept, group, n_group),
        .coverage = share_of(audit, is_kept, all, n),
        .group =
            ps_audit_estimate(audit, metric->metric, metric->stats, kept_group, n_kept_group),
        .before = ps_audit_estimate(audit, metric->metric, metric->stats, all, n),
        .after = ps_audit_estimate(audit, metric->metric, metric->stats, kept, n_kept),
    };
}

static char *describe(const PsAudit *audit, double threshold)
{
    const char *what = strcmp(audit->action, "abstain") == 0    ? "abstain"
                       : strcmp(audit->action, "fallback") == 0 ? "to the fallback"
                                                                : "to a human";
    if (!isfinite(threshold)) return g_strdup_printf("whole group: %s", what);
    return g_strdup_printf("confidence below %.3g: %s", threshold, what);
}

static void add_row(PsTable *table,
                    const PsAudit *audit,
                    const PsAuditCell *cell,
                    const PsConfidences *all,
                    const double *confidences)
{
    double wanted = 1 - cell->contrast.rest.value;
    double threshold = all->n > 0 ? find_threshold(all, cell, wanted) : INFINITY;
    Effect effect = effect_of(audit, cell, confidences, threshold);
    g_autofree char *policy = describe(audit, threshold);
    const PsMetric *metric = audit->metric->metric;
    ps_table_add_text(table, cell->grouping->name);
    ps_table_add_text(table, cell->grouping->labels[cell->group]);
    ps_table_add_text(table, policy);
    ps_table_add_p(table, isfinite(threshold) ? threshold : NAN);
    ps_table_add_estimate(table, &ps_unit_share, &effect.group_coverage);
    if (effect.group.is_defined)
        ps_table_add_estimate(table, metric, &effect.group);
    else
        ps_table_add_nothing(table, "none answered");
    ps_table_add_estimate(table, &ps_unit_share, &effect.coverage);
    ps_table_add_estimate(table, metric, &effect.before);
    ps_table_add_estimate(table, metric, &effect.after);
}

void ps_audit_add_policy(PsAudit *audit)
{
    bool has_worse = false;
    for (size_t i = 0; i < audit->cells->len; i++)
        has_worse =
            has_worse || ps_audit_is_worse(&g_array_index(audit->cells, PsAuditCell, i));
    if (!has_worse) return;
    g_auto(PsConfidences) all = ps_confidences_new(audit);
    g_autofree double *confidences = spread_confidences(audit, &all);
    PsTable *table = ps_audit_add_table(
        audit, "policy", "what the policy does with groups that are worse",
        all.n > 0
            ? "Each group alone. The group answers where it is sure enough to be right as "
              "often "
              "as the rest; the threshold was found on these rows, so expect a little less. "
              "Values are of what the system still answers."
            : "Each group alone. No confidence is known, so the whole group is handed over. "
              "Values are of what the system still answers.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < audit->cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(audit->cells, PsAuditCell, i);
        if (ps_audit_is_worse(cell)) add_row(table, audit, cell, &all, confidences);
    }
}

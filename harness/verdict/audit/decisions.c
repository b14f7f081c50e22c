#include "harness/verdict/audit/decisions.h"

#include <string.h>

void ps_decisions_clear(PsDecisions *decisions)
{
    g_free(decisions->is_defined);
    for (int i = 0; i < PS_N_DECISIONS; i++)
        g_free(decisions->stats[i]);
}
PsDecisions ps_decisions_new(const PsAuditData *data)
{
    size_t n_rows = data->rows->n_rows;
    PsDecisions decisions = {.is_defined = g_new0(bool, n_rows + 1)};
    for (int i = 0; i < PS_N_DECISIONS; i++)
        decisions.stats[i] = g_new0(double, 2 * n_rows + 1);
    for (size_t row = 0; row < n_rows; row++) {
        bool is_answered = data->rows->outcomes[row] == PS_OUTCOME_ANSWERED;
        bool is_clear = data->predictions[row] != PS_BINARY_NONE;
        decisions.n_unclear += is_answered && !is_clear;
        if (!is_answered || !is_clear || data->labels[row] == PS_BINARY_NONE) continue;
        bool is_yes = data->predictions[row] == PS_BINARY_YES;
        bool is_positive = data->labels[row] == PS_BINARY_YES;
        decisions.is_defined[row] = true;
        decisions.n_yes += is_positive;
        const double of_row[PS_N_DECISIONS][2] = {{is_yes, 1},
                                                  {is_yes && is_positive, is_positive},
                                                  {is_yes && !is_positive, !is_positive}};
        for (int i = 0; i < PS_N_DECISIONS; i++)
            memcpy(decisions.stats[i] + 2 * row, of_row[i], sizeof of_row[i]);
    }
    return decisions;
}

static const PsMetric decision_metrics[PS_N_DECISIONS] = {
    {.name = "selection rate",
     .unit = "%",
     .unit_scale = 100,
     .direction = PS_NEITHER_IS_BETTER,
     .range = PS_RANGE_BINARY,
     .n_stats = 2},
    {.name = "true positive rate",
     .unit = "%",
     .unit_scale = 100,
     .direction = PS_HIGHER_IS_BETTER,
     .range = PS_RANGE_BINARY,
     .n_stats = 2},
    {.name = "false positive rate",
     .unit = "%",
     .unit_scale = 100,
     .direction = PS_LOWER_IS_BETTER,
     .range = PS_RANGE_BINARY,
     .n_stats = 2},
};

static const PsColumn decision_columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"selection", "said yes", PS_COLUMN_VALUE, false},
    {"true_positive", "yes where yes is right", PS_COLUMN_VALUE, false},
    {"false_positive", "yes where no is right", PS_COLUMN_VALUE, false},
};

// The rows of a group that count for a rate.
static size_t choose_rows(const PsAuditGrouping *grouping,
                          size_t group,
                          size_t n_rows,
                          const PsDecisions *decisions,
                          int which,
                          uint32_t *chosen)
{
    size_t n = 0;
    for (uint32_t row = 0; row < n_rows; row++)
        if (grouping->of_rows[row] == group && decisions->is_defined[row]
            && decisions->stats[which][2 * row + 1] > 0)
            chosen[n++] = row;
    return n;
}

void ps_decisions_add_table(PsAudit *audit, const PsDecisions *decisions)
{
    size_t n_rows = audit->data->rows->n_rows;
    g_autofree uint32_t *chosen = g_new(uint32_t, n_rows + 1);
    PsTable *table = ps_audit_add_table(
        audit, "decisions", "decisions by group",
        "Of answers that are yes or no. n/a: the group has no sample with such a label; it is "
        "left out of that comparison.",
        decision_columns, G_N_ELEMENTS(decision_columns));
    for (size_t i = 0; i < audit->groupings->len; i++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[i];
        for (size_t g = 0; g < grouping->n_groups; g++) {
            ps_table_add_text(table, grouping->name);
            ps_table_add_text(table, grouping->labels[g]);
            for (int which = 0; which < PS_N_DECISIONS; which++) {
                if (ps_audit_is_small(grouping, g, audit->least_rows)) {
                    ps_table_add_nothing(table, "too small");
                    continue;
                }
                size_t n = choose_rows(grouping, g, n_rows, decisions, which, chosen);
                PsEstimate estimate = ps_audit_estimate(audit, &decision_metrics[which],
                                                        decisions->stats[which], chosen, n);
                ps_table_add_estimate(table, &decision_metrics[which], &estimate);
            }
        }
    }
}

bool ps_decisions_note(PsAudit *audit, const PsDecisions *decisions)
{
    const char *task = audit->data->task->task->name;
    if (!audit->data->is_binary || decisions->n_yes == 0) {
        ps_findings_add_note(
            audit->findings,
            "%s: demographic parity, equal opportunity and equalised odds do not "
            "apply: %s (--positive TEXT names the answer that counts as yes)",
            task,
            audit->data->is_binary ? "no label of an answered row is yes"
                                   : "the references are not all yes or no");
        return false;
    }
    if (decisions->n_unclear > 0)
        ps_findings_add_note(audit->findings,
                             "%s: %zu answers are neither yes nor no; they are left out of the "
                             "decisions",
                             task, decisions->n_unclear);
    return true;
}

// The gap between the groups that fare best and worst, and its relatives: demographic parity,
// equal opportunity, equalised odds, the group minimum.
#include "harness/verdict/audit/decisions.h"
#include "harness/verdict/audit/gap_measure.h"
#include "harness/verdict/difference.h"

#include <math.h>

static const PsColumn columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"measure", "measure", PS_COLUMN_TEXT, false},
    {"gap", "gap", PS_COLUMN_DIFFERENCE, false},
    {"chance", "by chance", PS_COLUMN_VALUE, false},
    {"p", "p", PS_COLUMN_P, false},
    {"ratio", "ratio", PS_COLUMN_VALUE, false},
    {"lowest", "lowest", PS_COLUMN_TEXT, false},
    {"lowest_value", "lowest value", PS_COLUMN_VALUE, true},
    {"highest", "highest", PS_COLUMN_TEXT, false},
    {"highest_value", "highest value", PS_COLUMN_VALUE, true},
    {"groups", "groups", PS_COLUMN_COUNT, true},
    {"left_out", "left out", PS_COLUMN_COUNT, true},
};

static void add_extreme(PsTable *table,
                        const PsGapMeasure *measure,
                        const PsMetric *unit,
                        double value,
                        bool is_low)
{
    const PsRateRange *range = &measure->range;
    size_t group = is_low ? range->low_group : range->high_group;
    PsEstimate estimate =
        ps_gap_measure_estimate(measure, value, is_low ? measure->lows : measure->highs);
    ps_table_add_text(table, measure->grouping->labels[group]);
    ps_table_add_estimate(table, unit, &estimate);
}

static void add_no_gap(PsTable *table, const PsGapMeasure *measure, const char *name)
{
    ps_table_add_text(table, measure->grouping->name);
    ps_table_add_text(table, name);
    ps_table_add_nothing(table, "fewer than two groups");
    for (int i = 0; i < 7; i++)
        ps_table_add_nothing(table, NULL);
    ps_table_add_count(table, measure->range.n_groups);
    ps_table_add_count(table, measure->range.n_left_out);
}

static void
add_measure(PsTable *table, const PsGapMeasure *measure, const char *name, const PsMetric *unit)
{
    if (measure->range.n_groups < 2) {
        add_no_gap(table, measure, name);
        return;
    }
    PsEstimate gap = ps_gap_measure_estimate(measure, measure->gap.difference, measure->gaps);
    PsEstimate ratio = ps_gap_measure_estimate(measure, measure->gap.ratio, measure->ratios);
    if (isnan(measure->gap.ratio)) ratio.method = "both are 0";
    double p, chance = ps_gap_measure_chance(measure, measure->gap.difference, &p);
    PsEstimate by_chance = ps_audit_plain(chance, measure->n_rows);
    ps_table_add_text(table, measure->grouping->name);
    ps_table_add_text(table, name);
    ps_table_add_estimate(table, unit, &gap);
    ps_table_add_estimate(table, unit, &by_chance);
    ps_table_add_p(table, p);
    ps_table_add_estimate(table, &ps_unit_number, &ratio);
    add_extreme(table, measure, unit, measure->range.low, true);
    add_extreme(table, measure, unit, measure->range.high, false);
    ps_table_add_count(table, measure->range.n_groups);
    ps_table_add_count(table, measure->range.n_left_out);
}

// Equalised odds: the worse of two gaps, draw by draw.
static void add_odds(PsTable *table, const PsGapMeasure *positive, const PsGapMeasure *negative)
{
    PsGapMeasure odds = *positive;
    size_t n = odds.n_draws;
    odds.gap = ps_gap_worst(positive->gap, negative->gap);
    bool is_positive = positive->gap.difference >= negative->gap.difference;
    odds.range = is_positive ? positive->range : negative->range;
    odds.n_rows = positive->n_rows + negative->n_rows;
    odds.lows = is_positive ? positive->lows : negative->lows;
    odds.highs = is_positive ? positive->highs : negative->highs;
    odds.range.n_groups = MIN(positive->range.n_groups, negative->range.n_groups);
    g_autofree double *drawn = g_new(double, n * 3 + 1);
    odds.gaps = drawn, odds.ratios = drawn + n, odds.chance = drawn + 2 * n;
    for (size_t i = 0; i < n; i++) {
        PsGap worst = ps_gap_worst((PsGap){positive->gaps[i], positive->ratios[i]},
                                   (PsGap){negative->gaps[i], negative->ratios[i]});
        odds.gaps[i] = worst.difference;
        odds.ratios[i] = worst.ratio;
        odds.chance[i] = fmax(positive->chance[i], negative->chance[i]);
    }
    add_measure(table, &odds,
                is_positive ? "equalised odds (true positives)"
                            : "equalised odds (false positives)",
                &ps_unit_share);
}

// ---- the worst group

static const PsColumn minimum_columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "worst group", PS_COLUMN_TEXT, false},
    {"metric", "of", PS_COLUMN_TEXT, false},
    {"value", "value of the worst group", PS_COLUMN_VALUE, false},
    {"groups", "groups", PS_COLUMN_COUNT, false},
    {"left_out", "left out", PS_COLUMN_COUNT, false},
};

// The group minimum: the metric of whichever group is worst; a draw may have another one.
static void add_minimum(PsTable *table, const PsAudit *audit, const PsGapMeasure *errors)
{
    const PsMetric *metric = audit->metric->metric;
    bool is_error = audit->error.metric != metric; // the metric is 1 - error
    bool is_high = ps_metric_worse_sign(audit->error.metric) > 0;
    const double *worst = is_high ? errors->highs : errors->lows;
    double value = is_high ? errors->range.high : errors->range.low;
    size_t group = is_high ? errors->range.high_group : errors->range.low_group,
           n = errors->n_draws;
    g_autofree double *drawn = g_new(double, n + 1);
    for (size_t i = 0; i < n; i++)
        drawn[i] = is_error ? 1 - worst[i] : worst[i];
    PsEstimate minimum = ps_gap_measure_estimate(errors, is_error ? 1 - value : value, drawn);
    ps_table_add_text(table, errors->grouping->name);
    ps_table_add_text(table, isnan(value) ? NULL : errors->grouping->labels[group]);
    ps_table_add_text(table, metric->name);
    ps_table_add_estimate(table, metric, &minimum);
    ps_table_add_count(table, errors->range.n_groups);
    ps_table_add_count(table, errors->range.n_left_out);
}

static void add_decision_gaps(PsTable *table,
                              const PsAudit *audit,
                              const PsAuditGrouping *grouping,
                              const bool *is_used,
                              const PsDecisions *decisions)
{
    static const char *const names[PS_N_DECISIONS] = {"demographic parity", "equal opportunity",
                                                      "false positives"};
    PsGapMeasure measures[PS_N_DECISIONS];
    for (int i = 0; i < PS_N_DECISIONS; i++) {
        measures[i] = ps_gap_measure_new(audit, grouping, is_used, decisions->stats[i],
                                         decisions->is_defined);
        add_measure(table, &measures[i], names[i], &ps_unit_share);
    }
    add_odds(table, &measures[PS_DECISION_TRUE_POSITIVE],
             &measures[PS_DECISION_FALSE_POSITIVE]);
    for (int i = 0; i < PS_N_DECISIONS; i++)
        ps_gap_measure_clear(&measures[i]);
}

// ---- all

static void add_outcome_gaps(PsTable *table,
                             const PsAudit *audit,
                             const PsAuditGrouping *grouping,
                             const bool *is_used)
{
    const PsStatColumn *outcomes[PS_N_OUTCOMES];
    size_t n = ps_audit_outcomes(audit, outcomes);
    for (size_t i = 0; i < n; i++) {
        g_auto(PsGapMeasure) measure = ps_gap_measure_new(
            audit, grouping, is_used, outcomes[i]->stats, outcomes[i]->is_defined);
        add_measure(table, &measure, outcomes[i]->metric->name, &ps_unit_share);
    }
}

static bool *choose_groups(const PsAudit *audit, const PsAuditGrouping *grouping)
{
    bool *is_used = g_new0(bool, grouping->n_groups + 1);
    for (size_t i = 0; i < audit->cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(audit->cells, PsAuditCell, i);
        if (cell->grouping == grouping) is_used[cell->group] = !cell->is_small;
    }
    return is_used;
}

void ps_audit_add_gaps(PsAudit *audit)
{
    const PsStatColumn *error = &audit->error;
    const PsMetric *metric = error->metric;
    g_auto(PsDecisions) decisions = ps_decisions_new(audit->data);
    bool has_decisions = ps_decisions_note(audit, &decisions);
    PsTable *minima = ps_audit_add_table(
        audit, "minimum", "the worst group",
        "Of groups that are large enough; the others are counted as left out. The worst of "
        "several looks worse than it is by chance.",
        minimum_columns, G_N_ELEMENTS(minimum_columns));
    PsTable *table = ps_audit_add_table(
        audit, "gaps", "gaps between groups",
        "Of groups that are large enough. A gap is a maximum and so larger than the true one "
        "by "
        "chance: \"by chance\" is what equal groups of these sizes would show on average, p "
        "how "
        "often they would show one as large. Intervals: bootstrap of sources.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < audit->groupings->len; i++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[i];
        g_autofree bool *is_used = choose_groups(audit, grouping);
        if (metric->form == PS_FORM_RATIO) {
            g_auto(PsGapMeasure) errors =
                ps_gap_measure_new(audit, grouping, is_used, error->stats, error->is_defined);
            add_measure(table, &errors, metric->name, metric);
            add_minimum(minima, audit, &errors);
        }
        if (has_decisions) add_decision_gaps(table, audit, grouping, is_used, &decisions);
        add_outcome_gaps(table, audit, grouping, is_used);
    }
    if (has_decisions) ps_decisions_add_table(audit, &decisions);
}

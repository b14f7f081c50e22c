// The gap between the groups that fare best and worst, and its relatives: demographic parity,
// equal opportunity, equalised odds, the group minimum.
#include "harness/stats/bootstrap.h"
#include "harness/stats/fairness.h"
#include "harness/stats/sort.h"
#include "harness/verdict/audit_bootstrap.h"
#include "harness/verdict/difference.h"

#include <math.h>
#include <string.h>

#define SEED 20261127u
#define CONFIDENCE 0.95

// One rate over the groups of one grouping: as observed, and drawn.
typedef struct {
    const PsAuditGrouping *grouping;
    const bool *is_used; // [n_groups] large enough
    double *rates;       // [n_groups] NAN: none
    size_t n_rows;       // of the groups that have the rate
    PsRateRange range;   // over the groups that are used and have it
    PsGap gap;
    size_t n_draws;
    // [n_draws] each; NAN where a draw has not two groups. chance: the gap that is left when
    // every group is moved to its own observed rate, so what chance makes of no gap.
    double *gaps, *ratios, *lows, *highs, *chance;
} Measure;

static void measure_clear(Measure *measure)
{
    g_free(measure->rates);
    g_free(measure->gaps);
    g_free(measure->ratios);
    g_free(measure->lows);
    g_free(measure->highs);
    g_free(measure->chance);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Measure, measure_clear)

static double rate_of(const double *sums)
{
    return sums[1] > 0 ? sums[0] / sums[1] : NAN;
}

static PsRateRange range_of(const double *rates, const bool *is_used, size_t n_groups)
{
    PsRateRange range = {.low = NAN, .high = NAN};
    for (size_t g = 0; g < n_groups; g++) {
        if (!is_used[g] || isnan(rates[g])) {
            range.n_left_out++;
            continue;
        }
        if (range.n_groups == 0 || rates[g] < range.low)
            range.low = rates[g], range.low_group = g;
        if (range.n_groups++ == 0 || rates[g] > range.high)
            range.high = rates[g], range.high_group = g;
    }
    return range;
}

static void draw_measure(Measure *measure, const double *totals, size_t draw)
{
    size_t n_groups = measure->grouping->n_groups;
    g_autofree double *rates = g_new(double, n_groups * 2);
    double *moved = rates + n_groups;
    for (size_t g = 0; g < n_groups; g++) {
        rates[g] = rate_of(totals + 2 * g);
        moved[g] = rates[g] - measure->rates[g];
    }
    PsRateRange range = range_of(rates, measure->is_used, n_groups);
    PsRateRange centred = range_of(moved, measure->is_used, n_groups);
    PsGap gap = ps_gap_between(range);
    bool has_gap = range.n_groups >= 2;
    measure->gaps[draw] = has_gap ? gap.difference : NAN;
    measure->ratios[draw] = has_gap ? gap.ratio : NAN;
    measure->lows[draw] = range.low;
    measure->highs[draw] = range.high;
    measure->chance[draw] = has_gap ? centred.high - centred.low : NAN;
}

static Measure measure_new(const PsAudit *audit,
                           const PsAuditGrouping *grouping,
                           const bool *is_used,
                           const double *stats,
                           const bool *is_defined)
{
    const PsTaskRows *rows = audit->data->rows;
    Measure measure = {.grouping = grouping, .is_used = is_used};
    g_auto(PsBlocks) blocks =
        ps_blocks_new(rows, grouping->of_rows, grouping->n_groups, stats, is_defined);
    g_autofree double *sums = g_new0(double, grouping->n_groups * 2 + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        uint32_t group = grouping->of_rows[row];
        if (group == PS_NO_KEY || !is_defined[row]) continue;
        sums[2 * group] += stats[2 * row];
        sums[2 * group + 1] += stats[2 * row + 1];
        measure.n_rows += is_used[group] && stats[2 * row + 1] > 0;
    }
    measure.rates = g_new(double, grouping->n_groups + 1);
    for (size_t g = 0; g < grouping->n_groups; g++)
        measure.rates[g] = rate_of(sums + 2 * g);
    measure.range = range_of(measure.rates, is_used, grouping->n_groups);
    measure.gap = ps_gap_between(measure.range);
    measure.n_draws = ps_blocks_n_draws(&blocks);
    double **const replicates[] = {&measure.gaps, &measure.ratios, &measure.lows,
                                   &measure.highs, &measure.chance};
    for (size_t i = 0; i < G_N_ELEMENTS(replicates); i++)
        *replicates[i] = g_new(double, measure.n_draws + 1);
    g_autofree double *totals = ps_blocks_draw(&blocks, measure.n_draws, SEED);
    for (size_t draw = 0; draw < measure.n_draws; draw++)
        draw_measure(&measure, totals + draw * grouping->n_groups * 2, draw);
    return measure;
}

// ---- what is printed

static PsEstimate estimate_of(const Measure *measure, double value, const double *replicates)
{
    PsEstimate estimate = {.is_defined = !isnan(value),
                           .value = value,
                           .n = measure->n_rows,
                           .error = NAN,
                           .method = ""};
    g_autofree double *sorted = g_new(double, measure->n_draws + 1);
    size_t n = 0;
    for (size_t i = 0; i < measure->n_draws; i++)
        if (!isnan(replicates[i])) sorted[n++] = replicates[i];
    if (n == 0 || !estimate.is_defined) return estimate;
    ps_sort(sorted, n);
    PsInterval interval = ps_bootstrap_percentile(sorted, n, CONFIDENCE);
    estimate.has_interval = true;
    estimate.low = MIN(interval.low, value);
    estimate.high = MAX(interval.high, value);
    estimate.method = "bootstrap of sources, percentile";
    return estimate;
}

// The mean of what chance makes of no gap, and how often it makes one as large as observed.
static double chance_of(const Measure *measure, double gap, double *p)
{
    double sum = 0;
    size_t n = 0, n_reached = 0;
    for (size_t i = 0; i < measure->n_draws; i++) {
        if (isnan(measure->chance[i])) continue;
        sum += measure->chance[i];
        n_reached += measure->chance[i] >= gap;
        n++;
    }
    *p = n > 0 && !isnan(gap) ? (double)(n_reached + 1) / (double)(n + 1) : NAN;
    return n > 0 ? sum / (double)n : NAN;
}

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

static void add_extreme(
    PsTable *table, const Measure *measure, const PsMetric *unit, double value, bool is_low)
{
    const PsRateRange *range = &measure->range;
    size_t group = is_low ? range->low_group : range->high_group;
    PsEstimate estimate = estimate_of(measure, value, is_low ? measure->lows : measure->highs);
    ps_table_add_text(table, measure->grouping->labels[group]);
    ps_table_add_estimate(table, unit, &estimate);
}

static void add_no_gap(PsTable *table, const Measure *measure, const char *name)
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
add_measure(PsTable *table, const Measure *measure, const char *name, const PsMetric *unit)
{
    if (measure->range.n_groups < 2) {
        add_no_gap(table, measure, name);
        return;
    }
    PsEstimate gap = estimate_of(measure, measure->gap.difference, measure->gaps);
    PsEstimate ratio = estimate_of(measure, measure->gap.ratio, measure->ratios);
    if (isnan(measure->gap.ratio)) ratio.method = "both are 0";
    double p, chance = chance_of(measure, measure->gap.difference, &p);
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
static void add_odds(PsTable *table, const Measure *positive, const Measure *negative)
{
    Measure odds = *positive;
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
static void add_minimum(PsTable *table, const PsAudit *audit, const Measure *errors)
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
    PsEstimate minimum = estimate_of(errors, is_error ? 1 - value : value, drawn);
    ps_table_add_text(table, errors->grouping->name);
    ps_table_add_text(table, isnan(value) ? NULL : errors->grouping->labels[group]);
    ps_table_add_text(table, metric->name);
    ps_table_add_estimate(table, metric, &minimum);
    ps_table_add_count(table, errors->range.n_groups);
    ps_table_add_count(table, errors->range.n_left_out);
}

// ---- decisions: yes or no, by label and by answer

typedef enum {
    SELECTION,
    TRUE_POSITIVE,
    FALSE_POSITIVE,
    N_DECISIONS,
} Decision;

typedef struct {
    bool *is_defined;           // [n_rows] label and answer are yes or no
    double *stats[N_DECISIONS]; // [n_rows, 2]
    size_t n_unclear;           // answered, but neither yes nor no
    size_t n_yes;               // labels
} Decisions;

static void decisions_clear(Decisions *decisions)
{
    g_free(decisions->is_defined);
    for (int i = 0; i < N_DECISIONS; i++)
        g_free(decisions->stats[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decisions, decisions_clear)

static Decisions decisions_new(const PsAuditData *data)
{
    size_t n_rows = data->rows->n_rows;
    Decisions decisions = {.is_defined = g_new0(bool, n_rows + 1)};
    for (int i = 0; i < N_DECISIONS; i++)
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
        const double of_row[N_DECISIONS][2] = {{is_yes, 1},
                                               {is_yes && is_positive, is_positive},
                                               {is_yes && !is_positive, !is_positive}};
        for (int i = 0; i < N_DECISIONS; i++)
            memcpy(decisions.stats[i] + 2 * row, of_row[i], sizeof of_row[i]);
    }
    return decisions;
}

static const PsMetric decision_metrics[N_DECISIONS] = {
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
                          const Decisions *decisions,
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

static void add_decisions(PsAudit *audit, const Decisions *decisions)
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
            for (int which = 0; which < N_DECISIONS; which++) {
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

static void add_decision_gaps(PsTable *table,
                              const PsAudit *audit,
                              const PsAuditGrouping *grouping,
                              const bool *is_used,
                              const Decisions *decisions)
{
    static const char *const names[N_DECISIONS] = {"demographic parity", "equal opportunity",
                                                   "false positives"};
    Measure measures[N_DECISIONS];
    for (int i = 0; i < N_DECISIONS; i++) {
        measures[i] =
            measure_new(audit, grouping, is_used, decisions->stats[i], decisions->is_defined);
        add_measure(table, &measures[i], names[i], &ps_unit_share);
    }
    add_odds(table, &measures[TRUE_POSITIVE], &measures[FALSE_POSITIVE]);
    for (int i = 0; i < N_DECISIONS; i++)
        measure_clear(&measures[i]);
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
        g_auto(Measure) measure =
            measure_new(audit, grouping, is_used, outcomes[i]->stats, outcomes[i]->is_defined);
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

static bool note_decisions(PsAudit *audit, const Decisions *decisions)
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

void ps_audit_add_gaps(PsAudit *audit)
{
    const PsStatColumn *error = &audit->error;
    const PsMetric *metric = error->metric;
    g_auto(Decisions) decisions = decisions_new(audit->data);
    bool has_decisions = note_decisions(audit, &decisions);
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
            g_auto(Measure) errors =
                measure_new(audit, grouping, is_used, error->stats, error->is_defined);
            add_measure(table, &errors, metric->name, metric);
            add_minimum(minima, audit, &errors);
        }
        if (has_decisions) add_decision_gaps(table, audit, grouping, is_used, &decisions);
        add_outcome_gaps(table, audit, grouping, is_used);
    }
    if (has_decisions) add_decisions(audit, &decisions);
}

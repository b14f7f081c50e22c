// How wrong the labels would have to be for the verdict on the worst group to change.
#include "harness/verdict/audit/private.h"
#include "harness/verdict/difference.h"

#include <math.h>

static const int percents[] = {1, 2, 5, 10, 15, 20, 25};

typedef struct {
    const PsAudit *audit;
    const PsAuditCell *cell;
    PsContrastSide sides[2]; // rest, group: shares of errors
    double correlation, n_sources;
    double n[2];       // labels
    double adjustment; // what the p-values of this table are multiplied with
    bool is_worse;     // the verdict as it stands
} Worst;

// The difference if n_labels labels are wrong, all in one side (0: rest, 1: group), and all so
// that the difference shrinks (or grows). Right answers become errors and errors right ones, as
// far as there are any.
static PsEstimate with_wrong(const Worst *worst, double n_labels, int side, bool shrinks)
{
    PsContrastSide sides[2] = {worst->sides[0], worst->sides[1]};
    double change = n_labels / worst->n[side];
    bool is_up = (side == 0) == shrinks;
    sides[side].value = CLAMP(sides[side].value + (is_up ? change : -change), 0, 1);
    PsEstimate difference =
        ps_contrast_of_shares(sides[1], sides[0], worst->correlation, worst->n_sources);
    difference.n = (size_t)(worst->n[0] + worst->n[1]);
    return difference;
}

static bool judge(const Worst *worst, const PsEstimate *difference)
{
    double p = ps_contrast_p(difference);
    return difference->centre > 0 && p * worst->adjustment <= PS_AUDIT_LEVEL;
}

// The fewest wrong labels, all in one side, that change the verdict; INFINITY if none do.
static double fewest_wrong(const Worst *worst, int side)
{
    double low = 0, high = worst->n[side];
    PsEstimate all = with_wrong(worst, high, side, worst->is_worse);
    if (judge(worst, &all) == worst->is_worse) return INFINITY;
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        PsEstimate some = with_wrong(worst, middle, side, worst->is_worse);
        if (judge(worst, &some) == worst->is_worse)
            low = middle;
        else
            high = middle;
    }
    return high;
}

// A share of wrong labels that do not care for the group: the error rate that is behind the
// observed one. Where labels are yes or no, a wrong one makes a right answer of an error;
// otherwise an answer that is wrong stays wrong.
static double without_noise(double observed, double rate, bool is_binary)
{
    double truth = (observed - rate) / (1 - (is_binary ? 2 : 1) * rate);
    return CLAMP(truth, 0, 1);
}

static PsEstimate at_random(const Worst *worst, double rate)
{
    bool is_binary = worst->audit->data->is_binary;
    double scale = 1 - (is_binary ? 2 : 1) * rate;
    PsEstimate difference = worst->cell->contrast.difference;
    double before = difference.value;
    difference.value = without_noise(worst->sides[1].value, rate, is_binary)
                       - without_noise(worst->sides[0].value, rate, is_binary);
    difference.low = MAX(difference.value - (before - difference.low) / scale, -1);
    difference.high = MIN(difference.value + (difference.high - before) / scale, 1);
    difference.method = "noise taken out";
    return difference;
}

// ---- the worst group of a grouping

static bool find_worst(const PsAudit *audit, const PsAuditGrouping *grouping, Worst *worst)
{
    *worst = (Worst){.audit = audit};
    for (size_t i = 0; i < audit->cells->len; i++) {
        const PsAuditCell *cell = &g_array_index(audit->cells, PsAuditCell, i);
        if (cell->grouping != grouping || cell->is_small
            || !cell->contrast.difference.has_interval)
            continue;
        if (worst->cell == NULL
            || cell->contrast.difference.value > worst->cell->contrast.difference.value)
            worst->cell = cell;
    }
    if (worst->cell == NULL) return false;
    g_auto(PsAuditSides) sides =
        ps_audit_sides(audit, grouping, &audit->error, worst->cell->group);
    if (!ps_contrast_sides(audit->error.metric, &sides.rows, sides.is_group, worst->sides,
                           &worst->correlation, &worst->n_sources))
        return false;
    worst->n[0] = (double)worst->cell->contrast.rest.n;
    worst->n[1] = (double)worst->cell->contrast.group.n;
    double p = worst->cell->contrast.p;
    worst->adjustment = p > 0 ? worst->cell->p_adjusted / p : 1;
    worst->is_worse = ps_audit_is_worse(worst->cell);
    return true;
}

// ---- tables

static const PsColumn summary_columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "worst group", PS_COLUMN_TEXT, false},
    {"verdict", "verdict", PS_COLUMN_TEXT, false},
    {"labels", "wrong labels that change it", PS_COLUMN_COUNT, false},
    {"share", "of all labels", PS_COLUMN_VALUE, false},
    {"where", "all of them", PS_COLUMN_TEXT, false},
    {"difference", "difference", PS_COLUMN_DIFFERENCE, false},
};

static const PsColumn rate_columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "worst group", PS_COLUMN_TEXT, false},
    {"rate", "labels wrong, %", PS_COLUMN_COUNT, false},
    {"random", "at random", PS_COLUMN_DIFFERENCE, false},
    {"in_group", "all in the group", PS_COLUMN_DIFFERENCE, false},
    {"in_rest", "all in the rest", PS_COLUMN_DIFFERENCE, false},
    {"verdict_worst", "verdict at worst", PS_COLUMN_TEXT, false},
};

static const char *verdict_word(bool is_worse)
{
    return is_worse ? "worse" : "not shown to be worse";
}

static void add_summary(PsTable *table, const Worst *worst)
{
    double in_rest = fewest_wrong(worst, 0), in_group = fewest_wrong(worst, 1);
    double fewest = MIN(in_rest, in_group), n_all = worst->n[0] + worst->n[1];
    ps_table_add_text(table, worst->cell->grouping->name);
    ps_table_add_text(table, worst->cell->grouping->labels[worst->cell->group]);
    ps_table_add_text(table, verdict_word(worst->is_worse));
    if (isfinite(fewest)) {
        PsEstimate share = ps_audit_plain(fewest / n_all, (size_t)n_all);
        ps_table_add_count(table, (size_t)fewest);
        ps_table_add_estimate(table, &ps_unit_share, &share);
        ps_table_add_text(table, in_group <= in_rest ? "in the group" : "in the rest");
    } else {
        ps_table_add_nothing(table, "no number of them on one side");
        ps_table_add_nothing(table, NULL);
        ps_table_add_text(table, NULL);
    }
    ps_table_add_estimate(table, &ps_unit_share, &worst->cell->contrast.difference);
}

// Whether there are as many errors as random noise of this rate makes.
static bool is_possible(const Worst *worst, double rate)
{
    return worst->sides[0].value >= rate && worst->sides[1].value >= rate;
}

static void add_rate(PsTable *table, const Worst *worst, int percent)
{
    double rate = percent / 100.0;
    double n_labels = floor(rate * (worst->n[0] + worst->n[1]));
    PsEstimate random = at_random(worst, rate);
    PsEstimate in[2] = {with_wrong(worst, n_labels, 0, worst->is_worse),
                        with_wrong(worst, n_labels, 1, worst->is_worse)};
    bool holds =
        judge(worst, &in[0]) == worst->is_worse && judge(worst, &in[1]) == worst->is_worse;
    ps_table_add_text(table, worst->cell->grouping->name);
    ps_table_add_text(table, worst->cell->grouping->labels[worst->cell->group]);
    ps_table_add_count(table, (size_t)percent);
    if (is_possible(worst, rate))
        ps_table_add_estimate(table, &ps_unit_share, &random);
    else
        ps_table_add_nothing(table, "there are fewer errors than that");
    ps_table_add_estimate(table, &ps_unit_share, &in[1]);
    ps_table_add_estimate(table, &ps_unit_share, &in[0]);
    ps_table_add_text(table, verdict_word(holds == worst->is_worse));
}

void ps_audit_add_noise(PsAudit *audit)
{
    const char *task = audit->data->task->task->name;
    if (audit->error.metric->range != PS_RANGE_BINARY) {
        ps_findings_add_note(audit->findings,
                             "%s: sensitivity to wrong labels needs a metric that is right or "
                             "wrong, which %s is not",
                             task, audit->metric->metric->name);
        return;
    }
    PsTable *summary =
        ps_audit_add_table(audit, "labels", "wrong labels: how many would change the verdict",
                           "The fewest that would, if all lay where they matter most.",
                           summary_columns, G_N_ELEMENTS(summary_columns));
    PsTable *table = ps_audit_add_table(
        audit, "noise", "wrong labels: the difference to the rest at each rate",
        audit->data->is_binary
            ? "At random: wrong labels that do not care for the group shrink a difference by 1 "
              "- "
              "2·rate; this is the one behind. In the group, in the rest: every wrong label "
              "lies "
              "there and against the verdict."
            : "At random: wrong labels that do not care for the group shrink a difference by 1 "
              "- "
              "rate (an answer that is wrong rarely equals the right label); this is the one "
              "behind. In the group, in the rest: every wrong label lies there and against the "
              "verdict.",
        rate_columns, G_N_ELEMENTS(rate_columns));
    for (size_t i = 0; i < audit->groupings->len; i++) {
        Worst worst;
        if (!find_worst(audit, audit->groupings->pdata[i], &worst)) continue;
        add_summary(summary, &worst);
        for (size_t r = 0; r < G_N_ELEMENTS(percents); r++)
            add_rate(table, &worst, percents[r]);
    }
}

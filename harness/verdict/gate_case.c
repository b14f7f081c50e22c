#include "harness/verdict/gate_case.h"

#include "harness/verdict/bound.h"
#include "harness/verdict/spread.h"

#include <math.h>

#define POWER 0.8 // of the sample sizes that an undecided case asks for
#define NEVER 1e9 // more samples (or epochs) than that are as good as never enough

void ps_gate_case_clear(PsGateCase *of)
{
    g_free(of->task);
    g_free(of->slice);
    g_free(of->reason);
}

// ---- measuring

static void measure_paired(PsGateCase *of)
{
    const PsPairedTask *paired = of->paired;
    const PsStatColumn *first = &paired->first->metrics[paired->of_first[of->metric]];
    const PsStatColumn *second = &paired->second->metrics[paired->of_second[of->metric]];
    of->margin = of->rule->bound;
    if (of->rule->kind == PS_RULE_PERCENT) {
        // The baseline's value on the shared rows is taken as it is.
        of->difference = ps_difference(first, second, paired->first->clusters, of->rows->rows,
                                       of->rows->n_rows, NAN);
        of->margin *= fabs(of->difference.first.value);
    }
    of->difference = ps_difference(first, second, paired->first->clusters, of->rows->rows,
                                   of->rows->n_rows, of->margin);
    of->value = of->difference.second;
    of->p_fail = of->difference.p_worse;
    of->p_pass = of->difference.p_beyond_margin;
}

static void measure_bound(PsGateCase *of)
{
    PsRows rows = ps_task_rows_gather(of->alone, of->column, of->rows->rows, of->rows->n_rows);
    PsBoundTest test = ps_bound_test(of->rule->metric, &rows, of->rule->bound);
    ps_rows_clear(&rows);
    bool is_least = of->rule->kind == PS_RULE_LEAST;
    of->value = test.estimate;
    of->p_fail = is_least ? test.p_below : test.p_above;
    of->p_pass = is_least ? test.p_above : test.p_below;
}

void ps_gate_case_measure(PsGateCase *of)
{
    of->p_fail = of->p_fail_adjusted = of->p_pass = NAN;
    of->difference.p_worse = of->difference.p = NAN;
    if (of->rows == NULL || of->rows->n_rows == 0) return;
    if (!ps_rule_is_paired(of->rule))
        measure_bound(of);
    else if (of->paired != NULL && of->metric != SIZE_MAX)
        measure_paired(of);
}

// ---- judging

static void set_verdict(PsGateCase *of, PsVerdict verdict, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void set_verdict(PsGateCase *of, PsVerdict verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    of->verdict = verdict;
    of->reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

static PsSpread case_spread(const PsGateCase *of)
{
    const PsPairedTask *paired = of->paired;
    if (!ps_rule_is_paired(of->rule))
        return ps_spread_of_run(of->alone, of->column, of->rows->rows, of->rows->n_rows);
    return ps_spread_of_pair(paired->first,
                             &paired->first->metrics[paired->of_first[of->metric]],
                             &paired->second->metrics[paired->of_second[of->metric]],
                             of->rows->rows, of->rows->n_rows);
}

// What would decide, if the true value is what was measured.
typedef struct {
    PsPowerError error;
    double distance; // from the measured value to where the test turns
    PsPowerTest test;
} Need;

// Epochs in place of those that there are, where there are several; NAN where there are not.
static double epochs_needed(const Need *need, const PsSpread *spread)
{
    double epochs = ps_spread_epochs(spread);
    if (spread->why != NULL || !(epochs >= 1.5)) return NAN;
    double noise = spread->parts.epochs / (double)spread->design.n_rows;
    return ceil(epochs
                * ps_power_epochs_factor(&need->error, noise, need->distance, &need->test));
}

static char *describe_epochs(const Need *need, const PsSpread *spread)
{
    double epochs = epochs_needed(need, spread);
    if (isnan(epochs)) return g_strdup(" would decide it");
    if (!(epochs < NEVER))
        return g_strdup(" would decide it; more epochs alone cannot decide it");
    return g_strdup_printf(", or %.0f epochs instead of %.0f, would decide it", epochs,
                           ps_spread_epochs(spread));
}

// "about 320 more samples would decide it": appended to the reason. excess: where it is to be
// shown, by flipping signs, that there is a drop, by how much it is more than the margin, for
// it must also be measured so; else NAN.
static void add_need(
    PsGateCase *of, const PsEstimate *estimate, double distance, double alpha, double excess)
{
    const PsSpread spread = case_spread(of);
    Need need = {
        {estimate->error, (double)estimate->n_clusters, 0, 0}, distance, {alpha, POWER}};
    if (!(need.error.error > 0))
        need.error.error = (estimate->high - estimate->low) / (2 * 1.96);
    if (!isnan(excess)) need.error.step = ps_spread_step(&spread, of->rule->metric);
    double n_sources = ps_power_sources(&need.error, distance, &need.test);
    if (!isnan(excess))
        n_sources =
            MAX(n_sources, ps_power_sources(&need.error, excess,
                                            &(PsPowerTest){.alpha = 0.5, .power = POWER}));
    double factor = n_sources / need.error.n_sources;
    double more = ceil((double)spread.design.n_samples * (factor - 1) - 1e-9);
    g_autofree char *reason = of->reason;
    g_autofree char *epochs = describe_epochs(&need, &spread);
    if (!(more < NEVER))
        of->reason = g_strdup_printf("%s; it lies where no number of samples decides", reason);
    else if (more > 0)
        of->reason =
            g_strdup_printf("%s; about %.0f more samples like these (%.1f times as many)%s",
                            reason, more, factor, epochs);
    else
        of->reason = g_steal_pointer(&reason);
}

// Whether the rows allow no judgement; says so.
static bool judge_rows(PsGateCase *of)
{
    bool is_paired = ps_rule_is_paired(of->rule);
    if (is_paired && of->n_before == 0 && of->n_now == 0)
        set_verdict(of, PS_VERDICT_UNDECIDED, "the slice has no rows in either run");
    else if (of->n_now == 0 && (!is_paired || of->n_before > 0))
        set_verdict(of, is_paired ? PS_VERDICT_FAIL : PS_VERDICT_UNDECIDED,
                    is_paired ? "the slice vanished: no rows, %zu in the baseline"
                              : "the slice has no rows",
                    of->n_before);
    else if (is_paired && of->n_before == 0)
        set_verdict(of, PS_VERDICT_UNDECIDED, "the slice has no rows in the baseline");
    else if (is_paired && of->metric == SIZE_MAX)
        set_verdict(of, PS_VERDICT_UNDECIDED, "the metric is not scored in both runs");
    else if (is_paired && (of->rows == NULL || of->rows->n_rows == 0))
        set_verdict(of, PS_VERDICT_UNDECIDED, "no row of the slice is in both runs");
    return of->verdict != PS_VERDICT_NONE;
}

// Whether there is no value to judge; says so.
static bool judge_definition(PsGateCase *of)
{
    const PsDifference *difference = &of->difference;
    bool is_paired = ps_rule_is_paired(of->rule);
    bool is_defined = is_paired ? difference->difference.is_defined : of->value.is_defined;
    if (!is_defined && is_paired && difference->n_only_first > 0)
        set_verdict(of, PS_VERDICT_FAIL,
                    "the metric became undefined: %zu rows had a value, none has one now",
                    difference->n_only_first);
    else if (!is_defined)
        set_verdict(of, PS_VERDICT_UNDECIDED, "the metric is not defined on any row");
    else if (of->value.n < of->rule->least_rows)
        set_verdict(of, PS_VERDICT_UNDECIDED, "%zu rows have a value, the rule asks for %zu",
                    of->value.n, of->rule->least_rows);
    else if (isnan(of->p_fail) || isnan(of->p_pass))
        set_verdict(of, PS_VERDICT_UNDECIDED, "too little variation to test (%s)",
                    is_paired ? difference->difference.method : of->value.method);
    return of->verdict != PS_VERDICT_NONE;
}

// Rows of the baseline that had a value and have none now, asked or not.
static size_t count_lost(const PsGateCase *of)
{
    size_t n_missing = of->n_before > of->rows->n_rows ? of->n_before - of->rows->n_rows : 0;
    return n_missing + of->difference.n_only_first;
}

static void judge_difference(PsGateCase *of, const PsPolicy *policy, size_t n_tests)
{
    const PsEstimate *difference = &of->difference.difference;
    double drop = ps_metric_worse_sign(of->rule->metric) * difference->value;
    size_t n_lost = count_lost(of);
    bool has_shrunk = (double)n_lost > policy->shrink * (double)of->n_before;
    if (of->p_fail_adjusted <= policy->alpha && drop >= of->margin) {
        set_verdict(of, PS_VERDICT_FAIL, "worse, and by the margin or more");
    } else if (of->p_pass <= policy->alpha && has_shrunk) {
        set_verdict(of, PS_VERDICT_UNDECIDED,
                    "the slice shrank: %zu of %zu rows are missing or have no value now",
                    n_lost, of->n_before);
    } else if (of->p_pass <= policy->alpha) {
        set_verdict(of, PS_VERDICT_PASS,
                    of->p_fail_adjusted <= policy->alpha ? "worse, but by less than the margin"
                                                         : "not worse by the margin");
    } else if (drop >= of->margin) {
        set_verdict(of, PS_VERDICT_UNDECIDED,
                    "worse by the margin or more, but it may be chance");
        add_need(of, difference, drop, policy->alpha / (double)n_tests, drop - of->margin);
    } else {
        set_verdict(of, PS_VERDICT_UNDECIDED, "a drop of the margin cannot be ruled out");
        add_need(of, difference, of->margin - drop, policy->alpha, (double)NAN);
    }
}

static void judge_bound(PsGateCase *of, const PsPolicy *policy, size_t n_tests)
{
    bool is_least = of->rule->kind == PS_RULE_LEAST;
    double inside =
        is_least ? of->value.value - of->rule->bound : of->rule->bound - of->value.value;
    if (of->p_fail_adjusted <= policy->alpha && inside < 0) {
        set_verdict(of, PS_VERDICT_FAIL, "surely beyond the bound");
    } else if (of->p_pass <= policy->alpha) {
        set_verdict(of, PS_VERDICT_PASS, "surely within the bound");
    } else {
        set_verdict(of, PS_VERDICT_UNDECIDED,
                    inside < 0 ? "beyond the bound, but it may be chance"
                               : "within the bound, but it may be chance");
        add_need(of, &of->value, fabs(inside),
                 inside < 0 ? policy->alpha / (double)n_tests : policy->alpha, (double)NAN);
    }
}

void ps_gate_case_judge(PsGateCase *of, const PsPolicy *policy, size_t n_tests)
{
    if (of->verdict != PS_VERDICT_NONE) return;
    if (judge_rows(of) || judge_definition(of)) return;
    if (ps_rule_is_paired(of->rule))
        judge_difference(of, policy, MAX(n_tests, 1));
    else
        judge_bound(of, policy, MAX(n_tests, 1));
}

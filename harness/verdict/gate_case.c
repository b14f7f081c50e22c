#include "harness/verdict/gate_case.h"

#include "harness/stats/distributions.h"
#include "harness/verdict/bound.h"

#include <math.h>

#define POWER 0.8 // of the sample sizes that an undecided case asks for
#define NEVER 1e9 // more rows than that are as good as never enough

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

// Rows that would decide, if the true value is what was measured: for the normal approximation,
// with the power above. distance: from the measured value to where the test turns.
static double rows_needed(const PsEstimate *estimate, double distance, double alpha)
{
    double z = ps_normal_quantile(1 - alpha) + ps_normal_quantile(POWER);
    double error = estimate->error;
    if (!(error > 0)) error = (estimate->high - estimate->low) / (2 * 1.96);
    return (double)estimate->n * pow(z * error / distance, 2);
}

// "about 320 more rows would do": appended to the reason.
static void
add_rows_needed(PsGateCase *of, const PsEstimate *estimate, double distance, double alpha)
{
    double needed = rows_needed(estimate, distance, alpha);
    double more = ceil(needed - (double)estimate->n);
    g_autofree char *reason = of->reason;
    if (!(distance > 0) || !(needed < NEVER))
        of->reason = g_strdup_printf("%s; it lies where no number of samples decides", reason);
    else if (more > 0)
        of->reason = g_strdup_printf(
            "%s; about %.0f more samples like these (%.1f times as many) would decide it",
            reason, more, needed / (double)estimate->n);
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
        add_rows_needed(of, difference, drop, policy->alpha / (double)n_tests);
    } else {
        set_verdict(of, PS_VERDICT_UNDECIDED, "a drop of the margin cannot be ruled out");
        add_rows_needed(of, difference, of->margin - drop, policy->alpha);
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
        add_rows_needed(of, &of->value, fabs(inside),
                        inside < 0 ? policy->alpha / (double)n_tests : policy->alpha);
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

// Whether the data there are can decide the rules of the suite's policy.
#include "harness/stats/distributions.h"
#include "harness/stats/parallel.h"
#include "harness/verdict/power_private.h"

#include <math.h>
#include <string.h>

// One rule on one slice.
typedef struct {
    const PsRule *rule;
    const PsPowerTask *task;
    char *slice;         // its label
    const PsSlice *rows; // NULL: there are none
    PsSpread spread;     // of the difference; for a bound, of the value
    double margin;       // the rule's; for a bound, how far the value is inside
    double pass, fail; // how often it passes if nothing changed, and how often it fails if the
                       // drop is twice the margin; NAN: there is nothing to test
    double samples;    // needed for both
    const char *why;   // why not, or NULL; static
} Case;

typedef struct {
    const PsPowerInput *input;
    const PsPolicy *policy;
    GPtrArray *slices; // GPtrArray * of each task: PsSlice *, every one
    GArray *cases;     // Case
} Gate;

static void case_clear(void *data)
{
    g_free(((Case *)data)->slice);
}

// ---- which cases there are

static bool has_metric(const PsTask *task, const PsMetric *metric)
{
    for (size_t m = 0; m < task->n_metrics; m++)
        if (task->metrics[m] == metric) return true;
    return metric->is_derived;
}

static void add_case(Gate *gate,
                     const PsRule *rule,
                     const PsPowerTask *task,
                     const char *label,
                     const PsSlice *rows)
{
    const Case of = {.rule = rule, .task = task, .slice = g_strdup(label), .rows = rows};
    g_array_append_val(gate->cases, of);
}

static void add_slices(Gate *gate, const PsRule *rule, size_t at, const char *pattern)
{
    const PsPowerTask *task = &gate->input->tasks[at];
    const GPtrArray *slices = gate->slices->pdata[at];
    unsigned n_before = gate->cases->len;
    for (size_t s = 0; s < slices->len; s++) {
        g_autofree char *label = ps_slice_label(slices->pdata[s]);
        if (ps_rule_slice_has(pattern, label))
            add_case(gate, rule, task, label, slices->pdata[s]);
    }
    if (gate->cases->len == n_before) add_case(gate, rule, task, pattern, NULL);
}

static void add_rule(Gate *gate, const PsRule *rule)
{
    for (size_t i = 0; i < gate->input->n_tasks; i++) {
        const PsTask *task = gate->input->tasks[i].task;
        if (!ps_rule_names_task(rule, task->name) || !has_metric(task, rule->metric)) continue;
        for (size_t s = 0; s < rule->n_slices; s++)
            add_slices(gate, rule, i, rule->slices[s]);
    }
}

// ---- one case

static double bound_margin(const PsRule *rule, double value)
{
    return rule->kind == PS_RULE_LEAST ? value - rule->bound : rule->bound - value;
}

static double rule_margin(const PsRule *rule, double value)
{
    if (!ps_rule_is_paired(rule)) return bound_margin(rule, value);
    return rule->kind == PS_RULE_PERCENT ? rule->bound * fabs(value) : rule->bound;
}

// The tests of a drop by the margin, and of no drop at all.
static void compute_power(Case *of, const PsPowerTest *passing, const PsPowerTest *failing)
{
    const PsPowerDesign *design = &of->spread.design;
    bool is_paired = ps_rule_is_paired(of->rule);
    double n = (double)design->n_sources;
    double distance = is_paired ? 2 * of->margin : of->margin;
    const PsPowerError plain = {ps_power_error(&of->spread.parts, design, 1), n, 0, 0};
    PsPowerError pass = plain, fail = plain;
    if (is_paired) fail.step = ps_spread_step(&of->spread, of->rule->metric);
    pass.reach = is_paired && of->rule->metric->range != PS_RANGE_POSITIVE ? 1 : 0;
    of->pass = ps_power_probability(&pass, of->margin, passing->alpha);
    of->fail = ps_power_probability(&fail, distance, failing->alpha);
    // A drop that was measured as less than the margin does not fail.
    if (is_paired) of->fail = MIN(of->fail, ps_normal_cdf(of->margin / fail.error));
    if (is_paired && n < ps_power_sources_least(failing->alpha)) of->fail = 0;
    of->samples = ps_power_samples(design, MAX(ps_power_sources(&pass, of->margin, passing),
                                               ps_power_sources(&fail, distance, failing)));
    of->samples =
        MAX(of->samples, (double)of->rule->least_rows / ps_spread_epochs(&of->spread));
}

static const char *why_not(const Case *of)
{
    if (of->spread.why != NULL) return of->spread.why;
    if (!ps_rule_is_paired(of->rule) && !(of->margin > 0))
        return "the value is not within the bound";
    return of->spread.design.n_rows < of->rule->least_rows ? "fewer rows than the rule asks for"
                                                           : NULL;
}

static void compute_case(size_t i, void *data)
{
    const Gate *gate = data;
    const PsPolicy *policy = gate->policy;
    Case *of = &g_array_index(gate->cases, Case, i);
    const double power = gate->input->options->power;
    const PsPowerTest passing = ps_power_test(policy->alpha, power, 1);
    const PsPowerTest failing = ps_power_test(policy->alpha, power, gate->cases->len);
    of->pass = of->fail = of->samples = of->margin = NAN;
    of->why = "no rows";
    if (of->rows == NULL) return;
    of->spread =
        ps_rule_is_paired(of->rule)
            ? ps_power_spread_of_difference(gate->input, of->task, of->rule->metric, of->rows)
            : ps_power_spread_of_value(gate->input, of->task, of->rule->metric, of->rows);
    of->margin = rule_margin(of->rule, of->spread.value.value);
    of->why = why_not(of);
    if (of->spread.why == NULL && of->margin > 0) compute_power(of, &passing, &failing);
}

// ---- the table

static const PsColumn columns[] = {
    {"task", "task", PS_COLUMN_TEXT, false},
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"rule", "rule", PS_COLUMN_TEXT, false},
    {"samples", "samples", PS_COLUMN_COUNT, false},
    {"can_decide", "can decide", PS_COLUMN_TEXT, false},
    {"power_to_pass", "passes if nothing changed", PS_COLUMN_VALUE, false},
    {"power_to_fail", "fails at twice the margin", PS_COLUMN_VALUE, false},
    {"samples_needed", "samples needed", PS_COLUMN_COUNT, false},
    {"note", "note", PS_COLUMN_TEXT, true},
};

static void add_share(PsTable *table, double share)
{
    const PsEstimate estimate = {
        .is_defined = true, .value = share, .method = "", .error = NAN};
    if (isnan(share))
        ps_table_add_nothing(table, NULL);
    else
        ps_table_add_estimate(table, &ps_unit_share, &estimate);
}

static bool can_decide(const Case *of, double power)
{
    return of->why == NULL && of->pass >= power && of->fail >= power;
}

static char *describe_ability(const Case *of, double power)
{
    if (of->why != NULL) return g_strdup_printf("no: %s", of->why);
    if (can_decide(of, power)) return g_strdup("yes");
    if (of->pass >= power) return g_strdup("pass only");
    return g_strdup(of->fail >= power ? "fail only" : "no");
}

static void add_row(PsTable *table, const Case *of, double power)
{
    g_autofree char *rule = ps_rule_describe(of->rule);
    g_autofree char *ability = describe_ability(of, power);
    ps_table_add_text(table, of->task->task->name);
    ps_table_add_text(table, of->slice);
    ps_table_add_text(table, of->rule->metric->name);
    ps_table_add_text(table, rule);
    ps_table_add_count(table, of->spread.design.n_samples);
    ps_table_add_text(table, ability);
    add_share(table, of->pass);
    add_share(table, of->fail);
    if (of->samples <= 1e15)
        ps_table_add_count(table, (size_t)ceil(of->samples));
    else
        ps_table_add_nothing(table, isnan(of->samples) ? NULL : "no number is enough");
    ps_table_add_text(table, of->spread.note);
}

static void add_table(PsFindings *findings, const Gate *gate)
{
    size_t n_decided = 0;
    double power = gate->input->options->power;
    PsTable *table = ps_findings_add_table(
        findings, "gate", "The suite's gate",
        "How often a rule would pass if nothing changed, and fail if the drop were twice its "
        "margin (a bound: if the value dropped to as far beyond it as it is within). Failing "
        "is "
        "tested at the level of the policy divided by the number of rules and slices.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < gate->cases->len; i++) {
        const Case *of = &g_array_index(gate->cases, Case, i);
        add_row(table, of, power);
        n_decided += can_decide(of, power);
    }
    findings->reason =
        g_strdup_printf("%zu of %u rules on slices can be decided with these samples",
                        n_decided, gate->cases->len);
}

void ps_power_add_gate(PsFindings *findings, const PsPowerInput *input, const PsPolicy *policy)
{
    g_autoptr(GArray) cases = g_array_new(false, false, sizeof(Case));
    g_array_set_clear_func(cases, case_clear);
    g_autoptr(GPtrArray) slices =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    Gate gate = {input, policy, slices, cases};
    for (size_t i = 0; i < input->n_tasks; i++)
        g_ptr_array_add(slices,
                        ps_slices_of_task(input->tasks[i].task, input->tasks[i].rows, 0));
    for (size_t i = 0; i < policy->n_rules; i++)
        add_rule(&gate, &policy->rules[i]);
    ps_parallel(cases->len, 0, compute_case, &gate);
    add_table(findings, &gate);
}

#include "harness/verdict/gate.h"

#include "harness/error.h"
#include "harness/stats/multiple.h"
#include "harness/stats/parallel.h"
#include "harness/verdict/flips.h"
#include "harness/verdict/gate_private.h"

#include <math.h>
#include <string.h>

#define FLIPS 10 // shown of each task that fails

static void gate_clear(PsGate *gate)
{
    for (size_t i = 0; gate->plan != NULL && i < gate->plan->n_tasks; i++) {
        ps_task_rows_free(gate->alone[i]);
        g_clear_pointer(&gate->slices[i], g_ptr_array_unref);
    }
    for (size_t i = 0; gate->pairs != NULL && i < gate->pairs->n_tasks; i++)
        g_clear_pointer(&gate->paired[i], g_ptr_array_unref);
    g_free(gate->alone);
    g_free(gate->slices);
    g_free(gate->paired);
    ps_pairs_free(gate->pairs);
    ps_plan_free(gate->plan);
    g_clear_pointer(&gate->cases, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsGate, gate_clear)

// ---- reading

static bool needs_rows(const PsPolicy *policy)
{
    for (size_t i = 0; i < policy->n_rules; i++)
        if (!ps_rule_is_paired(&policy->rules[i])) return true;
    return false;
}

static bool
load_alone(PsGate *gate, PsRunFile *candidate, const PsRegistry *registry, GError **error)
{
    for (size_t i = 0; i < gate->plan->n_tasks; i++) {
        const PsPlanTask *task = &gate->plan->tasks[i];
        gate->alone[i] = ps_task_rows_load(candidate, task, registry, error);
        if (gate->alone[i] == NULL) return false;
        g_autofree uint32_t *order = ps_task_rows_canonical_order(gate->alone[i]);
        ps_task_rows_keep(gate->alone[i], order, gate->alone[i]->n_rows);
        ps_task_rows_number_clusters(gate->alone[i]);
        gate->slices[i] = ps_slices_of_task(task->task, gate->alone[i], 0);
    }
    return true;
}

static bool gate_load(PsGate *gate,
                      PsRunFile *candidate,
                      PsRunFile *baseline,
                      const PsRegistry *registry,
                      bool allow_other_data,
                      GError **error)
{
    gate->plan = ps_plan_load(candidate, registry, error);
    if (gate->plan == NULL) return false;
    gate->alone = g_new0(PsTaskRows *, gate->plan->n_tasks);
    gate->slices = g_new0(GPtrArray *, gate->plan->n_tasks);
    if (needs_rows(gate->policy) && !load_alone(gate, candidate, registry, error)) return false;
    if (baseline == NULL) return true;
    gate->pairs = ps_pairs_load(baseline, candidate, registry, allow_other_data, error);
    if (gate->pairs == NULL) return false;
    gate->paired = g_new0(GPtrArray *, gate->pairs->n_tasks);
    for (size_t i = 0; i < gate->pairs->n_tasks; i++)
        gate->paired[i] =
            ps_slices_of_task(gate->pairs->tasks[i].task, gate->pairs->tasks[i].first, 0);
    return true;
}

// ---- verdicts

static void measure_case(size_t i, void *data)
{
    PsGate *gate = data;
    PsGateCase *of = &g_array_index(gate->cases, PsGateCase, i);
    ps_gate_case_measure(of);
}

// Whether the case could fail at all: a test that cannot reach the level, since too few rows
// differ, does not count in the family (Tarone 1990).
static bool can_fail(const PsGateCase *of, double alpha)
{
    return !isnan(of->p_fail)
           && (!ps_rule_is_paired(of->rule) || of->difference.p_least <= alpha);
}

// Holm over every rule and slice that could fail.
static void adjust(PsGate *gate)
{
    size_t n = gate->cases->len;
    g_autofree double *p = g_new(double, n);
    for (size_t i = 0; i < n; i++) {
        const PsGateCase *of = &g_array_index(gate->cases, PsGateCase, i);
        p[i] = can_fail(of, gate->policy->alpha) ? of->p_fail : NAN;
        gate->n_tests += !isnan(p[i]);
    }
    ps_adjust_p_values(PS_ADJUST_HOLM, p, n, p);
    for (size_t i = 0; i < n; i++) {
        PsGateCase *of = &g_array_index(gate->cases, PsGateCase, i);
        of->p_fail_adjusted = isnan(p[i]) && !isnan(of->p_fail) ? 1 : p[i];
    }
}

static PsVerdict overall(const PsGate *gate, size_t n_of[4])
{
    for (size_t i = 0; i < gate->cases->len; i++)
        n_of[g_array_index(gate->cases, PsGateCase, i).verdict]++;
    if (n_of[PS_VERDICT_FAIL] > 0) return PS_VERDICT_FAIL;
    return n_of[PS_VERDICT_UNDECIDED] > 0 ? PS_VERDICT_UNDECIDED : PS_VERDICT_PASS;
}

// ---- findings

static const PsColumn columns[] = {
    {"task", "task", PS_COLUMN_TEXT, false},
    {"slice", "slice", PS_COLUMN_TEXT, false},
    {"metric", "metric", PS_COLUMN_TEXT, false},
    {"rule", "rule", PS_COLUMN_TEXT, false},
    {"verdict", "verdict", PS_COLUMN_VERDICT, false},
    {"baseline", "baseline", PS_COLUMN_VALUE, false},
    {"candidate", "candidate", PS_COLUMN_VALUE, false},
    {"difference", "difference", PS_COLUMN_DIFFERENCE, false},
    {"p_worse_adjusted", "p of no drop, adjusted", PS_COLUMN_P, false},
    {"p_beyond_margin", "p of a drop by the margin", PS_COLUMN_P, false},
    {"reason", "why", PS_COLUMN_TEXT, false},
    {"better", "better", PS_COLUMN_COUNT, true},
    {"worse", "worse", PS_COLUMN_COUNT, true},
    {"rows_before", "rows in the baseline", PS_COLUMN_COUNT, true},
    {"rows_now", "rows now", PS_COLUMN_COUNT, true},
};

static void add_row(PsTable *table, const PsGateCase *of)
{
    g_autofree char *rule = ps_rule_describe(of->rule);
    const PsMetric *metric = of->rule->metric;
    ps_table_add_text(table, of->task);
    ps_table_add_text(table, of->slice);
    ps_table_add_text(table, metric->name);
    ps_table_add_text(table, rule);
    ps_table_add_verdict(table, of->verdict);
    ps_table_add_estimate(table, metric, &of->difference.first);
    ps_table_add_estimate(table, metric, &of->value);
    ps_table_add_estimate(table, metric, &of->difference.difference);
    ps_table_add_p(table, of->p_fail_adjusted);
    ps_table_add_p(table, of->p_pass);
    ps_table_add_text(table, of->reason);
    ps_table_add_count(table, of->difference.n_better);
    ps_table_add_count(table, of->difference.n_worse);
    ps_table_add_count(table, of->n_before);
    ps_table_add_count(table, of->n_now);
}

static void add_table(PsFindings *findings, const PsGate *gate)
{
    static const PsVerdict order[] = {PS_VERDICT_FAIL, PS_VERDICT_UNDECIDED, PS_VERDICT_PASS};
    PsTable *table =
        ps_findings_add_table(findings, "rules", "Rules",
                              "A rule fails where the drop is evident (adjusted for all rules "
                              "and slices) and at least the "
                              "margin; it passes where a drop by the margin is ruled out.",
                              columns, G_N_ELEMENTS(columns));
    table->has_cases = true;
    for (size_t v = 0; v < G_N_ELEMENTS(order); v++)
        for (size_t i = 0; i < gate->cases->len; i++) {
            const PsGateCase *of = &g_array_index(gate->cases, PsGateCase, i);
            if (of->verdict == order[v]) add_row(table, of);
        }
}

static void add_facts(PsFindings *findings, const PsGate *gate, const char *candidate_path)
{
    g_autofree char *family =
        g_strdup_printf("%g, family-wise (Holm) over %zu test%s", gate->policy->alpha,
                        gate->n_tests, gate->n_tests == 1 ? "" : "s");
    g_autofree char *candidate = g_strdup_printf("%s (%s)", gate->plan->system, candidate_path);
    ps_findings_add_fact(findings, "candidate", candidate);
    if (gate->pairs != NULL) {
        const PsPairedRun *before = &gate->pairs->first;
        g_autofree char *baseline = g_strdup_printf("%s (%s)", before->system, before->path);
        ps_findings_add_fact(findings, "baseline", baseline);
        ps_findings_add_fact(findings, "load of the baseline",
                             before->load != NULL ? before->load : "unknown");
        ps_findings_add_fact(findings, "load of the candidate",
                             gate->pairs->second.load != NULL ? gate->pairs->second.load
                                                              : "unknown");
        for (size_t i = 0; i < gate->pairs->notes->len; i++)
            ps_findings_add_note(findings, "%s", (const char *)gate->pairs->notes->pdata[i]);
    }
    ps_findings_add_fact(findings, "level", family);
}

static bool add_flips(PsFindings *findings,
                      const PsGate *gate,
                      PsRunFile *candidate,
                      PsRunFile *baseline,
                      GError **error)
{
    for (size_t t = 0; gate->pairs != NULL && t < gate->pairs->n_tasks; t++) {
        bool fails = false;
        for (size_t i = 0; i < gate->cases->len; i++) {
            const PsGateCase *of = &g_array_index(gate->cases, PsGateCase, i);
            fails = fails
                    || (of->verdict == PS_VERDICT_FAIL && of->paired == &gate->pairs->tasks[t]);
        }
        if (fails
            && !ps_flips_add(findings, &gate->pairs->tasks[t], baseline, candidate, FLIPS,
                             error))
            return false;
    }
    return true;
}

static PsFindings *make_findings(const PsGate *gate, const char *candidate_path)
{
    g_autofree char *title =
        g_strdup_printf("%s: may %s ship?", gate->plan->suite->name, gate->plan->system);
    PsFindings *findings = ps_findings_new("gate", title);
    size_t n_of[4] = {0};
    findings->verdict = overall(gate, n_of);
    findings->reason = g_strdup_printf(
        "%zu of %u rules on slices fail, %zu undecided, %zu pass", n_of[PS_VERDICT_FAIL],
        gate->cases->len, n_of[PS_VERDICT_UNDECIDED], n_of[PS_VERDICT_PASS]);
    add_facts(findings, gate, candidate_path);
    add_table(findings, gate);
    return findings;
}

PsFindings *ps_gate(PsRunFile *candidate,
                    PsRunFile *baseline,
                    const PsPolicy *policy,
                    const PsRegistry *registry,
                    bool allow_other_data,
                    GError **error)
{
    g_auto(PsGate) gate = {.policy = policy};
    gate.cases = g_array_new(false, false, sizeof(PsGateCase));
    g_array_set_clear_func(gate.cases, (GDestroyNotify)ps_gate_case_clear);
    if (!gate_load(&gate, candidate, baseline, registry, allow_other_data, error)) return NULL;
    for (size_t i = 0; i < policy->n_rules; i++)
        if (!ps_gate_add_rule(&gate, &policy->rules[i], error)) return NULL;
    ps_parallel(gate.cases->len, 0, measure_case, &gate);
    adjust(&gate);
    for (size_t i = 0; i < gate.cases->len; i++)
        ps_gate_case_judge(&g_array_index(gate.cases, PsGateCase, i), policy, gate.n_tests);
    g_autoptr(PsFindings) findings = make_findings(&gate, ps_runfile_path(candidate));
    if (!add_flips(findings, &gate, candidate, baseline, error)) return NULL;
    return g_steal_pointer(&findings);
}

int ps_gate_exit_status(const PsPolicy *policy, PsVerdict verdict)
{
    if (verdict == PS_VERDICT_UNDECIDED) verdict = policy->when_undecided;
    return verdict == PS_VERDICT_PASS ? 0 : verdict == PS_VERDICT_FAIL ? 1 : 2;
}

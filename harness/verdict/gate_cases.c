// Which cases a policy has: each rule on each of its tasks and slices.
#include "harness/error.h"
#include "harness/verdict/gate_private.h"

#include <string.h>

static const PsSlice *find_slice(const GPtrArray *slices, const char *label)
{
    for (size_t i = 0; slices != NULL && i < slices->len; i++) {
        g_autofree char *of_slice = ps_slice_label(slices->pdata[i]);
        if (strcmp(of_slice, label) == 0) return slices->pdata[i];
    }
    return NULL;
}

static size_t count_of(GHashTable *counts, const char *label)
{
    const size_t *count = counts != NULL ? g_hash_table_lookup(counts, label) : NULL;
    return count != NULL ? *count : 0;
}

static const PsStatColumn *find_column(const PsTaskRows *rows, const PsMetric *metric)
{
    for (size_t m = 0; rows != NULL && m < rows->n_metrics; m++)
        if (rows->metrics[m].metric == metric) return &rows->metrics[m];
    return NULL;
}

static size_t find_paired_metric(const PsPairedTask *paired, const PsMetric *metric)
{
    for (size_t m = 0; m < paired->n_metrics; m++)
        if (paired->first->metrics[paired->of_first[m]].metric == metric) return m;
    return SIZE_MAX;
}

static void add_paired_case(PsGate *gate, const PsRule *rule, size_t at, const char *label)
{
    const PsPairedTask *paired = &gate->pairs->tasks[at];
    PsGateCase of = {
        .rule = rule,
        .task = g_strdup(paired->task->name),
        .slice = g_strdup(label),
        .paired = paired,
        .metric = find_paired_metric(paired, rule->metric),
        .rows = find_slice(gate->paired[at], label),
        .n_before = count_of(paired->slices_first, label),
        .n_now = count_of(paired->slices_second, label),
    };
    g_array_append_val(gate->cases, of);
}

static void add_bound_case(PsGate *gate, const PsRule *rule, size_t task, const char *label)
{
    PsGateCase of = {
        .rule = rule,
        .task = g_strdup(gate->plan->tasks[task].task->name),
        .slice = g_strdup(label),
        .metric = SIZE_MAX,
        .alone = gate->alone[task],
        .column = find_column(gate->alone[task], rule->metric),
        .rows = find_slice(gate->slices[task], label),
    };
    of.n_now = of.rows != NULL ? of.rows->n_rows : 0;
    g_array_append_val(gate->cases, of);
}

// A case that is decided before anything is measured.
static void add_decided_case(PsGate *gate,
                             const PsRule *rule,
                             const char *task,
                             const char *label,
                             PsVerdict verdict,
                             const char *reason)
{
    PsGateCase of = {.rule = rule,
                     .task = g_strdup(task),
                     .slice = g_strdup(label),
                     .metric = SIZE_MAX,
                     .verdict = verdict,
                     .reason = g_strdup(reason)};
    g_array_append_val(gate->cases, of);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The labels of a family in either run, in alphabetical order.
static GPtrArray *family_of_pairs(const PsPairedTask *paired, const char *pattern)
{
    GPtrArray *labels = g_ptr_array_new_with_free_func(g_free);
    GHashTable *const counts[] = {paired->slices_first, paired->slices_second};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        GHashTableIter iterator;
        void *label;
        g_hash_table_iter_init(&iterator, counts[i]);
        while (g_hash_table_iter_next(&iterator, &label, NULL))
            if (ps_rule_slice_has(pattern, label)
                && (i == 0 || count_of(counts[0], label) == 0))
                g_ptr_array_add(labels, g_strdup(label));
    }
    g_ptr_array_sort(labels, compare_texts);
    return labels;
}

static GPtrArray *family_of_slices(const GPtrArray *slices, const char *pattern)
{
    GPtrArray *labels = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < slices->len; i++) {
        g_autofree char *label = ps_slice_label(slices->pdata[i]);
        if (ps_rule_slice_has(pattern, label)) g_ptr_array_add(labels, g_steal_pointer(&label));
    }
    g_ptr_array_sort(labels, compare_texts);
    return labels;
}

// One of a rule's patterns on one task: paired says which kind at is an index of.
static void add_pattern(PsGate *gate, const PsRule *rule, size_t at, const char *pattern)
{
    bool is_paired = ps_rule_is_paired(rule);
    void (*add)(PsGate *, const PsRule *, size_t, const char *) =
        is_paired ? add_paired_case : add_bound_case;
    if (!ps_rule_slice_is_family(pattern)) {
        add(gate, rule, at, pattern);
        return;
    }
    g_autoptr(GPtrArray) labels = is_paired ? family_of_pairs(&gate->pairs->tasks[at], pattern)
                                            : family_of_slices(gate->slices[at], pattern);
    for (size_t i = 0; i < labels->len; i++)
        add(gate, rule, at, labels->pdata[i]);
    if (labels->len == 0)
        add_decided_case(gate, rule,
                         is_paired ? gate->pairs->tasks[at].task->name
                                   : gate->plan->tasks[at].task->name,
                         pattern, PS_VERDICT_UNDECIDED, "no slice of that family has rows");
}

static bool task_has_metric(const PsTask *task, const PsMetric *metric)
{
    for (size_t m = 0; m < task->n_metrics; m++)
        if (task->metrics[m] == metric) return true;
    return metric->is_derived;
}

static size_t find_pair(const PsGate *gate, const char *task)
{
    for (size_t i = 0; gate->pairs != NULL && i < gate->pairs->n_tasks; i++)
        if (strcmp(gate->pairs->tasks[i].task->name, task) == 0) return i;
    return SIZE_MAX;
}

static void add_task(PsGate *gate, const PsRule *rule, size_t task)
{
    const char *name = gate->plan->tasks[task].task->name;
    size_t at = ps_rule_is_paired(rule) ? find_pair(gate, name) : task;
    for (size_t i = 0; i < rule->n_slices; i++) {
        if (at != SIZE_MAX)
            add_pattern(gate, rule, at, rule->slices[i]);
        else if (gate->pairs == NULL)
            add_decided_case(gate, rule, name, rule->slices[i], gate->policy->without_baseline,
                             "there is no baseline");
        else
            add_decided_case(gate, rule, name, rule->slices[i], PS_VERDICT_UNDECIDED,
                             "the task is not in the baseline");
    }
}

static const PsTask *find_task(const PsPlan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (strcmp(plan->tasks[i].task->name, name) == 0) return plan->tasks[i].task;
    return NULL;
}

// Tasks of the baseline that the rule is about, and that the candidate does not have, or not
// with this metric.
static size_t add_vanished(PsGate *gate, const PsRule *rule)
{
    const PsPlan *before = gate->pairs != NULL ? gate->pairs->first.plan : NULL;
    size_t n_added = 0;
    for (size_t i = 0; before != NULL && i < before->n_tasks; i++) {
        const PsTask *task = before->tasks[i].task, *now = find_task(gate->plan, task->name);
        if (!ps_rule_names_task(rule, task->name) || !task_has_metric(task, rule->metric)
            || (now != NULL && task_has_metric(now, rule->metric)))
            continue;
        add_decided_case(gate, rule, task->name, "all", PS_VERDICT_FAIL,
                         now == NULL
                             ? "the task vanished: it is in the baseline only"
                             : "the metric vanished: it is scored in the baseline only");
        n_added++;
    }
    return n_added;
}

bool ps_gate_add_rule(PsGate *gate, const PsRule *rule, GError **error)
{
    size_t n_tasks = add_vanished(gate, rule);
    for (size_t i = 0; i < gate->plan->n_tasks; i++) {
        const PsTask *task = gate->plan->tasks[i].task;
        if (!ps_rule_names_task(rule, task->name) || !task_has_metric(task, rule->metric))
            continue;
        add_task(gate, rule, i);
        n_tasks++;
    }
    if (n_tasks > 0) return true;
    return ps_fail(error, PS_ERROR_CONFIG,
                   "the policy's rule for %s: no task that it is about has this metric",
                   rule->metric->name);
}

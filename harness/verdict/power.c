#include "harness/verdict/power.h"

#include "harness/rows_plan.h"
#include "harness/verdict/power_private.h"

#include <math.h>

PsPowerOptions ps_power_options_default(void)
{
    return (PsPowerOptions){.alpha = 0.05,
                            .power = 0.8,
                            .n_tests = 1,
                            .correlation = 0.5,
                            .accuracy = 0.8,
                            .icc = 0.2};
}

// ---- what there is

static void input_clear(PsPowerInput *input)
{
    for (size_t i = 0; i < input->n_tasks; i++)
        g_clear_pointer(&input->tasks[i].slices, g_ptr_array_unref);
    for (size_t i = 0; input->rows != NULL && i < input->plan->n_tasks; i++)
        ps_task_rows_free(input->rows[i]);
    g_free(input->tasks);
    g_free(input->rows);
    ps_pairs_free(input->pairs);
    ps_plan_free(input->plan);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsPowerInput, input_clear)

static void add_task(PsPowerInput *input,
                     const PsTask *task,
                     const PsTaskRows *rows,
                     const PsPairedTask *pair)
{
    input->tasks[input->n_tasks++] =
        (PsPowerTask){.task = task,
                      .rows = rows,
                      .paired = pair,
                      .slices = ps_slices_of_task(task, rows, PS_SLICES_KEYS_MOST)};
}

static void add_tasks(PsPowerInput *input)
{
    size_t n = input->pairs != NULL ? input->pairs->n_tasks : input->plan->n_tasks;
    input->tasks = g_new0(PsPowerTask, n);
    for (size_t i = 0; i < n; i++) {
        const PsPairedTask *pair = input->pairs != NULL ? &input->pairs->tasks[i] : NULL;
        if (pair != NULL)
            add_task(input, pair->task, pair->first, pair);
        else
            add_task(input, input->plan->tasks[i].task, input->rows[i], NULL);
    }
}

static bool
load_rows(PsPowerInput *input, PsRunFile *run, const PsRegistry *registry, GError **error)
{
    input->rows = g_new0(PsTaskRows *, input->plan->n_tasks);
    for (size_t i = 0; i < input->plan->n_tasks; i++) {
        PsTaskRows *rows = ps_task_rows_load(run, &input->plan->tasks[i], registry, error);
        if (rows == NULL) return false;
        input->rows[i] = rows;
        g_autofree uint32_t *order = ps_task_rows_canonical_order(rows);
        ps_task_rows_keep(rows, order, rows->n_rows);
        ps_task_rows_number_clusters(rows);
    }
    return true;
}

static const PsStatColumn *find_column(const PsTaskRows *rows, const PsMetric *metric)
{
    for (size_t m = 0; m < rows->n_metrics; m++)
        if (rows->metrics[m].metric == metric) return &rows->metrics[m];
    return NULL;
}

static PsSpread assumed_spread(const PsPowerInput *input,
                               const PsPowerTask *task,
                               const PsMetric *metric,
                               const PsSlice *slice)
{
    const PsPowerOptions *options = input->options;
    bool is_better_high = metric->direction == PS_HIGHER_IS_BETTER;
    PsSpread spread =
        ps_spread_of_plan(task->rows, slice->rows, slice->n_rows,
                          is_better_high ? options->accuracy : 1 - options->accuracy,
                          options->icc, input->plan->epochs);
    if (metric->form == PS_FORM_PERCENTILE || metric->range == PS_RANGE_POSITIVE) {
        spread.value = (PsEstimate){.n = spread.design.n_rows, .method = "not measured"};
        spread.why = "needs a run to learn from";
    }
    return spread;
}

PsSpread ps_power_spread_of_value(const PsPowerInput *input,
                                  const PsPowerTask *task,
                                  const PsMetric *metric,
                                  const PsSlice *slice)
{
    if (input->is_plan) return assumed_spread(input, task, metric, slice);
    const PsTaskRows *measured = task->paired != NULL ? task->paired->second : task->rows;
    const PsStatColumn *column = find_column(measured, metric);
    if (column == NULL) return (PsSpread){.parts = {.sources = NAN}, .why = "is not scored"};
    return ps_spread_of_run(task->rows, column, slice->rows, slice->n_rows);
}

PsSpread ps_power_spread_of_difference(const PsPowerInput *input,
                                       const PsPowerTask *task,
                                       const PsMetric *metric,
                                       const PsSlice *slice)
{
    if (task->paired != NULL) {
        const PsStatColumn *first = find_column(task->paired->first, metric);
        const PsStatColumn *second = find_column(task->paired->second, metric);
        if (first == NULL || second == NULL)
            return (PsSpread){.parts = {.sources = NAN}, .why = "is not scored in both runs"};
        return ps_spread_of_pair(task->rows, first, second, slice->rows, slice->n_rows);
    }
    PsSpread spread = ps_power_spread_of_value(input, task, metric, slice);
    spread.parts = ps_variance_parts_of_difference(&spread.parts, input->options->correlation);
    return spread;
}

PsPowerTest ps_power_test(double alpha, double power, size_t n_tests)
{
    return (PsPowerTest){.alpha = alpha / (double)MAX(n_tests, 1), .power = power};
}

double ps_power_samples(const PsPowerDesign *design, double n_sources)
{
    return ceil((double)design->n_samples * n_sources / (double)design->n_sources - 1e-9);
}

// ---- what is said about it

static void add_number(PsFindings *findings, const char *name, double number, const char *words)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%g", number);
    g_autofree char *value = g_strconcat(digits, words, NULL);
    ps_findings_add_fact(findings, name, value);
}

static void add_assumptions(PsFindings *findings, const PsPowerInput *input)
{
    const PsPowerOptions *options = input->options;
    if (input->pairs != NULL)
        ps_findings_add_fact(findings, "correlation of two systems",
                             "measured on the two runs");
    else
        add_number(findings, "correlation of two systems", options->correlation,
                   " on a sample (assumed)");
    if (!input->is_plan) return;
    add_number(findings, "accuracy", options->accuracy, " (assumed)");
    add_number(findings, "variance between sources", options->icc, " of the whole (assumed)");
    ps_findings_add_note(findings,
                         "Nothing is measured: values are assumed, slices by what is measured "
                         "from media are not counted, and how much more epochs would help is "
                         "not known. A pilot run tells.");
}

static void add_facts(PsFindings *findings, const PsPowerInput *input)
{
    const PsPowerOptions *options = input->options;
    add_number(findings, "level", options->alpha, ", one-sided");
    add_number(findings, "tests", (double)options->n_tests,
               ": each at the level divided by that (Bonferroni)");
    add_number(findings, "power", options->power, "");
    add_assumptions(findings, input);
    for (size_t i = 0; input->pairs != NULL && i < input->pairs->notes->len; i++)
        ps_findings_add_note(findings, "%s", (const char *)input->pairs->notes->pdata[i]);
}

static PsFindings *make_findings(const PsPowerInput *input, const char *subject)
{
    const PsSuite *suite = input->plan->suite;
    g_autofree char *title = g_strdup_printf("%s: what a comparison can see", suite->name);
    PsFindings *findings = ps_findings_new("power", title);
    ps_findings_add_fact(findings, input->is_plan ? "suite" : "run", subject);
    add_facts(findings, input);
    for (size_t i = 0; i < input->n_tasks; i++)
        ps_power_add_tables(findings, input, &input->tasks[i]);
    if (suite->gate != NULL) ps_power_add_gate(findings, input, suite->gate);
    return findings;
}

PsFindings *ps_power_of_run(PsRunFile *run,
                            PsRunFile *baseline,
                            const PsRegistry *registry,
                            const PsPowerOptions *options,
                            GError **error)
{
    g_auto(PsPowerInput) input = {.options = options};
    input.plan = ps_plan_load(run, registry, error);
    if (input.plan == NULL) return NULL;
    if (baseline != NULL) {
        input.pairs = ps_pairs_load(baseline, run, registry, false, error);
        if (input.pairs == NULL) return NULL;
    } else if (!load_rows(&input, run, registry, error)) {
        return NULL;
    }
    add_tasks(&input);
    g_autofree char *subject =
        g_strdup_printf("%s (%s)", input.plan->system, ps_runfile_path(run));
    return make_findings(&input, subject);
}

PsFindings *ps_power_of_suite(PsSuite *suite,
                              const PsRegistry *registry,
                              const PsPowerOptions *options,
                              GError **error)
{
    const PsPlanOptions as_suite = {0};
    g_auto(PsPowerInput) input = {.options = options, .is_plan = true};
    input.plan = ps_plan_new(suite, registry, "", "{}", &as_suite, error);
    if (input.plan == NULL) return NULL;
    input.rows = g_new0(PsTaskRows *, input.plan->n_tasks);
    if (!ps_task_rows_plan(input.plan, registry, input.rows, error)) return NULL;
    add_tasks(&input);
    return make_findings(&input, suite->path);
}

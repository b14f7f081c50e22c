#include "truth_runs.h"

#include "harness/plan.h"
#include "metrics/metrics.h"
#include "slicers/slicers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATASET "generated:"
#define STARTED_NS 1000000000000000000
#define GAP_NS 10000000

static G_NORETURN void fail(const GError *error)
{
    fprintf(stderr, "truth: %s\n", error->message);
    exit(70);
}

// ---- a dataset of which nothing is read but its size

typedef struct {
    size_t n_rows;
    PsManifest *manifest;
} Generated;

static bool generated_can_open(const char *path)
{
    return strstr(path, DATASET) != NULL;
}

static void *generated_open(const char *path, const PsDatasetOptions *options, GError **error)
{
    (void)options;
    Generated *data = g_new0(Generated, 1);
    const char *number = strstr(path, DATASET) + strlen(DATASET);
    data->n_rows = (size_t)g_ascii_strtoull(number, NULL, 10);
    data->manifest = ps_manifest_from_json("{\"name\":\"generated\"}", error);
    return data;
}

static void generated_close(void *state)
{
    Generated *data = state;
    ps_manifest_free(data->manifest);
    g_free(data);
}

static const PsManifest *generated_manifest(void *state)
{
    return ((Generated *)state)->manifest;
}

static bool generated_measure(void *state, size_t *n_samples, char **sha256, GError **error)
{
    (void)error;
    *n_samples = ((Generated *)state)->n_rows;
    *sha256 = g_strdup_printf("%064zx", *n_samples);
    return true;
}

static const PsReader reader = {
    .name = "generated",
    .can_open = generated_can_open,
    .open = generated_open,
    .close = generated_close,
    .manifest = generated_manifest,
    .measure = generated_measure,
};

static const PsReader *const readers[] = {&reader, NULL};
static const PsCondition *const conditions[] = {NULL};
static const PsAdapter *const adapters[] = {NULL};
static const PsReport *const reports[] = {NULL};

static const PsRegistry registry = {
    .metrics = ps_metrics,
    .slicers = ps_slicers,
    .conditions = conditions,
    .adapters = adapters,
    .readers = readers,
    .reports = reports,
};

// ---- setting up

static PsSample *sample_new(const Design *design, size_t row, GError **error)
{
    g_autofree char *json = g_strdup_printf(
        "{\"id\":\"row %zu\",\"cluster\":\"source %u\",\"parts\":[{\"text\":\"?\"}]}", row,
        design->sources[row]);
    return ps_sample_from_json(json, strlen(json), error);
}

static char *suite_text(const Design *design)
{
    GString *text = g_string_new("suite: truth\ntasks:\n  - name: t\n");
    g_string_append_printf(text, "    dataset: %s%zu\n    metrics: [", DATASET, design->n_rows);
    for (int s = 0; s < N_SCORES; s++)
        g_string_append_printf(text, "%s%s", s > 0 ? ", " : "", score_names[s]);
    g_string_append(text, "]\n");
    for (size_t a = 0; a < design->n_attributes; a++)
        g_string_append_printf(text, "%s'attribute:%c'%s", a == 0 ? "    slicers: [" : ", ",
                               (char)('a' + a), a + 1 == design->n_attributes ? "]\n" : "");
    return g_string_free(text, false);
}

char *setup_slices(const Design *design)
{
    GString *text = g_string_new("all");
    for (size_t a = 0; a < design->n_attributes; a++)
        g_string_append_printf(text, ", 'attribute:%c=*'", (char)('a' + a));
    return g_string_free(text, false);
}

Setup *setup_new(const Design *design, const char *folder, const char *rules)
{
    GError *error = NULL;
    Setup *setup = g_new0(Setup, 1);
    *setup = (Setup){.design = design,
                     .folder = g_strdup(folder),
                     .suite = suite_text(design),
                     .samples = g_new0(PsSample *, design->n_rows)};
    for (size_t row = 0; row < design->n_rows; row++)
        if ((setup->samples[row] = sample_new(design, row, &error)) == NULL) fail(error);
    g_autofree char *path = g_build_filename(folder, "policy.yaml", NULL);
    g_autofree char *policy = g_strdup_printf("alpha: 0.05\nrules:\n%s", rules);
    if (!g_file_set_contents(path, policy, -1, &error)) fail(error);
    setup->policy = ps_policy_load(path, &registry, &error);
    if (setup->policy == NULL) fail(error);
    remove(path);
    return setup;
}

void setup_free(Setup *setup)
{
    for (size_t row = 0; row < setup->design->n_rows; row++)
        ps_sample_free(setup->samples[row]);
    g_free(setup->samples);
    ps_policy_free(setup->policy);
    g_free(setup->suite);
    g_free(setup->folder);
    g_free(setup);
}

// ---- storing

static bool store_row(PsRunFile *run,
                      const PsPlan *plan,
                      const Setup *setup,
                      const Scores *scores,
                      size_t row,
                      GError **error)
{
    const Design *design = setup->design;
    const PsPlanTask *task = &plan->tasks[0];
    PsScore stored[N_SCORES];
    for (int s = 0; s < N_SCORES; s++)
        stored[s] =
            (PsScore){.metric = task->metric_ids[s],
                      .definition = task->task->metrics[s],
                      .stats = {scores->stats[s][2 * row], scores->stats[s][2 * row + 1]}};
    char keys[8][16];
    PsItemSlice slices[8];
    g_assert(design->n_attributes <= G_N_ELEMENTS(slices));
    for (size_t a = 0; a < design->n_attributes; a++) {
        g_snprintf(keys[a], sizeof keys[a], "%u", design->keys[a * design->n_rows + row]);
        slices[a] = (PsItemSlice){task->slicer_ids[a], keys[a], NAN};
    }
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ps_response_answer(&response, "answer");
    response.scheduled_ns = response.started_ns = STARTED_NS + (int64_t)row * GAP_NS;
    response.finished_ns = response.scheduled_ns + (int64_t)scores->latencies_ns[row];
    PsItem item = ps_plan_item(plan, task, row, 0, 0);
    return ps_runfile_store(run, &item, setup->samples[row], &response, stored, N_SCORES,
                            slices, design->n_attributes, error);
}

static bool
store_run(const Setup *setup, const Scores *scores, const char *path, GError **error)
{
    PsSuite *suite =
        ps_suite_parse("truth.yaml", setup->suite, strlen(setup->suite), &registry, error);
    if (suite == NULL) return false;
    const PsPlanOptions planning = {0};
    g_autoptr(PsPlan) plan =
        ps_plan_new(suite, &registry, "generated/system", "{}", &planning, error);
    if (plan == NULL) return false;
    g_autoptr(PsRunFile) run = ps_runfile_open(path, PS_RUNFILE_CREATE, false, error);
    if (run == NULL || !ps_plan_record(plan, run, error)) return false;
    for (size_t row = 0; row < setup->design->n_rows; row++)
        if (!store_row(run, plan, setup, scores, row, error)) return false;
    return ps_runfile_commit(run, error);
}

// ---- judging

static PsFindings *
judge(const Setup *setup, const char *baseline_path, const char *candidate_path, GError **error)
{
    g_autoptr(PsRunFile) baseline =
        ps_runfile_open(baseline_path, PS_RUNFILE_READ, false, error);
    if (baseline == NULL) return NULL;
    g_autoptr(PsRunFile) candidate =
        ps_runfile_open(candidate_path, PS_RUNFILE_READ, false, error);
    if (candidate == NULL) return NULL;
    return ps_gate(candidate, baseline, setup->policy, &registry, false, error);
}

PsFindings *setup_gate(const Setup *setup, const Scores scores[2], size_t number)
{
    GError *error = NULL;
    char *paths[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("%zu-%d.proof", number, i);
        paths[i] = g_build_filename(setup->folder, name, NULL);
        if (!store_run(setup, &scores[i], paths[i], &error)) fail(error);
    }
    PsFindings *findings = judge(setup, paths[0], paths[1], &error);
    if (findings == NULL) fail(error);
    for (int i = 0; i < 2; i++) {
        remove(paths[i]);
        g_free(paths[i]);
    }
    return findings;
}

// ---- reading what it says

enum {
    SLICE = 1,
    METRIC = 2,
    VERDICT = 4,
    CHANGE = 7,
    P_ADJUSTED = 8,
    P_BEYOND = 9,
    REASON = 10
};

size_t gate_n_cases(const PsFindings *findings)
{
    return ps_table_n_rows(findings->tables->pdata[0]);
}

static double cell_p(const PsTable *table, size_t row, size_t column)
{
    const PsCell *cell = ps_table_cell(table, row, column);
    return cell->is_empty ? NAN : cell->p;
}

GateCase gate_case(const PsFindings *findings, size_t i)
{
    const PsTable *table = findings->tables->pdata[0];
    const PsCell *change = ps_table_cell(table, i, CHANGE);
    return (GateCase){
        .slice = ps_table_cell(table, i, SLICE)->text,
        .metric = ps_table_cell(table, i, METRIC)->text,
        .reason = ps_table_cell(table, i, REASON)->text,
        .verdict = ps_table_cell(table, i, VERDICT)->verdict,
        .change = change->is_empty ? NAN : change->estimate.value,
        .n = change->is_empty ? 0 : change->estimate.n,
        .p_adjusted = cell_p(table, i, P_ADJUSTED),
        .p_beyond = cell_p(table, i, P_BEYOND),
    };
}

double gate_case_rows_wanted(const GateCase *of)
{
    const char *number = of->reason != NULL ? strstr(of->reason, "; about ") : NULL;
    if (number == NULL) return 0;
    return (double)of->n + g_ascii_strtod(number + strlen("; about "), NULL);
}

#include "harness/plan.h"

#include "harness/plan_ablation.h"
#include "harness/plan_corpus.h"
#include "harness/plan_samples.h"

#include "harness/error.h"
#include "harness/json.h"

#include <string.h>

// ---- making

static bool open_task(PsPlan *plan,
                      PsPlanTask *planned,
                      const PsRegistry *registry,
                      const PsPlanOptions *options,
                      GError **error)
{
    const PsTask *task = planned->task;
    PsDatasetOptions reading = {.allow_outside = options->allow_outside};
    planned->dataset = ps_dataset_open(registry->readers, task->dataset, &reading, error);
    if (planned->dataset == NULL) return false;
    planned->manifest = ps_dataset_manifest(planned->dataset);
    planned->dataset_path = g_strdup(task->dataset);
    size_t n_samples = 0;
    if (!ps_dataset_measure(planned->dataset, &n_samples, &planned->dataset_sha256, error))
        return false;
    planned->n_samples = n_samples;
    if (task->limit > 0) planned->n_samples = MIN(planned->n_samples, task->limit);
    if (options->limit > 0) planned->n_samples = MIN(planned->n_samples, options->limit);
    if (planned->n_samples == 0)
        return ps_fail(error, PS_ERROR_DATA, "%s: holds no samples", task->dataset);
    planned->ingest = ps_ingest_merge(&task->ingest, &options->ingest);
    g_autoptr(GString) ingest = g_string_new("{");
    ps_ingest_append_json(ingest, &planned->ingest);
    if (ingest->len > 1) planned->ingest_json = g_strdup_printf("%s}", ingest->str);
    return ps_plan_ablations(plan, planned, error)
           && ps_plan_corpora_of_dataset(planned, error);
}

static void number_items(PsPlan *plan)
{
    uint64_t sample = 0;
    plan->n_items = plan->n_inapplicable = 0;
    for (size_t i = 0; i < plan->n_tasks; i++) {
        PsPlanTask *task = &plan->tasks[i];
        task->first_sample = sample;
        task->first_item = plan->n_items;
        task->n_items = task->n_samples * task->task->n_conditions * (uint64_t)plan->epochs;
        sample += task->n_samples;
        plan->n_items += task->n_items;
        plan->n_inapplicable += task->n_inapplicable;
    }
}

static PsPlan *plan_of_suite(PsSuite *suite)
{
    PsPlan *plan = g_new0(PsPlan, 1);
    plan->suite = suite;
    plan->epochs = suite->epochs;
    plan->seed = suite->seed;
    plan->n_tasks = suite->n_tasks;
    plan->tasks = g_new0(PsPlanTask, plan->n_tasks);
    for (size_t i = 0; i < plan->n_tasks; i++) {
        const PsTask *task = &suite->tasks[i];
        plan->tasks[i].task = task;
        plan->tasks[i].metric_ids = g_new0(int, task->n_metrics);
        plan->tasks[i].slicer_ids = g_new0(int, task->n_slicers);
    }
    return plan;
}

PsPlan *ps_plan_new(PsSuite *suite,
                    const PsRegistry *registry,
                    const char *system,
                    const char *options_json,
                    const PsPlanOptions *options,
                    GError **error)
{
    g_autoptr(PsPlan) plan = plan_of_suite(suite);
    plan->system = g_strdup(system);
    plan->options = g_strdup(options_json);
    if (options->epochs > 0) plan->epochs = options->epochs;
    plan->cannot_take = options->cannot_take;
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (!open_task(plan, &plan->tasks[i], registry, options, error)) return NULL;
    number_items(plan);
    return g_steal_pointer(&plan);
}

void ps_plan_free(PsPlan *plan)
{
    if (plan == NULL) return;
    for (size_t i = 0; i < plan->n_tasks; i++) {
        PsPlanTask *task = &plan->tasks[i];
        for (size_t c = 0; task->swaps != NULL && c < task->task->n_conditions; c++)
            ps_swap_free(task->swaps[c]);
        g_free(task->swaps);
        ps_plan_corpora_free(task);
        g_free(task->ingest_json);
        ps_dataset_close(task->dataset);
        ps_manifest_free(task->manifest_owned);
        g_free(task->dataset_path);
        g_free(task->dataset_sha256);
        g_free(task->metric_ids);
        g_free(task->slicer_ids);
    }
    g_free(plan->tasks);
    g_free(plan->system);
    g_free(plan->options);
    ps_suite_free(plan->suite);
    g_free(plan);
}

// ---- in the run file

// What must be the same for two plans to be one: everything that a stored answer depends on.
static char *identity_json(const PsPlan *plan)
{
    g_autoptr(GString) out = g_string_new("{");
    ps_json_append_key(out, "system");
    ps_json_append_string(out, plan->system);
    ps_json_append_key(out, "options");
    g_string_append(out, plan->options);
    ps_json_append_key(out, "epochs");
    ps_json_append_integer(out, plan->epochs);
    ps_json_append_key(out, "tasks");
    g_string_append_c(out, '[');
    for (size_t i = 0; i < plan->n_tasks; i++) {
        const PsPlanTask *task = &plan->tasks[i];
        g_string_append(out, i > 0 ? ",{" : "{");
        ps_json_append_key(out, "name");
        ps_json_append_string(out, task->task->name);
        ps_json_append_key(out, "n_samples");
        ps_json_append_integer(out, (int64_t)task->n_samples);
        ps_json_append_key(out, "dataset_sha256");
        ps_json_append_string(out, task->dataset_sha256);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "]}");
    return g_strdup(out->str);
}

// How many items there are not, and what is made of the parts before they are sent.
static bool record_input(const PsPlanTask *task, size_t i, PsRunFile *run, GError **error)
{
    g_autofree char *count_name = g_strdup_printf("task %zu not applicable", i);
    g_autofree char *input_name = g_strdup_printf("task %zu input", i);
    g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, task->n_inapplicable);
    if (task->n_inapplicable > 0 && !ps_runfile_set_info(run, count_name, count, error))
        return false;
    return task->ingest_json == NULL
           || ps_runfile_set_info(run, input_name, task->ingest_json, error);
}

static bool record_task(const PsPlanTask *task, size_t i, PsRunFile *run, GError **error)
{
    g_autofree char *path_name = g_strdup_printf("task %zu dataset path", i);
    g_autofree char *manifest_name = g_strdup_printf("task %zu manifest", i);
    return ps_runfile_set_info(run, path_name, task->dataset_path, error)
           && ps_runfile_set_info(run, manifest_name, task->manifest->json, error)
           && record_input(task, i, run, error);
}

static bool record_new(const PsPlan *plan, const char *identity, PsRunFile *run, GError **error)
{
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (!record_task(&plan->tasks[i], i, run, error)) return false;
    return ps_runfile_set_info(run, "suite", plan->suite->text, error)
           && ps_runfile_set_info(run, "suite path", plan->suite->path, error)
           && ps_runfile_set_info(run, "proofsheet version", PS_VERSION, error)
           && ps_runfile_set_info(run, "plan", identity, error);
}

// What differs, or NULL.
static const char *first_difference(const char *stored, const char *wanted)
{
    g_autoptr(cJSON) a = cJSON_Parse(stored), b = cJSON_Parse(wanted);
    for (const cJSON *member = b->child; member != NULL; member = member->next) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(a, member->string);
        if (cJSON_Compare(member, other, true)) continue;
        if (strcmp(member->string, "system") == 0) return "another system";
        if (strcmp(member->string, "options") == 0) return "other options for the system";
        if (strcmp(member->string, "epochs") == 0) return "another number of epochs";
        return "other data (a dataset's content, or how many samples of it)";
    }
    return NULL; // the same, printed otherwise
}

static bool check_same(const PsPlan *plan, const char *identity, PsRunFile *run, GError **error)
{
    g_autofree char *stored = ps_runfile_get_info(run, "plan");
    g_autofree char *suite = ps_runfile_get_info(run, "suite");
    const char *difference = NULL;
    if (g_strcmp0(suite, plan->suite->text) != 0)
        difference = "another text of the suite";
    else if (strcmp(stored, identity) != 0)
        difference = first_difference(stored, identity);
    if (difference == NULL) return true;
    return ps_fail(error, PS_ERROR_CONFIG,
                   "%s: belongs to a run of %s; name another file with --run, or remove it",
                   ps_runfile_path(run), difference);
}

static bool number_names(PsPlan *plan, PsRunFile *run, GError **error)
{
    for (size_t i = 0; i < plan->n_tasks; i++) {
        PsPlanTask *planned = &plan->tasks[i];
        for (size_t m = 0; m < planned->task->n_metrics; m++) {
            const char *name = planned->task->metrics[m]->name;
            planned->metric_ids[m] = ps_runfile_name_id(run, "metric", name, error);
            if (planned->metric_ids[m] < 0) return false;
        }
        for (size_t s = 0; s < planned->task->n_slicers; s++) {
            const char *label = planned->task->slicers[s].label;
            planned->slicer_ids[s] = ps_runfile_name_id(run, "slicer", label, error);
            if (planned->slicer_ids[s] < 0) return false;
        }
    }
    return true;
}

bool ps_plan_record(PsPlan *plan, PsRunFile *run, GError **error)
{
    g_autofree char *identity = identity_json(plan);
    bool is_ok = ps_runfile_is_new(run) ? record_new(plan, identity, run, error)
                                        : check_same(plan, identity, run, error);
    return is_ok && number_names(plan, run, error) && ps_runfile_commit(run, error);
}

static bool
load_task(PsPlan *plan, size_t i, const cJSON *stored, PsRunFile *run, GError **error)
{
    PsPlanTask *task = &plan->tasks[i];
    g_autofree char *path_name = g_strdup_printf("task %zu dataset path", i);
    g_autofree char *manifest_name = g_strdup_printf("task %zu manifest", i);
    g_autofree char *manifest = ps_runfile_get_info(run, manifest_name);
    task->dataset_path = ps_runfile_get_info(run, path_name);
    task->dataset_sha256 = g_strdup(ps_json_string(stored, "dataset_sha256"));
    double n_samples = ps_json_number(stored, "n_samples", 0);
    if (manifest == NULL || task->dataset_path == NULL || task->dataset_sha256 == NULL
        || n_samples < 1 || n_samples > 1e12)
        return ps_fail(error, PS_ERROR_DATA, "%s: its plan is damaged", ps_runfile_path(run));
    task->n_samples = (uint64_t)n_samples;
    g_autofree char *count_name = g_strdup_printf("task %zu not applicable", i);
    g_autofree char *count = ps_runfile_get_info(run, count_name);
    uint64_t n_items = task->n_samples * task->task->n_conditions * (uint64_t)plan->epochs;
    if (count != NULL) task->n_inapplicable = MIN(g_ascii_strtoull(count, NULL, 10), n_items);
    task->manifest = task->manifest_owned = ps_manifest_from_json(manifest, error);
    return task->manifest != NULL;
}

static bool load_identity(PsPlan *plan, const cJSON *stored, PsRunFile *run, GError **error)
{
    const cJSON *tasks = cJSON_GetObjectItemCaseSensitive(stored, "tasks");
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(stored, "options");
    plan->system = g_strdup(ps_json_string(stored, "system"));
    char *printed = cJSON_PrintUnformatted(options);
    plan->options = g_strdup(printed);
    cJSON_free(printed);
    double epochs = ps_json_number(stored, "epochs", 0);
    if (plan->system == NULL || (size_t)cJSON_GetArraySize(tasks) != plan->n_tasks || epochs < 1
        || epochs > 1000)
        return ps_fail(error, PS_ERROR_DATA, "%s: its plan is damaged", ps_runfile_path(run));
    plan->epochs = (int)epochs;
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (!load_task(plan, i, cJSON_GetArrayItem(tasks, (int)i), run, error)) return false;
    return true;
}

PsPlan *ps_plan_load(PsRunFile *run, const PsRegistry *registry, GError **error)
{
    g_autofree char *identity = ps_runfile_get_info(run, "plan");
    g_autofree char *text = ps_runfile_get_info(run, "suite");
    g_autofree char *path = ps_runfile_get_info(run, "suite path");
    if (identity == NULL || text == NULL || path == NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: holds no run yet", ps_runfile_path(run));
    PsSuite *suite = ps_suite_parse(path, text, strlen(text), registry, error);
    if (suite == NULL) return NULL;
    g_autoptr(PsPlan) plan = plan_of_suite(suite);
    g_autoptr(cJSON) stored = ps_json_parse(identity, strlen(identity), error);
    if (stored == NULL || !load_identity(plan, stored, run, error)) return NULL;
    number_items(plan);
    return g_steal_pointer(&plan);
}

// ---- walking

bool ps_plan_visit_samples(PsPlanTask *task, PsSampleVisit visit, void *data, GError **error)
{
    if (!ps_dataset_rewind(task->dataset, error)) return false;
    for (uint64_t i = 0; i < task->n_samples; i++) {
        g_autoptr(GError) problem = NULL;
        g_autoptr(PsSample) sample = ps_dataset_next(task->dataset, &problem);
        if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), false;
        if (sample == NULL)
            return ps_fail(error, PS_ERROR_DATA, "%s: became shorter", task->dataset_path);
        if (!visit(task, sample, data, error)) return false;
    }
    return ps_dataset_rewind(task->dataset, error);
}

PsSample *
ps_plan_next(PsPlan *plan, const PsPlanTask **task, uint64_t *sample_id, GError **error)
{
    while (plan->at_task < plan->n_tasks
           && plan->at_sample == plan->tasks[plan->at_task].n_samples) {
        plan->at_task++;
        plan->at_sample = 0;
    }
    if (plan->at_task == plan->n_tasks) return NULL;
    const PsPlanTask *planned = &plan->tasks[plan->at_task];
    if (plan->at_sample == 0 && !ps_dataset_rewind(planned->dataset, error)) return NULL;
    g_autoptr(GError) problem = NULL;
    PsSample *sample = ps_dataset_next(planned->dataset, &problem);
    if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), NULL;
    if (sample == NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: became shorter during the run",
                            planned->dataset_path);
    *task = planned;
    *sample_id = planned->first_sample + plan->at_sample++;
    return sample;
}

PsItem ps_plan_item(
    const PsPlan *plan, const PsPlanTask *task, uint64_t sample_id, int condition, int epoch)
{
    uint64_t place = (sample_id - task->first_sample) * task->task->n_conditions;
    place = (place + (uint64_t)condition) * (uint64_t)plan->epochs + (uint64_t)epoch;
    return (PsItem){
        .item_id = task->first_item + place,
        .sample_id = sample_id,
        .task = (int)(task - plan->tasks),
        .condition = condition,
        .epoch = epoch,
    };
}

const PsPlanTask *ps_plan_task_of_item(const PsPlan *plan, uint64_t item_id)
{
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (item_id - plan->tasks[i].first_item < plan->tasks[i].n_items)
            return &plan->tasks[i];
    return NULL;
}

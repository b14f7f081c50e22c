#include "harness/suite.h"

#include "harness/error.h"
#include "harness/policy_yaml.h"
#include "harness/yaml.h"

#include <math.h>
#include <string.h>

#define TASKS_MOST 1000
#define NAMES_MOST 1000
#define EPOCHS_MOST 1000
#define LIMIT_MOST 1000000000000u

// The YAML as libcyaml maps it; names are resolved afterwards.
typedef struct {
    char *sampling;
    uint64_t frames, pages, series_rows, max_image_pixels, max_image_side, max_request_bytes,
        max_request_tokens;
    bool video_sound;
} IngestYaml;

typedef struct {
    char *name, *dataset, *prompt;
    char **metrics, **conditions, **slicers;
    unsigned metrics_count, conditions_count, slicers_count;
    uint64_t limit;
    IngestYaml *input;
} TaskYaml;

typedef struct {
    char *model, *rubric;
    int *scale;
    unsigned scale_count;
} JudgeYaml;

typedef struct {
    char *suite;
    unsigned epochs;
    uint64_t seed;
    TaskYaml *tasks;
    unsigned tasks_count;
    PsPolicyYaml *gate;
    JudgeYaml *judge;
} SuiteYaml;

static const cyaml_schema_value_t name_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 1024)};

static const cyaml_schema_field_t input_fields[] = {
    CYAML_FIELD_UINT("frames", CYAML_FLAG_OPTIONAL, IngestYaml, frames),
    CYAML_FIELD_STRING_PTR(
        "sampling", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, IngestYaml, sampling, 1, 100),
    CYAML_FIELD_BOOL("video_sound", CYAML_FLAG_OPTIONAL, IngestYaml, video_sound),
    CYAML_FIELD_UINT("pages", CYAML_FLAG_OPTIONAL, IngestYaml, pages),
    CYAML_FIELD_UINT("series_rows", CYAML_FLAG_OPTIONAL, IngestYaml, series_rows),
    CYAML_FIELD_UINT("max_image_pixels", CYAML_FLAG_OPTIONAL, IngestYaml, max_image_pixels),
    CYAML_FIELD_UINT("max_image_side", CYAML_FLAG_OPTIONAL, IngestYaml, max_image_side),
    CYAML_FIELD_UINT("max_request_bytes", CYAML_FLAG_OPTIONAL, IngestYaml, max_request_bytes),
    CYAML_FIELD_UINT("max_request_tokens", CYAML_FLAG_OPTIONAL, IngestYaml, max_request_tokens),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t task_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, TaskYaml, name, 1, 200),
    CYAML_FIELD_STRING_PTR("dataset", CYAML_FLAG_POINTER, TaskYaml, dataset, 1, 4096),
    CYAML_FIELD_STRING_PTR(
        "prompt", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, TaskYaml, prompt, 0, 1000000),
    CYAML_FIELD_SEQUENCE(
        "metrics", CYAML_FLAG_POINTER, TaskYaml, metrics, &name_schema, 1, NAMES_MOST),
    CYAML_FIELD_SEQUENCE("conditions",
                         CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         TaskYaml,
                         conditions,
                         &name_schema,
                         0,
                         NAMES_MOST),
    CYAML_FIELD_SEQUENCE("slicers",
                         CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         TaskYaml,
                         slicers,
                         &name_schema,
                         0,
                         NAMES_MOST),
    CYAML_FIELD_UINT("limit", CYAML_FLAG_OPTIONAL, TaskYaml, limit),
    CYAML_FIELD_MAPPING_PTR(
        "input", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, TaskYaml, input, input_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t task_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, TaskYaml, task_fields)};

static const cyaml_schema_value_t scale_schema = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int)};

static const cyaml_schema_field_t judge_fields[] = {
    CYAML_FIELD_STRING_PTR("model", CYAML_FLAG_POINTER, JudgeYaml, model, 1, 4096),
    CYAML_FIELD_STRING_PTR("rubric", CYAML_FLAG_POINTER, JudgeYaml, rubric, 1, 1000000),
    CYAML_FIELD_SEQUENCE("scale", CYAML_FLAG_POINTER, JudgeYaml, scale, &scale_schema, 2, 2),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t suite_fields[] = {
    CYAML_FIELD_STRING_PTR("suite", CYAML_FLAG_POINTER, SuiteYaml, suite, 1, 200),
    CYAML_FIELD_UINT("epochs", CYAML_FLAG_OPTIONAL, SuiteYaml, epochs),
    CYAML_FIELD_UINT("seed", CYAML_FLAG_OPTIONAL, SuiteYaml, seed),
    CYAML_FIELD_SEQUENCE(
        "tasks", CYAML_FLAG_POINTER, SuiteYaml, tasks, &task_schema, 1, TASKS_MOST),
    CYAML_FIELD_MAPPING_PTR(
        "gate", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, SuiteYaml, gate, ps_policy_fields),
    CYAML_FIELD_MAPPING_PTR(
        "judge", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, SuiteYaml, judge, judge_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t suite_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, SuiteYaml, suite_fields)};

static void free_yaml(SuiteYaml *yaml)
{
    ps_yaml_free(yaml, &suite_schema);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SuiteYaml, free_yaml)

static bool fail_at(const PsSuite *suite, const char *name, const char *problem, GError **error)
{
    return ps_yaml_fail(suite->path, suite->text, name, problem, error);
}

static bool resolve_metrics(const PsSuite *suite,
                            const TaskYaml *yaml,
                            const PsRegistry *registry,
                            PsTask *task,
                            GError **error)
{
    task->metrics = g_new0(const PsMetric *, yaml->metrics_count);
    for (unsigned i = 0; i < yaml->metrics_count; i++) {
        const PsMetric *metric = ps_registry_metric(registry, yaml->metrics[i]);
        if (metric == NULL)
            return fail_at(suite, yaml->metrics[i], "is not a metric (see: proofsheet list)",
                           error);
        for (size_t j = 0; j < task->n_metrics; j++)
            if (task->metrics[j] == metric)
                return fail_at(suite, yaml->metrics[i], "is named twice", error);
        if (!metric->is_derived) task->metrics[task->n_metrics++] = metric;
    }
    if (task->n_metrics == 0)
        return fail_at(suite, yaml->name, "needs a metric that looks at the answers", error);
    return true;
}

// "drop:image" and its like. False: it is none of these, or (with error set) not a good one.
static bool resolve_ablation(const PsSuite *suite,
                             const char *label,
                             PsSuiteCondition *condition,
                             GError **error)
{
    const char *problem;
    if (!ps_ablation_parse(label, &condition->ablation, &problem)) {
        if (problem != NULL) fail_at(suite, label, problem, error);
        return false;
    }
    condition->label = g_strdup(label);
    return true;
}

static bool resolve_capture(const PsSuite *suite,
                            const char *label,
                            const PsRegistry *registry,
                            PsSuiteCondition *condition,
                            GError **error)
{
    g_autofree char *problem = NULL;
    if (!ps_capture_parse(label, registry, &condition->capture, &problem))
        return fail_at(suite, label, problem, error);
    condition->label = g_strdup(label);
    return true;
}

static bool resolve_conditions(const PsSuite *suite,
                               const TaskYaml *yaml,
                               const PsRegistry *registry,
                               PsTask *task,
                               GError **error)
{
    task->conditions = g_new0(PsSuiteCondition, yaml->conditions_count + 1);
    task->conditions[task->n_conditions++].label = g_strdup("clean");
    for (unsigned i = 0; i < yaml->conditions_count; i++) {
        const char *label = yaml->conditions[i];
        if (strcmp(label, "clean") == 0) continue;
        for (size_t j = 0; j < task->n_conditions; j++)
            if (strcmp(task->conditions[j].label, label) == 0)
                return fail_at(suite, label, "is named twice", error);
        PsSuiteCondition *condition = &task->conditions[task->n_conditions];
        g_autoptr(GError) problem = NULL;
        bool is_ablation = resolve_ablation(suite, label, condition, &problem);
        if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), false;
        if (!is_ablation && !resolve_capture(suite, label, registry, condition, error))
            return false;
        task->n_conditions++;
    }
    return true;
}

static bool resolve_slicers(const PsSuite *suite,
                            const TaskYaml *yaml,
                            const PsRegistry *registry,
                            PsTask *task,
                            GError **error)
{
    task->slicers = g_new0(PsSuiteSlicer, yaml->slicers_count);
    for (unsigned i = 0; i < yaml->slicers_count; i++) {
        const char *label = yaml->slicers[i];
        for (size_t j = 0; j < task->n_slicers; j++)
            if (g_strcmp0(task->slicers[j].label, label) == 0)
                return fail_at(suite, label, "is named twice", error);
        g_auto(GStrv) words = g_strsplit(label, ":", 2);
        PsSuiteSlicer *slicer = &task->slicers[task->n_slicers];
        slicer->slicer = words[0] != NULL ? ps_registry_slicer(registry, words[0]) : NULL;
        if (slicer->slicer == NULL)
            return fail_at(suite, label, "is not a slicer (see: proofsheet list)", error);
        slicer->label = g_strdup(label);
        slicer->argument = g_strdup(words[1]);
        task->n_slicers++;
    }
    return true;
}

static bool
resolve_input(const PsSuite *suite, const IngestYaml *yaml, PsTask *task, GError **error)
{
    if (yaml == NULL) return true;
    task->ingest = (PsIngest){
        .frames = (int64_t)yaml->frames,
        .video_sound = yaml->video_sound,
        .pages = (int64_t)yaml->pages,
        .series_rows = (int64_t)yaml->series_rows,
        .max_image_pixels = (int64_t)yaml->max_image_pixels,
        .max_image_side = (int64_t)yaml->max_image_side,
        .max_request_bytes = (int64_t)yaml->max_request_bytes,
        .max_request_tokens = (int64_t)yaml->max_request_tokens,
    };
    if (yaml->sampling != NULL) {
        if (!ps_sampling_find(yaml->sampling, &task->ingest.sampling))
            return fail_at(suite, yaml->sampling, "is not uniform, keyframe or hierarchical",
                           error);
        task->ingest.has_sampling = true;
    }
    g_autoptr(GError) problem = NULL;
    if (ps_ingest_check(&task->ingest, &problem)) return true;
    return fail_at(suite, "input:", problem->message, error);
}

static char *resolve_path(const char *suite_path, const char *path)
{
    if (g_path_is_absolute(path)) return g_strdup(path);
    g_autofree char *folder = g_path_get_dirname(suite_path);
    return g_build_filename(folder, path, NULL);
}

static bool
resolve_task(PsSuite *suite, const TaskYaml *yaml, const PsRegistry *registry, GError **error)
{
    for (size_t i = 0; i < suite->n_tasks; i++)
        if (strcmp(suite->tasks[i].name, yaml->name) == 0)
            return fail_at(suite, yaml->name, "names two tasks", error);
    PsTask *task = &suite->tasks[suite->n_tasks++];
    task->name = g_strdup(yaml->name);
    task->dataset = resolve_path(suite->path, yaml->dataset);
    task->prompt = g_strdup(yaml->prompt);
    task->limit = yaml->limit;
    // libcyaml reads -3 as 2⁶⁴ - 3.
    if (yaml->limit > LIMIT_MOST)
        return fail_at(suite, "limit", "is negative or too large", error);
    return resolve_metrics(suite, yaml, registry, task, error)
           && resolve_conditions(suite, yaml, registry, task, error)
           && resolve_slicers(suite, yaml, registry, task, error)
           && resolve_input(suite, yaml->input, task, error);
}

static const char *metric_that_needs_a_judge(const PsSuite *suite)
{
    for (size_t i = 0; i < suite->n_tasks; i++)
        for (size_t m = 0; m < suite->tasks[i].n_metrics; m++)
            if (suite->tasks[i].metrics[m]->needs_judge)
                return suite->tasks[i].metrics[m]->name;
    return NULL;
}

static bool resolve_judge(PsSuite *suite, const JudgeYaml *yaml, GError **error)
{
    const char *metric = metric_that_needs_a_judge(suite);
    if (yaml == NULL && metric == NULL) return true;
    if (yaml == NULL) return fail_at(suite, metric, "needs a judge in the suite", error);
    if (metric == NULL) return fail_at(suite, "judge", "is asked by no metric", error);
    const int least = yaml->scale[0], most = yaml->scale[1];
    if (least >= most || (int64_t)most - least >= PS_JUDGE_LEVELS_MOST)
        return fail_at(suite, "scale", "must be two numbers, worst and best, at most 100 apart",
                       error);
    suite->judge = g_new(PsJudge, 1);
    *suite->judge = (PsJudge){g_strdup(yaml->model), g_strdup(yaml->rubric), yaml->scale[0],
                              yaml->scale[1]};
    return true;
}

static bool
resolve(PsSuite *suite, const SuiteYaml *yaml, const PsRegistry *registry, GError **error)
{
    suite->name = g_strdup(yaml->suite);
    if (yaml->epochs > EPOCHS_MOST)
        return fail_at(suite, "epochs", "is not in 1 to 1000", error);
    suite->epochs = MAX((int)yaml->epochs, 1);
    suite->seed = yaml->seed;
    suite->tasks = g_new0(PsTask, yaml->tasks_count);
    for (unsigned i = 0; i < yaml->tasks_count; i++)
        if (!resolve_task(suite, &yaml->tasks[i], registry, error)) return false;
    if (!resolve_judge(suite, yaml->judge, error)) return false;
    if (yaml->gate == NULL) return true;
    suite->gate = ps_policy_resolve(yaml->gate, suite->path, suite->text, registry, error);
    return suite->gate != NULL;
}

PsSuite *ps_suite_parse(const char *path,
                        const char *text,
                        size_t length,
                        const PsRegistry *registry,
                        GError **error)
{
    g_autoptr(PsSuite) suite = g_new0(PsSuite, 1);
    suite->path = g_strdup(path);
    suite->text = g_strndup(text, length); // ends in a zero, as error messages need it
    g_autoptr(SuiteYaml) yaml =
        ps_yaml_load(path, suite->text, length, "suite:", &suite_schema, error);
    if (yaml == NULL) return NULL;
    return resolve(suite, yaml, registry, error) ? g_steal_pointer(&suite) : NULL;
}

PsSuite *ps_suite_load(const char *path, const PsRegistry *registry, GError **error)
{
    size_t length = 0;
    g_autofree char *text = ps_yaml_read(path, &length, error);
    return text != NULL ? ps_suite_parse(path, text, length, registry, error) : NULL;
}

static void task_clear(PsTask *task)
{
    for (size_t i = 0; i < task->n_conditions; i++) {
        ps_capture_clear(&task->conditions[i].capture);
        g_free(task->conditions[i].label);
    }
    for (size_t i = 0; i < task->n_slicers; i++) {
        g_free(task->slicers[i].argument);
        g_free(task->slicers[i].label);
    }
    g_free(task->conditions);
    g_free(task->slicers);
    g_free(task->metrics);
    g_free(task->name);
    g_free(task->dataset);
    g_free(task->prompt);
}

void ps_suite_free(PsSuite *suite)
{
    if (suite == NULL) return;
    for (size_t i = 0; i < suite->n_tasks; i++)
        task_clear(&suite->tasks[i]);
    g_free(suite->tasks);
    ps_policy_free(suite->gate);
    ps_judge_free(suite->judge);
    g_free(suite->name);
    g_free(suite->path);
    g_free(suite->text);
    g_free(suite);
}

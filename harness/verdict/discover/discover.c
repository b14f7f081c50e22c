#include "harness/verdict/discover/discover.h"

#include "harness/error.h"
#include "harness/verdict/audit/data.h"
#include "harness/verdict/discover/report.h"
#include "harness/verdict/discover/search.h"

#include <string.h>

// What outlives the rows of a task.
typedef struct {
    const PsTask *task;
    const PsMetric *error;
    GPtrArray *slices; // PsDiscoverSlice *; NULL: not searched
} TaskFound;

typedef struct {
    PsRunFile *run;
    const PsRegistry *registry;
    const PsDiscoverOptions *options;
    PsFindings *findings;
    GArray *tasks;     // TaskFound
    GHashTable *found; // char *: keys that some sample has
    GHashTable *known; // char *: attributes of the samples
} Discovery;

static void clear_task(void *found)
{
    g_clear_pointer(&((TaskFound *)found)->slices, g_ptr_array_unref);
}

static void discovery_clear(Discovery *discovery)
{
    g_array_unref(discovery->tasks);
    g_hash_table_unref(discovery->found);
    g_hash_table_unref(discovery->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Discovery, discovery_clear)

// ---- the metric and the keys of a task

static const PsStatColumn *find_metric(const Discovery *discovery,
                                       const PsTask *task,
                                       const PsTaskRows *rows,
                                       GError **error)
{
    const char *name = discovery->options->metric;
    const PsStatColumn *column = NULL;
    for (size_t m = 0; column == NULL && m < rows->n_metrics; m++)
        if (name == NULL || strcmp(rows->metrics[m].metric->name, name) == 0)
            column = &rows->metrics[m];
    if (column == NULL)
        return ps_fail_null(error, PS_ERROR_USAGE, "--metric %s: task %s has no such metric",
                            name, task->name);
    if (!ps_discover_has_error(column->metric))
        return ps_fail_null(error, PS_ERROR_USAGE,
                            "task %s: a row has no error by %s; --metric names another one",
                            task->name, column->metric->name);
    return column;
}

static void add_once(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

// The condition if there are several, every slicer of the task, and what is asked for beside.
static char **key_names(const PsTask *task, const PsDiscoverOptions *options)
{
    GPtrArray *names = g_ptr_array_new();
    if (task->n_conditions > 1) add_once(names, "condition");
    for (size_t i = 0; i < task->n_slicers; i++)
        add_once(names, task->slicers[i].label);
    for (char **key = options->keys; key != NULL && *key != NULL; key++)
        add_once(names, *key);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, false);
}

static void note_keys(Discovery *discovery, const PsAuditData *data)
{
    for (size_t i = 0; i < data->n_attributes; i++)
        g_hash_table_add(discovery->known, g_strdup(data->attributes[i]));
    for (size_t c = 0; c < data->n_columns; c++)
        if (data->columns[c].keys.n_keys > 0)
            g_hash_table_add(discovery->found, g_strdup(data->columns[c].name));
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

// Each --key must be in some task.
static bool check_keys(const Discovery *discovery, GError **error)
{
    char **key = discovery->options->keys;
    while (key != NULL && *key != NULL && g_hash_table_contains(discovery->found, *key))
        key++;
    if (key == NULL || *key == NULL) return true;
    g_autoptr(GString) list = g_string_new(NULL);
    GList *names = g_list_sort(g_hash_table_get_keys(discovery->known), compare_texts);
    for (GList *name = names; name != NULL; name = name->next)
        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                               (const char *)name->data);
    g_list_free(names);
    return ps_fail(error, PS_ERROR_USAGE,
                   "--key %s: no sample has such an attribute; there are: %s", *key,
                   list->len > 0 ? list->str : "none");
}

// ---- notes

// How rows became errors.
static void note_errors(PsFindings *findings,
                        const PsTask *task,
                        const PsMetric *metric,
                        const PsDiscoverTable *table)
{
    bool is_higher = metric->direction == PS_HIGHER_IS_BETTER;
    g_autoptr(GString) note = g_string_new(NULL);
    g_string_append_printf(note, "%s: the error of a row is %s%s%s", task->name,
                           is_higher ? "1 - " : "its ", metric->name,
                           is_higher ? "" : ", 1 at most");
    if (table->n_capped > 0)
        g_string_append_printf(note, " (%zu rows are cut to that)", table->n_capped);
    if (table->n_unanswered > 0)
        g_string_append_printf(note, "; %zu rows without an answer count as error 1",
                               table->n_unanswered);
    if (table->n_undefined > 0)
        g_string_append_printf(note, "; %zu answers without a value are left out",
                               table->n_undefined);
    ps_findings_add_note(findings, "%s", note->str);
}

// Whether there is enough to search.
static bool note_size(PsFindings *findings, const PsTask *task, const PsDiscoverTable *table)
{
    size_t n_sources = table->search.n_sources + table->test.n_sources;
    if (table->n_features == 0) {
        ps_findings_add_note(findings, "%s: not searched: no slicer or --key tells rows apart",
                             task->name);
        return false;
    }
    if (n_sources < PS_DISCOVER_LEAST_ALL) {
        ps_findings_add_note(findings, "%s: not searched: %zu sources, at least %d are needed",
                             task->name, n_sources, PS_DISCOVER_LEAST_ALL);
        return false;
    }
    if (n_sources < PS_DISCOVER_FEW_ALL)
        ps_findings_add_note(findings,
                             "%s: the halves are small (%zu and %zu sources): only slices that "
                             "are much worse can be confirmed",
                             task->name, table->search.n_sources, table->test.n_sources);
    return true;
}

static void note_unfinished(PsFindings *findings, const PsAuditData *data)
{
    if (data->rows->n_rows < ps_audit_data_n_planned(data->task))
        ps_findings_add_note(
            findings, "%s: not finished: %zu of %" G_GUINT64_FORMAT " items have a response",
            data->task->task->name, data->rows->n_rows, ps_audit_data_n_planned(data->task));
}

// ---- tasks

static PsDiscoverTable *
table_of(const Discovery *discovery, const PsAuditData *data, const PsStatColumn *metric)
{
    g_autofree PsDiscoverFeature *features = g_new(PsDiscoverFeature, data->n_columns + 1);
    for (size_t c = 0; c < data->n_columns; c++)
        features[c] = (PsDiscoverFeature){data->columns[c].name, &data->columns[c].keys};
    g_autofree bool *is_test = ps_discover_split(data->rows, discovery->options->seed);
    return ps_discover_table_new(data->rows, metric, features, data->n_columns, is_test,
                                 discovery->options->answered_only);
}

static bool search_rows(Discovery *discovery, const PsAuditData *data, GError **error)
{
    const PsDiscoverOptions *options = discovery->options;
    const PsTask *task = data->task->task;
    const PsStatColumn *metric = find_metric(discovery, task, data->rows, error);
    if (metric == NULL) return false;
    g_autoptr(PsDiscoverTable) table = table_of(discovery, data, metric);
    TaskFound found = {.task = task, .error = table->error};
    note_errors(discovery->findings, task, metric->metric, table);
    if (note_size(discovery->findings, task, table)) {
        const PsDiscoverSearch search = {options->level, options->min_support, 0};
        found.slices = ps_discover_search(table, &search, error);
        if (found.slices == NULL) {
            g_prefix_error(error, "task %s: ", task->name);
            return false;
        }
    }
    g_array_append_val(discovery->tasks, found);
    return true;
}

static bool search_task(Discovery *discovery, const PsPlanTask *task, GError **error)
{
    g_auto(GStrv) names = key_names(task->task, discovery->options);
    const PsAuditWanted wanted = {.columns = names, .pair = "pair"};
    g_autoptr(PsAuditData) data =
        ps_audit_data_load(discovery->run, task, discovery->registry, &wanted, error);
    if (data == NULL) return false;
    note_keys(discovery, data);
    note_unfinished(discovery->findings, data);
    return search_rows(discovery, data, error);
}

// ---- all

static void finish(const Discovery *discovery, const GPtrArray *slices, double fdr)
{
    size_t n_searched = 0, n_confirmed = 0;
    for (size_t t = 0; t < discovery->tasks->len; t++)
        n_searched += g_array_index(discovery->tasks, TaskFound, t).slices != NULL;
    for (size_t i = 0; i < slices->len; i++)
        n_confirmed += ((PsDiscoverSlice *)slices->pdata[i])->is_confirmed;
    if (n_searched == 0)
        discovery->findings->reason = g_strdup("not searched: see the notes");
    else if (n_confirmed == 0)
        discovery->findings->reason =
            g_strdup_printf("%u found, none confirmed: no slice is shown to be worse than the "
                            "rest (false discovery rate %g %%)",
                            slices->len, 100 * fdr);
    else
        discovery->findings->reason =
            g_strdup_printf("%u found, %zu confirmed (false discovery rate %g %%)", slices->len,
                            n_confirmed, 100 * fdr);
}

static bool report(const Discovery *discovery, GError **error)
{
    double fdr = discovery->options->fdr;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (size_t t = 0; t < discovery->tasks->len; t++) {
        GPtrArray *slices = g_array_index(discovery->tasks, TaskFound, t).slices;
        for (size_t i = 0; slices != NULL && i < slices->len; i++)
            g_ptr_array_add(all, slices->pdata[i]);
    }
    ps_discover_adjust(all, fdr);
    for (size_t t = 0; t < discovery->tasks->len; t++) {
        const TaskFound *of = &g_array_index(discovery->tasks, TaskFound, t);
        if (of->slices != NULL
            && !ps_discover_report_add(discovery->findings, discovery->run, of->task, of->error,
                                       of->slices, error))
            return false;
    }
    finish(discovery, all, fdr);
    return true;
}

static PsFindings *
findings_new(const PsPlan *plan, PsRunFile *run, const PsDiscoverOptions *options)
{
    g_autofree char *title =
        g_strdup_printf("%s: worst slices of %s", plan->suite->name, plan->system);
    g_autofree char *what = g_strdup_printf("%s (%s)", plan->system, ps_runfile_path(run));
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, options->seed);
    PsFindings *findings = ps_findings_new("discover", title);
    ps_findings_add_fact(findings, "run", what);
    ps_findings_add_fact(findings, "seed of the halves", seed);
    return findings;
}

PsFindings *ps_discover(PsRunFile *run,
                        const PsRegistry *registry,
                        const PsDiscoverOptions *options,
                        GError **error)
{
    g_autoptr(PsPlan) plan = ps_plan_load(run, registry, error);
    if (plan == NULL) return NULL;
    g_autoptr(PsFindings) findings = findings_new(plan, run, options);
    g_auto(Discovery)
        discovery = {.run = run,
                     .registry = registry,
                     .options = options,
                     .findings = findings,
                     .tasks = g_array_new(false, true, sizeof(TaskFound)),
                     .found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                     .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_array_set_clear_func(discovery.tasks, clear_task);
    for (size_t t = 0; t < plan->n_tasks; t++)
        if (!search_task(&discovery, &plan->tasks[t], error)) return NULL;
    if (!check_keys(&discovery, error) || !report(&discovery, error)) return NULL;
    return g_steal_pointer(&findings);
}

#include "harness/verdict/pairs.h"

#include "harness/error.h"
#include "harness/slices.h"

#include <string.h>

// ---- one run

static bool
open_run(PsPairedRun *run, PsRunFile *file, const PsRegistry *registry, GError **error)
{
    run->path = g_strdup(ps_runfile_path(file));
    run->plan = ps_plan_load(file, registry, error);
    if (run->plan == NULL) return false;
    run->system = g_strdup(run->plan->system);
    run->load = ps_runfile_get_info(file, "fact load");
    return true;
}

static void run_clear(PsPairedRun *run)
{
    g_free(run->path);
    g_free(run->system);
    g_free(run->load);
    ps_plan_free(run->plan);
}

static const PsPlanTask *find_task(const PsPlan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_tasks; i++)
        if (strcmp(plan->tasks[i].task->name, name) == 0) return &plan->tasks[i];
    return NULL;
}

// ---- rows

// conditions[c] of the second run as a condition of the first, or one that neither has.
static uint32_t *translate_conditions(const PsTask *first, const PsTask *second)
{
    uint32_t *translated = g_new(uint32_t, second->n_conditions);
    for (size_t c = 0; c < second->n_conditions; c++) {
        translated[c] = (uint32_t)(first->n_conditions + c);
        for (size_t f = 0; f < first->n_conditions; f++)
            if (strcmp(first->conditions[f].label, second->conditions[c].label) == 0)
                translated[c] = (uint32_t)f;
    }
    return translated;
}

static GHashTable *count_slices(const PsTask *task, const PsTaskRows *rows)
{
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) slices = ps_slices_of_task(task, rows, 0);
    for (size_t i = 0; i < slices->len; i++) {
        const PsSlice *slice = slices->pdata[i];
        g_hash_table_insert(counts, ps_slice_label(slice),
                            g_memdup2(&slice->n_rows, sizeof slice->n_rows));
    }
    return counts;
}

// By sample, condition and epoch.
static int compare_pair(const PsTaskRows *a, size_t i, const PsTaskRows *b, size_t j)
{
    int order = ps_name_hash_compare(a->samples[i], b->samples[j]);
    if (order != 0) return order;
    if (a->conditions[i] != b->conditions[j])
        return a->conditions[i] < b->conditions[j] ? -1 : 1;
    return (a->epochs[i] > b->epochs[j]) - (a->epochs[i] < b->epochs[j]);
}

static int compare_by_sample(const void *a, const void *b, void *rows)
{
    return compare_pair(rows, *(const uint32_t *)a, rows, *(const uint32_t *)b);
}

static uint32_t *order_by_sample(const PsTaskRows *rows)
{
    uint32_t *order = g_new(uint32_t, rows->n_rows);
    for (uint32_t i = 0; i < rows->n_rows; i++)
        order[i] = i;
    if (rows->n_rows > 1)
        qsort_r(order, rows->n_rows, sizeof *order, compare_by_sample, (void *)rows);
    return order;
}

// What is read of one run; both at once, each on a thread and a connection of its own.
typedef struct {
    PsRunFile *file;
    const PsPlanTask *task;
    const PsRegistry *registry;
    const PsTask *first_task; // whose conditions count
    PsTaskRows *rows;
    GHashTable *slices;  // rows of each slice
    uint32_t *by_sample; // [rows->n_rows]
    GError *error;
} Loading;

static void *load_rows(void *data)
{
    Loading *loading = data;
    PsTaskRows *rows =
        ps_task_rows_load(loading->file, loading->task, loading->registry, &loading->error);
    if (rows == NULL) return NULL;
    loading->rows = rows;
    loading->slices = count_slices(loading->task->task, rows);
    g_autofree uint32_t *translated =
        translate_conditions(loading->first_task, loading->task->task);
    for (size_t row = 0; row < rows->n_rows; row++)
        rows->conditions[row] = translated[rows->conditions[row]];
    loading->by_sample = order_by_sample(rows);
    return NULL;
}

static bool load_both(Loading loading[2], GError **error)
{
    GThread *other = g_thread_new("load", load_rows, &loading[1]);
    load_rows(&loading[0]);
    g_thread_join(other);
    for (int i = 0; i < 2; i++) {
        if (loading[i].error == NULL) continue;
        g_propagate_error(error, loading[i].error);
        if (i == 0) g_clear_error(&loading[1].error);
        return false;
    }
    return true;
}

// partners[i]: the row of second that is row i of first, or UINT32_MAX.
static size_t
find_partners(const Loading *first_loading, const Loading *second_loading, uint32_t *partners)
{
    const PsTaskRows *first = first_loading->rows, *second = second_loading->rows;
    const uint32_t *a = first_loading->by_sample, *b = second_loading->by_sample;
    size_t i = 0, j = 0, n_shared = 0;
    memset(partners, 0xff, first->n_rows * sizeof *partners);
    while (i < first->n_rows && j < second->n_rows) {
        int order = compare_pair(first, a[i], second, b[j]);
        if (order == 0) {
            partners[a[i++]] = b[j++];
            n_shared++;
        } else if (order < 0) {
            i++;
        } else {
            j++;
        }
    }
    return n_shared;
}

// The shared rows, in the first run's canonical order.
static void keep_shared(PsPairedTask *paired, const Loading loading[2])
{
    PsTaskRows *first = paired->first, *second = paired->second;
    g_autofree uint32_t *order = ps_task_rows_canonical_order(first);
    g_autofree uint32_t *partners = g_new(uint32_t, first->n_rows + 1);
    size_t n_shared = find_partners(&loading[0], &loading[1], partners), n = 0;
    g_autofree uint32_t *kept = g_new(uint32_t, n_shared + 1);
    g_autofree uint32_t *kept_partners = g_new(uint32_t, n_shared + 1);
    for (size_t i = 0; i < first->n_rows; i++) {
        if (partners[order[i]] == UINT32_MAX) continue;
        kept[n] = order[i];
        kept_partners[n++] = partners[order[i]];
    }
    paired->n_only_first = first->n_rows - n_shared;
    paired->n_only_second = second->n_rows - n_shared;
    ps_task_rows_keep(first, kept, n_shared);
    ps_task_rows_keep(second, kept_partners, n_shared);
    ps_task_rows_number_clusters(first);
}

static void pair_metrics(PsPairedTask *paired)
{
    const PsTaskRows *first = paired->first, *second = paired->second;
    paired->of_first = g_new0(size_t, first->n_metrics);
    paired->of_second = g_new0(size_t, first->n_metrics);
    for (size_t a = 0; a < first->n_metrics; a++)
        for (size_t b = 0; b < second->n_metrics; b++) {
            if (first->metrics[a].metric != second->metrics[b].metric) continue;
            paired->of_first[paired->n_metrics] = a;
            paired->of_second[paired->n_metrics++] = b;
        }
}

// ---- what is said about it

static void note(PsPairs *pairs, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note(PsPairs *pairs, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(pairs->notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static void note_unpaired(PsPairs *pairs, const PsPairedTask *paired)
{
    const char *name = paired->task->name;
    if (paired->n_only_first > 0)
        note(pairs, "%s: %zu rows of %s have no partner in %s", name, paired->n_only_first,
             pairs->first.path, pairs->second.path);
    if (paired->n_only_second > 0)
        note(pairs, "%s: %zu rows of %s have no partner in %s", name, paired->n_only_second,
             pairs->second.path, pairs->first.path);
}

static void note_lost_metrics(PsPairs *pairs, const PsPairedTask *paired)
{
    for (size_t a = 0; a < paired->first->n_suite_metrics; a++) {
        bool is_paired = false;
        for (size_t m = 0; m < paired->n_metrics; m++)
            is_paired = is_paired || paired->of_first[m] == a;
        if (!is_paired)
            note(pairs, "%s: %s is scored in %s only", paired->task->name,
                 paired->first->metrics[a].metric->name, pairs->first.path);
    }
}

static void note_differences(PsPairs *pairs)
{
    const PsPlan *first = pairs->first.plan, *second = pairs->second.plan;
    if (strcmp(first->options, second->options) != 0)
        note(pairs, "the systems were asked with different options: %s and %s", first->options,
             second->options);
    if (first->seed != second->seed)
        note(pairs,
             "the capture conditions were drawn with different seeds: the same condition is "
             "not the same noise");
    if (g_strcmp0(pairs->first.load, pairs->second.load) != 0)
        note(pairs, "latencies were measured under different loads: %s and %s",
             pairs->first.load ? pairs->first.load : "unknown",
             pairs->second.load ? pairs->second.load : "unknown");
    for (size_t i = 0; i < first->n_tasks; i++)
        if (find_task(second, first->tasks[i].task->name) == NULL)
            note(pairs, "task %s is in %s only", first->tasks[i].task->name, pairs->first.path);
    for (size_t i = 0; i < second->n_tasks; i++)
        if (find_task(first, second->tasks[i].task->name) == NULL)
            note(pairs, "task %s is in %s only", second->tasks[i].task->name,
                 pairs->second.path);
}

// ---- all

static bool check_data(PsPairs *pairs,
                       const PsPlanTask *first,
                       const PsPlanTask *second,
                       bool allow_other_data,
                       GError **error)
{
    if (g_strcmp0(first->dataset_sha256, second->dataset_sha256) == 0) return true;
    if (!allow_other_data)
        return ps_fail(error, PS_ERROR_DATA,
                       "task %s: %s and %s were asked other data (content %.12s… and %.12s…); "
                       "--allow-other-data compares the samples whose ids are the same",
                       first->task->name, pairs->first.path, pairs->second.path,
                       first->dataset_sha256, second->dataset_sha256);
    note(pairs,
         "%s: the data differ (content %.12s… and %.12s…); samples with the same id are "
         "taken as the same",
         first->task->name, first->dataset_sha256, second->dataset_sha256);
    return true;
}

static bool pair_task(PsPairs *pairs,
                      PsRunFile *files[2],
                      const PsPlanTask *first,
                      const PsPlanTask *second,
                      const PsRegistry *registry,
                      GError **error)
{
    Loading loading[2] = {
        {.file = files[0], .task = first, .registry = registry, .first_task = first->task},
        {.file = files[1], .task = second, .registry = registry, .first_task = first->task}};
    PsPairedTask *paired = &pairs->tasks[pairs->n_tasks++];
    bool is_ok = load_both(loading, error);
    *paired = (PsPairedTask){.task = first->task,
                             .first = loading[0].rows,
                             .second = loading[1].rows,
                             .slices_first = loading[0].slices,
                             .slices_second = loading[1].slices};
    if (is_ok) {
        keep_shared(paired, loading);
        pair_metrics(paired);
        note_unpaired(pairs, paired);
        note_lost_metrics(pairs, paired);
    }
    g_free(loading[0].by_sample);
    g_free(loading[1].by_sample);
    return is_ok;
}

static bool pair_tasks(PsPairs *pairs,
                       PsRunFile *files[2],
                       const PsRegistry *registry,
                       bool allow_other_data,
                       GError **error)
{
    const PsPlan *plan = pairs->first.plan;
    pairs->tasks = g_new0(PsPairedTask, plan->n_tasks);
    for (size_t i = 0; i < plan->n_tasks; i++) {
        const PsPlanTask *first = &plan->tasks[i];
        const PsPlanTask *second = find_task(pairs->second.plan, first->task->name);
        if (second == NULL) continue;
        if (!check_data(pairs, first, second, allow_other_data, error)
            || !pair_task(pairs, files, first, second, registry, error))
            return false;
    }
    if (pairs->n_tasks > 0) return true;
    return ps_fail(error, PS_ERROR_DATA, "%s and %s have no task in common", pairs->first.path,
                   pairs->second.path);
}

PsPairs *ps_pairs_load(PsRunFile *first,
                       PsRunFile *second,
                       const PsRegistry *registry,
                       bool allow_other_data,
                       GError **error)
{
    g_autoptr(PsPairs) pairs = g_new0(PsPairs, 1);
    pairs->notes = g_ptr_array_new_with_free_func(g_free);
    if (!open_run(&pairs->first, first, registry, error)
        || !open_run(&pairs->second, second, registry, error))
        return NULL;
    note_differences(pairs);
    PsRunFile *files[2] = {first, second};
    return pair_tasks(pairs, files, registry, allow_other_data, error) ? g_steal_pointer(&pairs)
                                                                       : NULL;
}

void ps_pairs_free(PsPairs *pairs)
{
    if (pairs == NULL) return;
    for (size_t i = 0; i < pairs->n_tasks; i++) {
        ps_task_rows_free(pairs->tasks[i].first);
        ps_task_rows_free(pairs->tasks[i].second);
        g_clear_pointer(&pairs->tasks[i].slices_first, g_hash_table_unref);
        g_clear_pointer(&pairs->tasks[i].slices_second, g_hash_table_unref);
        g_free(pairs->tasks[i].of_first);
        g_free(pairs->tasks[i].of_second);
    }
    g_free(pairs->tasks);
    run_clear(&pairs->first);
    run_clear(&pairs->second);
    g_ptr_array_unref(pairs->notes);
    g_free(pairs);
}

#include "harness/rows_plan.h"

#include "harness/error.h"
#include "harness/rows_private.h"

// A task whose rows are being made.
typedef struct {
    PsTaskRows *rows;
    size_t n_filled;
    GHashTable **numbers; // [n_slicers] of the keys
} Filling;

static bool filling_init(Filling *filling,
                         const PsPlanTask *task,
                         const PsRegistry *registry,
                         GError **error)
{
    uint64_t n_rows = task->n_samples * task->task->n_conditions;
    if (n_rows > PS_TASK_ROWS_MOST)
        return ps_fail(error, PS_ERROR_DATA, "task %s has more than %u rows", task->task->name,
                       PS_TASK_ROWS_MOST);
    filling->rows = ps_task_rows_new((size_t)n_rows, task->task, registry);
    filling->numbers = g_new0(GHashTable *, filling->rows->n_slicers + 1);
    for (size_t i = 0; i < filling->rows->n_slicers; i++)
        filling->numbers[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return true;
}

static void filling_clear(Filling *filling)
{
    for (size_t i = 0; filling->rows != NULL && i < filling->rows->n_slicers; i++)
        g_hash_table_unref(filling->numbers[i]);
    g_free(filling->numbers);
    ps_task_rows_free(filling->rows);
}

static void
set_keys(Filling *filling, const PsPlanTask *planned, const PsSample *sample, size_t row)
{
    const PsTask *task = planned->task;
    PsSample *view = ps_plan_view(planned, filling->rows->conditions[row], sample);
    for (size_t i = 0; i < task->n_slicers; i++) {
        const PsSuiteSlicer *slicer = &task->slicers[i];
        const PsSlicerInput input = {.sample = view != NULL ? view : sample,
                                     .argument = slicer->argument};
        PsSliceKey key;
        bool is_known = slicer->slicer->reads == PS_SLICER_READS_SAMPLE
                        || slicer->slicer->reads == PS_SLICER_READS_PARTS;
        if (!is_known || !slicer->slicer->key(&input, &key)) continue;
        filling->rows->slicers[i].of_rows[row] = ps_key_number(filling->numbers[i], key.key);
    }
    ps_ablation_view_free(view);
}

static void add_sample(Filling *filling, const PsPlanTask *planned, const PsSample *sample)
{
    PsTaskRows *rows = filling->rows;
    const PsTask *task = planned->task;
    g_assert(rows != NULL);
    for (size_t c = 0; c < task->n_conditions; c++) {
        if (!ps_plan_applies(planned, c, sample)) continue;
        size_t row = filling->n_filled++;
        rows->samples[row] = ps_name_hash(sample->id);
        rows->sources[row] = ps_name_hash(sample->cluster);
        rows->conditions[row] = (uint32_t)c;
        set_keys(filling, planned, sample, row);
    }
}

static PsTaskRows *filling_finish(Filling *filling)
{
    PsTaskRows *rows = g_steal_pointer(&filling->rows);
    rows->n_rows = filling->n_filled;
    for (size_t i = 0; i < rows->n_slicers; i++) {
        ps_key_column_name(&rows->slicers[i], filling->numbers[i]);
        g_hash_table_unref(filling->numbers[i]);
    }
    g_autofree uint32_t *order = ps_task_rows_canonical_order(rows);
    ps_task_rows_keep(rows, order, filling->n_filled);
    ps_task_rows_number_clusters(rows);
    return rows;
}

static bool read_samples(PsPlan *plan, Filling *fillings, GError **error)
{
    for (;;) {
        const PsPlanTask *task;
        uint64_t sample_id;
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_plan_next(plan, &task, &sample_id, &failure);
        if (failure != NULL) g_propagate_error(error, failure);
        if (sample == NULL) return failure == NULL;
        add_sample(&fillings[task - plan->tasks], task, sample);
    }
}

bool ps_task_rows_plan(PsPlan *plan,
                       const PsRegistry *registry,
                       PsTaskRows **rows,
                       GError **error)
{
    g_autofree Filling *fillings = g_new0(Filling, plan->n_tasks);
    bool is_ok = true;
    for (size_t i = 0; is_ok && i < plan->n_tasks; i++)
        is_ok = filling_init(&fillings[i], &plan->tasks[i], registry, error);
    is_ok = is_ok && read_samples(plan, fillings, error);
    for (size_t i = 0; i < plan->n_tasks; i++) {
        if (is_ok) rows[i] = filling_finish(&fillings[i]);
        filling_clear(&fillings[i]);
    }
    return is_ok;
}

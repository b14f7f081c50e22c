#include "harness/plan_ablation.h"

#include "harness/error.h"
#include "harness/plan_samples.h"

static bool has_ablation(const PsTask *task)
{
    for (size_t c = 0; c < task->n_conditions; c++)
        if (task->conditions[c].ablation.kind != PS_ABLATION_NONE) return true;
    return false;
}

static PsSwap *swap_of(const PsPlanTask *task, size_t condition)
{
    return task->swaps != NULL ? task->swaps[condition] : NULL;
}

bool ps_plan_applies(const PsPlanTask *task, size_t condition, const PsSample *sample)
{
    const PsAblation *ablation = &task->task->conditions[condition].ablation;
    if (!ps_ablation_applies(ablation, sample, task->task->prompt != NULL)) return false;
    size_t n_parts;
    const PsSwap *swap = swap_of(task, condition);
    return swap == NULL || ps_swap_find(swap, sample, &n_parts) != NULL;
}

PsSample *ps_plan_view(const PsPlanTask *task, size_t condition, const PsSample *sample)
{
    const PsAblation *ablation = &task->task->conditions[condition].ablation;
    if (ablation->kind == PS_ABLATION_NONE) return NULL;
    size_t n_others = 0;
    const PsSwap *swap = swap_of(task, condition);
    const PsPart *others = swap != NULL ? ps_swap_find(swap, sample, &n_others) : NULL;
    return ps_ablation_view(ablation, sample, others, n_others);
}

static bool add_to_swaps(PsPlanTask *task, const PsSample *sample, void *data, GError **error)
{
    (void)data, (void)error;
    for (size_t c = 0; c < task->task->n_conditions; c++)
        if (task->swaps[c] != NULL) ps_swap_add(task->swaps[c], sample);
    return true;
}

static bool draw_swaps(const PsPlan *plan, PsPlanTask *task, GError **error)
{
    bool has_swap = false;
    task->swaps = g_new0(PsSwap *, task->task->n_conditions);
    for (size_t c = 0; c < task->task->n_conditions; c++) {
        const PsAblation *ablation = &task->task->conditions[c].ablation;
        if (ablation->kind != PS_ABLATION_SWAP) continue;
        task->swaps[c] = ps_swap_new(ablation->modalities);
        has_swap = true;
    }
    if (has_swap && !ps_plan_visit_samples(task, add_to_swaps, NULL, error)) return false;
    for (size_t c = 0; c < task->task->n_conditions; c++)
        if (task->swaps[c] != NULL) ps_swap_draw(task->swaps[c], plan->seed);
    return true;
}

// data: uint64_t [n_conditions]
static bool
count_applicable(PsPlanTask *task, const PsSample *sample, void *data, GError **error)
{
    uint64_t *counts = data;
    (void)error;
    for (size_t c = 0; c < task->task->n_conditions; c++)
        counts[c] += ps_plan_applies(task, c, sample);
    return true;
}

bool ps_plan_ablations(const PsPlan *plan, PsPlanTask *task, GError **error)
{
    if (!has_ablation(task->task)) return true;
    if (!draw_swaps(plan, task, error)) return false;
    g_autofree uint64_t *counts = g_new0(uint64_t, task->task->n_conditions);
    if (!ps_plan_visit_samples(task, count_applicable, counts, error)) return false;
    for (size_t c = 0; c < task->task->n_conditions; c++) {
        if (counts[c] == 0)
            return ps_fail(error, PS_ERROR_DATA,
                           "task %s: condition %s applies to none of its samples "
                           "(docs/conditions.md says what each needs)",
                           task->task->name, task->task->conditions[c].label);
        task->n_inapplicable += (task->n_samples - counts[c]) * (uint64_t)plan->epochs;
    }
    return true;
}

#include "harness/slices.h"

#include <string.h>

static void slice_free(void *data)
{
    PsSlice *slice = data;
    g_free(slice->slicer);
    g_free(slice->title);
    g_free(slice->key);
    g_free(slice->rows);
    g_free(slice);
}

static PsSlice *slice_new(const char *slicer, const char *title, const char *key, size_t most)
{
    PsSlice *slice = g_new0(PsSlice, 1);
    slice->slicer = g_strdup(slicer);
    slice->title = g_strdup(title);
    slice->key = g_strdup(key);
    slice->rows = g_new(uint32_t, most);
    return slice;
}

char *ps_slice_label(const PsSlice *slice)
{
    return *slice->slicer == '\0' ? g_strdup(slice->key)
                                  : g_strdup_printf("%s=%s", slice->slicer, slice->key);
}

// ---- by condition

static PsSlice *slice_of_condition(const PsTaskRows *table,
                                   uint32_t condition,
                                   const char *slicer,
                                   const char *title,
                                   const char *key)
{
    size_t n_rows = 0;
    for (size_t row = 0; row < table->n_rows; row++)
        n_rows += table->conditions[row] == condition;
    PsSlice *slice = slice_new(slicer, title, key, n_rows);
    for (uint32_t row = 0; row < table->n_rows; row++)
        if (table->conditions[row] == condition) slice->rows[slice->n_rows++] = row;
    return slice;
}

static void add_conditions(GPtrArray *slices, const PsTask *task, const PsTaskRows *table)
{
    for (size_t c = 0; task->n_conditions > 1 && c < task->n_conditions; c++)
        g_ptr_array_add(slices, slice_of_condition(table, (uint32_t)c, "condition", "Condition",
                                                   task->conditions[c].label));
}

// ---- by slicer

typedef struct {
    const PsTask *task;
    const PsTaskRows *table;
    const PsKeyColumn *column;
    PsSlicerReads reads;
} Keys;

static bool rests_on(const Keys *keys, uint32_t condition)
{
    if (condition == 0) return true;
    if (keys->reads == PS_SLICER_READS_PARTS)
        return keys->task->conditions[condition].ablation.kind != PS_ABLATION_NONE;
    return keys->reads != PS_SLICER_READS_SAMPLE;
}

// The key of a row that counts, or PS_NO_KEY.
static uint32_t key_of(const Keys *keys, size_t row)
{
    return rests_on(keys, keys->table->conditions[row]) ? keys->column->of_rows[row]
                                                        : PS_NO_KEY;
}

static size_t *count_keys(const Keys *keys)
{
    size_t *counts = g_new0(size_t, keys->column->n_keys);
    for (size_t row = 0; row < keys->table->n_rows; row++) {
        uint32_t key = key_of(keys, row);
        if (key != PS_NO_KEY) counts[key]++;
    }
    return counts;
}

static int compare_counts(const void *a, const void *b)
{
    const size_t first = *(const size_t *)a, second = *(const size_t *)b;
    return (first < second) - (first > second);
}

// The least number of rows that a slice of its own needs, so that there are not too many.
static size_t least_rows(const size_t *counts, size_t n_keys, size_t keys_most)
{
    if (keys_most == 0 || n_keys <= keys_most) return 1;
    g_autofree size_t *sorted = g_memdup2(counts, n_keys * sizeof *counts);
    qsort(sorted, n_keys, sizeof *sorted, compare_counts);
    return sorted[keys_most] + 1;
}

static void add_slicer(GPtrArray *slices,
                       const PsTask *task,
                       const PsTaskRows *table,
                       size_t slicer,
                       size_t keys_most)
{
    const PsSuiteSlicer *used = &task->slicers[slicer];
    const Keys keys = {task, table, &table->slicers[slicer], used->slicer->reads};
    const char *title = used->argument != NULL ? used->argument : used->slicer->title;
    const size_t n_keys = keys.column->n_keys;
    g_autofree size_t *counts = count_keys(&keys);
    g_autofree PsSlice **of_keys = g_new0(PsSlice *, n_keys + 1);
    size_t least = least_rows(counts, n_keys, keys_most), n_other = 0;
    for (size_t k = 0; k < n_keys; k++)
        n_other += counts[k] < least ? counts[k] : 0;
    PsSlice *other = slice_new(used->label, title, "(other)", n_other);
    for (size_t k = 0; k < n_keys; k++) {
        bool is_own = counts[k] >= least;
        of_keys[k] =
            is_own ? slice_new(used->label, title, keys.column->names[k], counts[k]) : other;
        if (is_own) g_ptr_array_add(slices, of_keys[k]);
    }
    for (uint32_t row = 0; row < table->n_rows; row++) {
        uint32_t key = key_of(&keys, row);
        if (key != PS_NO_KEY) of_keys[key]->rows[of_keys[key]->n_rows++] = row;
    }
    if (n_other > 0)
        g_ptr_array_add(slices, other);
    else
        slice_free(other);
}

GPtrArray *ps_slices_of_task(const PsTask *task, const PsTaskRows *table, size_t keys_most)
{
    GPtrArray *slices = g_ptr_array_new_with_free_func(slice_free);
    g_ptr_array_add(slices, slice_of_condition(table, 0, "", "", "all"));
    add_conditions(slices, task, table);
    for (size_t i = 0; i < task->n_slicers; i++)
        add_slicer(slices, task, table, i, keys_most);
    return slices;
}

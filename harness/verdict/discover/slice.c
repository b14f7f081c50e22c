#include "harness/verdict/discover/slice.h"

#include "harness/stats/intervals.h"
#include "harness/stats/multiple.h"
#include "harness/verdict/discover/discover.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

static char *name_of(const PsDiscoverTable *table, const PsSlicelineSlice *found)
{
    GString *name = g_string_new(NULL);
    for (size_t i = 0; i < found->n_predicates; i++) {
        const PsDiscoverFeature *feature = &table->features[found->predicates[i].feature];
        g_string_append_printf(name, "%s%s = %s", i > 0 ? " and " : "", feature->name,
                               feature->keys->names[found->predicates[i].key]);
    }
    return g_string_free(name, false);
}

PsDiscoverSlice *ps_discover_slice_new(const PsDiscoverTable *table,
                                       const PsSlicelineSlice *found)
{
    PsDiscoverSlice *slice = g_new0(PsDiscoverSlice, 1);
    slice->n_predicates = found->n_predicates;
    slice->predicates =
        g_memdup2(found->predicates, found->n_predicates * sizeof *found->predicates);
    slice->name = name_of(table, found);
    slice->also = g_ptr_array_new_with_free_func(g_free);
    slice->score = found->score;
    slice->p_adjusted = NAN;
    return slice;
}

void ps_discover_slice_free(PsDiscoverSlice *slice)
{
    if (slice == NULL) return;
    g_free(slice->predicates);
    g_free(slice->name);
    g_ptr_array_unref(slice->also);
    g_free(slice);
}

bool *ps_discover_slice_members(const PsDiscoverSlice *slice,
                                const PsDiscoverTable *table,
                                const PsDiscoverHalf *half)
{
    bool *is_member = g_new(bool, half->n_rows + 1);
    memset(is_member, true, half->n_rows);
    for (size_t p = 0; p < slice->n_predicates; p++) {
        const PsPredicate *predicate = &slice->predicates[p];
        const uint32_t *keys = table->features[predicate->feature].keys->of_rows;
        for (size_t i = 0; i < half->n_rows; i++)
            is_member[i] = is_member[i] && keys[half->rows[i]] == predicate->key;
    }
    return is_member;
}

// ---- worse than others

// Student's t knows of no more sources than the group has, however many the others have.
static void limit_freedom(PsContrast *contrast)
{
    PsEstimate *difference = &contrast->difference;
    difference->df = MAX(MIN(difference->df, (double)contrast->group.n_clusters - 1), 1);
    PsInterval interval =
        ps_t_interval(difference->centre, difference->error, difference->df, CONFIDENCE);
    difference->low = MAX(MIN(interval.low, difference->value), -1);
    difference->high = MIN(MAX(interval.high, difference->value), 1);
    contrast->p = ps_estimate_p_at_most(difference, 0);
}

static PsContrast
contrast_rows(const PsMetric *metric, const PsRows *rows, const bool *is_group)
{
    PsContrast contrast = ps_contrast(metric, rows, is_group);
    contrast.p = NAN;
    if (contrast.difference.is_defined && contrast.difference.has_interval)
        limit_freedom(&contrast);
    return contrast;
}

PsContrast ps_discover_contrast(const PsDiscoverTable *table,
                                const PsDiscoverHalf *half,
                                const bool *is_used,
                                const bool *is_group)
{
    if (is_used == NULL) {
        const PsRows all = {
            .n_rows = half->n_rows, .stats = half->stats, .clusters = half->clusters};
        return contrast_rows(table->error, &all, is_group);
    }
    size_t n = 0;
    g_autofree double *stats = g_new(double, 2 * half->n_rows + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, half->n_rows + 1);
    g_autofree bool *is_chosen = g_new(bool, half->n_rows + 1);
    for (size_t i = 0; i < half->n_rows; i++) {
        if (!is_used[i]) continue;
        memcpy(stats + 2 * n, half->stats + 2 * i, 2 * sizeof *stats);
        is_chosen[n] = is_group[i];
        clusters[n++] = half->clusters[i];
    }
    const PsRows rows = {.n_rows = n, .stats = stats, .clusters = clusters};
    return contrast_rows(table->error, &rows, is_chosen);
}

// ---- samples

// Keeps worst[*n] sorted; of one sample the worst row, of equal ones the first.
static void add_worst(PsDiscoverSample *worst, size_t *n, const PsDiscoverSample *sample)
{
    size_t end = 0;
    while (end < *n && worst[end].sample_id != sample->sample_id)
        end++;
    if (end < *n && worst[end].error >= sample->error) return;
    if (end == *n && *n < PS_DISCOVER_SAMPLES_MOST) *n += 1;
    if (end == PS_DISCOVER_SAMPLES_MOST && worst[--end].error >= sample->error) return;
    for (; end > 0 && worst[end - 1].error < sample->error; end--)
        worst[end] = worst[end - 1];
    worst[end] = *sample;
}

static void
find_worst(PsDiscoverSlice *slice, const PsDiscoverTable *table, const bool *is_member)
{
    const PsTaskRows *rows = table->rows;
    for (size_t i = 0; i < table->test.n_rows; i++) {
        uint32_t row = table->test.rows[i];
        const PsDiscoverSample sample = {rows->item_ids[row], rows->sample_ids[row],
                                         rows->conditions[row], rows->epochs[row],
                                         table->test.stats[2 * i]};
        if (is_member[i] && sample.error > 0) add_worst(slice->worst, &slice->n_worst, &sample);
    }
}

// ---- tests

void ps_discover_slice_test(PsDiscoverSlice *slice, const PsDiscoverTable *table)
{
    g_autofree bool *is_member = ps_discover_slice_members(slice, table, &table->test);
    slice->tested = ps_discover_contrast(table, &table->test, NULL, is_member);
    slice->is_testable =
        slice->tested.group.n_clusters >= PS_DISCOVER_LEAST_HALF && !isnan(slice->tested.p);
    if (!slice->is_testable) slice->tested.p = 1;
    find_worst(slice, table, is_member);
}

void ps_discover_adjust(const GPtrArray *slices, double fdr)
{
    g_autofree double *p = g_new(double, slices->len + 1);
    for (size_t i = 0; i < slices->len; i++)
        p[i] = ((PsDiscoverSlice *)slices->pdata[i])->tested.p;
    ps_adjust_p_values(PS_ADJUST_BH, p, slices->len, p);
    for (size_t i = 0; i < slices->len; i++) {
        PsDiscoverSlice *slice = slices->pdata[i];
        slice->p_adjusted = p[i];
        slice->is_confirmed = slice->is_testable && p[i] <= fdr;
    }
}

#include "harness/verdict/modality_pairs.h"

#include "harness/findings.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    uint32_t cluster, clean, changed;
} Pair;

static int compare_pairs(const void *a, const void *b)
{
    const Pair *first = a, *second = b;
    if (first->cluster != second->cluster) return first->cluster < second->cluster ? -1 : 1;
    return (first->changed > second->changed) - (first->changed < second->changed);
}

static Pair *
find_pairs(const PsTaskRows *table, uint32_t condition, int epochs, size_t *n_pairs)
{
    Pair *pairs = g_new(Pair, table->n_rows);
    uint64_t distance = (uint64_t)condition * (uint64_t)epochs;
    *n_pairs = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        size_t clean;
        if (table->conditions[row] != condition || table->item_ids[row] < distance
            || !ps_task_rows_find(table, table->item_ids[row] - distance, &clean))
            continue;
        pairs[(*n_pairs)++] = (Pair){table->clusters[row], (uint32_t)clean, (uint32_t)row};
    }
    qsort(pairs, *n_pairs, sizeof *pairs, compare_pairs);
    return pairs;
}

PsModalityPairs ps_modality_pairs(const PsTaskRows *table, uint32_t condition, int epochs)
{
    PsModalityPairs pairs = {0};
    g_autofree Pair *found = find_pairs(table, condition, epochs, &pairs.n_pairs);
    pairs.clean = g_new(uint32_t, pairs.n_pairs);
    pairs.changed = g_new(uint32_t, pairs.n_pairs);
    pairs.clusters = g_new(uint32_t, pairs.n_pairs);
    pairs.all = g_new(uint32_t, pairs.n_pairs);
    for (size_t i = 0; i < pairs.n_pairs; i++) {
        pairs.clean[i] = found[i].clean;
        pairs.changed[i] = found[i].changed;
        pairs.clusters[i] = found[i].cluster;
        pairs.all[i] = (uint32_t)i;
    }
    return pairs;
}

void ps_modality_pairs_clear(PsModalityPairs *pairs)
{
    g_free(pairs->clean);
    g_free(pairs->changed);
    g_free(pairs->clusters);
    g_free(pairs->all);
}

static PsStatColumn column_new(const PsMetric *metric, size_t n_rows)
{
    return (PsStatColumn){.metric = metric,
                          .stats = g_new0(double, n_rows *(size_t)metric->n_stats),
                          .is_defined = g_new0(bool, n_rows)};
}

void ps_modality_column_clear(PsStatColumn *column)
{
    g_free(column->stats);
    g_free(column->is_defined);
}

PsStatColumn ps_modality_column(const PsStatColumn *column,
                                const PsModalityPairs *pairs,
                                const uint32_t *rows)
{
    PsStatColumn copy = column_new(column->metric, pairs->n_pairs);
    size_t n_stats = (size_t)column->metric->n_stats;
    for (size_t i = 0; i < pairs->n_pairs; i++) {
        copy.is_defined[i] = column->is_defined[rows[i]];
        ps_copy_stats(copy.stats + i * n_stats, column->stats + rows[i] * n_stats, n_stats);
    }
    return copy;
}

PsStatColumn ps_modality_shares(const double *values, size_t n_pairs)
{
    PsStatColumn column = column_new(&ps_unit_share, n_pairs);
    for (size_t i = 0; i < n_pairs; i++) {
        column.is_defined[i] = !isnan(values[i]);
        column.stats[2 * i] = column.is_defined[i] ? values[i] : 0;
        column.stats[2 * i + 1] = 1;
    }
    return column;
}

PsEstimate
ps_modality_estimate(const PsStatColumn *column, const uint32_t *clusters, size_t n_rows)
{
    size_t n_stats = (size_t)column->metric->n_stats, n = 0;
    g_autofree double *stats = g_new(double, n_rows *n_stats);
    g_autofree uint32_t *kept = g_new(uint32_t, n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        if (!column->is_defined[i]) continue;
        ps_copy_stats(stats + n * n_stats, column->stats + i * n_stats, n_stats);
        kept[n++] = clusters[i];
    }
    const PsRows rows = {.n_rows = n, .stats = stats, .clusters = kept};
    return ps_estimate(column->metric, &rows);
}

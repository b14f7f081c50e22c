#include "harness/stats/sliceline_private.h"

#include <math.h>
#include <string.h>

enum { MAX_SLICES = 1 << 20, TRIM_AT_LEAST = 4096 };

struct PsSlicelineTop {
    GMutex lock;
    size_t k;
    GArray *best;    // the k best scores so far, a heap: none is below the first
    GArray *entries; // PsSlicelineEntry
    size_t trim_at;  // number of entries
    bool is_overfull;
};

static void entry_clear(void *entry)
{
    g_free(((PsSlicelineEntry *)entry)->columns);
}

PsSlicelineTop *ps_sliceline_top_new(size_t k)
{
    PsSlicelineTop *top = g_new0(PsSlicelineTop, 1);
    g_mutex_init(&top->lock);
    top->k = k;
    top->best = g_array_new(FALSE, FALSE, sizeof(double));
    top->entries = g_array_new(FALSE, FALSE, sizeof(PsSlicelineEntry));
    g_array_set_clear_func(top->entries, entry_clear);
    top->trim_at = TRIM_AT_LEAST;
    return top;
}

void ps_sliceline_top_free(PsSlicelineTop *top)
{
    if (!top) return;
    g_array_unref(top->best);
    g_array_unref(top->entries);
    g_mutex_clear(&top->lock);
    g_free(top);
}

static double *best_at(PsSlicelineTop *top, size_t i)
{
    return &g_array_index(top->best, double, i);
}

static double threshold(PsSlicelineTop *top)
{
    if (top->is_overfull) return INFINITY;
    return top->best->len < top->k ? 0 : *best_at(top, 0);
}

static void best_swap(PsSlicelineTop *top, size_t i, size_t j)
{
    const double score = *best_at(top, i);
    *best_at(top, i) = *best_at(top, j);
    *best_at(top, j) = score;
}

static void best_sift_down(PsSlicelineTop *top)
{
    const size_t n = top->best->len;
    for (size_t i = 0, child = 1; child < n; i = child, child = 2 * i + 1) {
        if (child + 1 < n && *best_at(top, child + 1) < *best_at(top, child)) child++;
        if (*best_at(top, i) <= *best_at(top, child)) return;
        best_swap(top, i, child);
    }
}

static void best_add(PsSlicelineTop *top, double score)
{
    if (top->best->len == top->k) {
        *best_at(top, 0) = score;
        best_sift_down(top);
        return;
    }
    g_array_append_val(top->best, score);
    for (size_t i = top->best->len - 1; i > 0; i = (i - 1) / 2) {
        if (*best_at(top, (i - 1) / 2) <= *best_at(top, i)) return;
        best_swap(top, i, (i - 1) / 2);
    }
}

// Drops what has fallen below the threshold.
static void entries_trim(PsSlicelineTop *top)
{
    const double least = threshold(top);
    size_t n_kept = 0;
    for (size_t i = 0; i < top->entries->len; i++) {
        PsSlicelineEntry *entry = &g_array_index(top->entries, PsSlicelineEntry, i);
        if (entry->score < least) continue;
        PsSlicelineEntry *place = &g_array_index(top->entries, PsSlicelineEntry, n_kept++);
        const PsSlicelineEntry dropped = *place;
        *place = *entry;
        *entry = dropped;
    }
    g_array_set_size(top->entries, (guint)n_kept);
    top->is_overfull = n_kept > MAX_SLICES;
    top->trim_at = MAX(2 * n_kept, TRIM_AT_LEAST);
}

double ps_sliceline_top_threshold(PsSlicelineTop *top)
{
    g_mutex_lock(&top->lock);
    const double least = threshold(top);
    g_mutex_unlock(&top->lock);
    return least;
}

double ps_sliceline_top_offer(PsSlicelineTop *top, const PsSlicelineEntry *entry)
{
    g_mutex_lock(&top->lock);
    if (entry->score >= threshold(top)) {
        PsSlicelineEntry own = *entry;
        own.columns = g_memdup2(entry->columns, entry->n_columns * sizeof *entry->columns);
        g_array_append_val(top->entries, own);
        if (top->best->len < top->k || entry->score > *best_at(top, 0))
            best_add(top, entry->score);
        if (top->entries->len >= top->trim_at) entries_trim(top);
    }
    const double least = threshold(top);
    g_mutex_unlock(&top->lock);
    return least;
}

const GArray *ps_sliceline_top_finish(PsSlicelineTop *top)
{
    if (!top->is_overfull) entries_trim(top);
    return top->is_overfull ? NULL : top->entries;
}

#include "harness/verdict/discover/search.h"

#include "harness/verdict/discover/discover.h"

#include <math.h>
#include <string.h>

#define ALPHA 0.95     // the weight of the errors against the size
#define CANDIDATES 200 // and those whose score equals the last one's …
#define TIES_MOST 400  // … up to this many
#define DEFAULT_SHARE 0.01
#define DEFAULT_ROWS 30
#define SAME_ROWS 0.8 // Jaccard: two slices are one
// Of all tests on the searched half together: does a slice say anything of its own?
#define LEVEL 0.05

// ---- candidates

static uint32_t **gather_keys(const PsDiscoverTable *table)
{
    const PsDiscoverHalf *half = &table->search;
    uint32_t **keys = g_new0(uint32_t *, table->n_features + 1);
    for (size_t f = 0; f < table->n_features; f++) {
        keys[f] = g_new(uint32_t, half->n_rows + 1);
        for (size_t i = 0; i < half->n_rows; i++)
            keys[f][i] = table->features[f].keys->of_rows[half->rows[i]];
    }
    return keys;
}

static size_t least_rows(double min_support, size_t n_rows)
{
    if (min_support > 0) return ps_sliceline_support(min_support, n_rows);
    return MAX(ps_sliceline_support(DEFAULT_SHARE, n_rows), DEFAULT_ROWS);
}

static PsSliceline *
find_candidates(const PsDiscoverTable *table, const PsDiscoverSearch *search, GError **error)
{
    const PsDiscoverHalf *half = &table->search;
    uint32_t **keys = gather_keys(table);
    g_autofree uint32_t *n_keys = g_new(uint32_t, table->n_features + 1);
    g_autofree double *errors = g_new(double, half->n_rows + 1);
    for (size_t f = 0; f < table->n_features; f++)
        n_keys[f] = (uint32_t)table->features[f].keys->n_keys;
    for (size_t i = 0; i < half->n_rows; i++)
        errors[i] = half->stats[2 * i];
    const PsSlicelineRows rows = {half->n_rows, table->n_features,
                                  (const uint32_t *const *)keys, n_keys, errors};
    const PsSlicelineOptions options = {ALPHA, CANDIDATES, search->level,
                                        least_rows(search->min_support, half->n_rows),
                                        search->n_threads};
    PsSliceline *found = ps_sliceline_find(&rows, &options, error);
    for (size_t f = 0; f < table->n_features; f++)
        g_free(keys[f]);
    g_free(keys);
    return found;
}

// ---- merging

typedef struct {
    const PsDiscoverTable *table;
    size_t n_candidates;
    GPtrArray *kept;                          // PsDiscoverSlice *
    bool *is_member[PS_DISCOVER_SLICES_MOST]; // of each that is kept
    bool *is_covered;                         // by any of them
} Merge;

static void merge_clear(Merge *merge)
{
    for (size_t k = 0; k < PS_DISCOVER_SLICES_MOST; k++)
        g_free(merge->is_member[k]);
    g_free(merge->is_covered);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Merge, merge_clear)

static double jaccard(const bool *first, const bool *second, size_t n)
{
    size_t n_both = 0, n_any = 0;
    g_assert(first != NULL && second != NULL);
    for (size_t i = 0; i < n; i++) {
        n_both += first[i] & second[i];
        n_any += first[i] | second[i];
    }
    return n_any > 0 ? (double)n_both / (double)n_any : 0;
}

// Whether every predicate of parent is one of child.
static bool is_child(const PsDiscoverSlice *child, const PsDiscoverSlice *parent)
{
    size_t n_same = 0;
    for (size_t c = 0; c < child->n_predicates && n_same < parent->n_predicates; c++)
        n_same += memcmp(&child->predicates[c], &parent->predicates[n_same],
                         sizeof *child->predicates)
                  == 0;
    return n_same == parent->n_predicates;
}

// Whether the rows of is_group are worse than the others of is_used, beyond chance. Most
// candidates say nothing of their own, so that there are about as many questions as candidates.
static bool is_worse(const Merge *merge, const bool *is_used, const bool *is_group)
{
    PsContrast contrast =
        ps_discover_contrast(merge->table, &merge->table->search, is_used, is_group);
    return contrast.p <= LEVEL / (double)merge->n_candidates;
}

// Whether what a slice has outside of the kept ones is worse than the rows in none of them. One
// that holds a bad slice is bad itself, and says nothing new by that.
static bool has_rows_of_its_own(const Merge *merge, const bool *is_member)
{
    size_t n = merge->table->search.n_rows;
    g_autofree bool *is_used = g_new(bool, n + 1);
    for (size_t i = 0; i < n; i++)
        is_used[i] = !merge->is_covered[i];
    return is_worse(merge, is_used, is_member);
}

// The kept slice of which the candidate is another description; NULL if it says something of
// its own.
static PsDiscoverSlice *
find_same(const Merge *merge, const PsDiscoverSlice *candidate, const bool *is_member)
{
    PsDiscoverSlice *nearest = NULL;
    double overlap = 0;
    bool has_parent = false;
    for (size_t k = 0; k < merge->kept->len; k++) {
        PsDiscoverSlice *kept = merge->kept->pdata[k];
        double same = jaccard(is_member, merge->is_member[k], merge->table->search.n_rows);
        if (same >= SAME_ROWS) return kept;
        if (same > overlap) {
            overlap = same;
            nearest = kept;
        }
        if (!is_child(candidate, kept)) continue;
        has_parent = true;
        if (!is_worse(merge, merge->is_member[k], is_member)) return kept;
    }
    return nearest == NULL || has_parent || has_rows_of_its_own(merge, is_member) ? NULL
                                                                                  : nearest;
}

static size_t count_sources(const PsDiscoverHalf *half, const bool *is_member)
{
    size_t n_sources = 0;
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < half->n_rows; i++) {
        if (!is_member[i]) continue;
        n_sources += half->clusters[i] != last;
        last = half->clusters[i];
    }
    return n_sources;
}

static void keep(Merge *merge, PsDiscoverSlice *slice, bool *is_member)
{
    const PsDiscoverHalf *half = &merge->table->search;
    slice->selected = ps_discover_contrast(merge->table, half, NULL, is_member);
    for (size_t i = 0; i < half->n_rows; i++)
        merge->is_covered[i] = merge->is_covered[i] | is_member[i];
    merge->is_member[merge->kept->len] = is_member;
    g_ptr_array_add(merge->kept, slice);
}

static void add_candidate(Merge *merge, const PsSlicelineSlice *found)
{
    const PsDiscoverTable *table = merge->table;
    PsDiscoverSlice *slice = ps_discover_slice_new(table, found);
    bool *is_member = ps_discover_slice_members(slice, table, &table->search);
    bool is_large = count_sources(&table->search, is_member) >= PS_DISCOVER_LEAST_HALF;
    PsDiscoverSlice *same = is_large ? find_same(merge, slice, is_member) : NULL;
    if (is_large && same == NULL && merge->kept->len < PS_DISCOVER_SLICES_MOST) {
        keep(merge, slice, is_member);
        return;
    }
    if (same != NULL) g_ptr_array_add(same->also, g_strdup(slice->name));
    g_free(is_member);
    ps_discover_slice_free(slice);
}

// ---- all

static void free_slice(void *slice)
{
    ps_discover_slice_free(slice);
}

GPtrArray *
ps_discover_search(const PsDiscoverTable *table, const PsDiscoverSearch *search, GError **error)
{
    g_autoptr(PsSliceline) found = find_candidates(table, search, error);
    if (found == NULL) return NULL;
    GPtrArray *kept = g_ptr_array_new_with_free_func(free_slice);
    g_auto(Merge) merge = {.table = table, .kept = kept};
    merge.n_candidates = MIN(found->n_slices, TIES_MOST);
    merge.is_covered = g_new0(bool, table->search.n_rows + 1);
    for (size_t i = 0; i < merge.n_candidates; i++)
        add_candidate(&merge, &found->slices[i]);
    for (size_t i = 0; i < kept->len; i++)
        ps_discover_slice_test(kept->pdata[i], table);
    return kept;
}

#include "harness/verdict/audit/pairing.h"

#include <string.h>

static int compare_rows(const void *a, const void *b, void *user_data)
{
    const PsAuditData *data = user_data;
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    const uint32_t *const keys[] = {data->pairs, data->rows->conditions, data->rows->epochs};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i][first] != keys[i][second]) return keys[i][first] < keys[i][second] ? -1 : 1;
    return (first > second) - (first < second);
}

uint32_t *ps_paired_order(const PsAuditData *data, size_t *n)
{
    uint32_t *order = g_new(uint32_t, data->rows->n_rows + 1);
    *n = 0;
    for (uint32_t row = 0; row < data->rows->n_rows; row++)
        if (data->pairs[row] != PS_NO_KEY) order[(*n)++] = row;
    if (*n > 1) qsort_r(order, *n, sizeof *order, compare_rows, (void *)data);
    return order;
}

static size_t end_of_pair(const PsPairedColumn *of, size_t at)
{
    const PsAuditData *data = of->audit->data;
    size_t end = at + 1;
    while (end < of->n_order && data->pairs[of->order[end]] == data->pairs[of->order[at]]
           && data->rows->conditions[of->order[end]] == data->rows->conditions[of->order[at]]
           && data->rows->epochs[of->order[end]] == data->rows->epochs[of->order[at]])
        end++;
    return end;
}

// The row of a pair that the others are compared with: the first with the reference value that
// is no control; else, if all are controls, the first of them. UINT32_MAX: none.
static uint32_t find_first(const PsPairedColumn *of, size_t at, size_t end, bool *is_ordered)
{
    const PsAuditData *data = of->audit->data;
    uint32_t reference_control = UINT32_MAX;
    bool all_control = true;
    *is_ordered = true;
    for (size_t i = at; i < end; i++) {
        uint32_t row = of->order[i];
        bool is_reference = of->column->keys.of_rows[row] == of->reference;
        if (is_reference && !data->is_control[row]) return row;
        if (is_reference && reference_control == UINT32_MAX) reference_control = row;
        all_control = all_control && data->is_control[row];
    }
    if (!all_control) return UINT32_MAX;
    *is_ordered = false;
    return reference_control != UINT32_MAX ? reference_control : of->order[at];
}

// The comparisons of one pair: those that are of value, and every control.
static void compare_pair(
    const PsPairedColumn *of, size_t at, size_t end, uint32_t value, GArray *comparisons)
{
    const PsAuditData *data = of->audit->data;
    bool is_ordered;
    uint32_t first = find_first(of, at, end, &is_ordered);
    for (size_t i = at; first != UINT32_MAX && i < end; i++) {
        uint32_t row = of->order[i];
        bool is_control = data->is_control[row];
        if (row == first || (!is_control && of->column->keys.of_rows[row] != value)) continue;
        PsComparison comparison = {first, row, is_control, is_ordered};
        g_array_append_val(comparisons, comparison);
    }
}

static int compare_comparisons(const void *a, const void *b)
{
    const PsComparison *first = a, *second = b;
    if (first->first != second->first) return first->first < second->first ? -1 : 1;
    return (first->second > second->second) - (first->second < second->second);
}

GArray *ps_paired_column_compare(const PsPairedColumn *of, uint32_t value)
{
    GArray *comparisons = g_array_new(false, false, sizeof(PsComparison));
    for (size_t at = 0, end; at < of->n_order; at = end) {
        end = end_of_pair(of, at);
        compare_pair(of, at, end, value, comparisons);
    }
    g_array_sort(comparisons, compare_comparisons);
    return comparisons;
}

uint32_t ps_paired_column_find_reference(const PsPairedColumn *of)
{
    const PsKeyColumn *keys = &of->column->keys;
    g_autofree size_t *counts = g_new0(size_t, keys->n_keys + 1);
    const char *wanted = of->audit->options->reference;
    uint32_t best = PS_NO_KEY;
    for (size_t i = 0; i < of->n_order; i++) {
        uint32_t key = keys->of_rows[of->order[i]];
        if (key != PS_NO_KEY && !of->audit->data->is_control[of->order[i]]) counts[key]++;
    }
    for (uint32_t key = 0; key < keys->n_keys; key++) {
        bool is_wanted = wanted == NULL || strcmp(keys->names[key], wanted) == 0;
        if (is_wanted && counts[key] > 0 && (best == PS_NO_KEY || counts[key] > counts[best]))
            best = key;
    }
    return best;
}

// The worst slices, as an exhaustive search by SliceLine's score has them.
#include "harness/stats/sliceline.h"
#include "harness/check/row.h"

#include <math.h>

// A table of JSON values: X is [n_rows][n_features].
typedef struct {
    size_t n_rows, n_features;
    uint32_t *keys;           // [n_features][n_rows]
    const uint32_t **columns; // [n_features] into keys
    uint32_t *n_keys;         // [n_features]
    const cJSON **values;     // [n_features][n_rows] of the keys; borrowed from the input
    double *errors;           // [n_rows]
} Table;

static void table_clear(Table *table)
{
    g_free(table->keys);
    g_free(table->columns);
    g_free(table->n_keys);
    g_free(table->values);
    g_free(table->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

// Numbers the values of a feature in the order in which they come; null is none.
static uint32_t key_of(Table *table, size_t feature, const cJSON *value)
{
    if (cJSON_IsNull(value)) return PS_SLICELINE_NO_KEY;
    const cJSON **known = table->values + feature * table->n_rows;
    uint32_t *n_known = &table->n_keys[feature];
    for (uint32_t key = 0; key < *n_known; key++) {
        if (cJSON_Compare(known[key], value, true)) return key;
    }
    known[*n_known] = value;
    return (*n_known)++;
}

static bool rows_are_even(const cJSON *rows, size_t n_features)
{
    const cJSON *values;
    cJSON_ArrayForEach(values, rows)
    {
        if (!cJSON_IsArray(values) || (size_t)cJSON_GetArraySize(values) != n_features)
            return false;
    }
    return true;
}

static void table_read_rows(Table *table, const cJSON *rows)
{
    const size_t n_cells = table->n_rows * table->n_features;
    table->keys = g_new(uint32_t, n_cells + 1);
    table->values = g_new(const cJSON *, n_cells + 1);
    table->n_keys = g_new0(uint32_t, table->n_features + 1);
    table->columns = g_new(const uint32_t *, table->n_features + 1);
    for (size_t feature = 0; feature < table->n_features; feature++)
        table->columns[feature] = table->keys + feature * table->n_rows;
    size_t row = 0;
    const cJSON *values, *value;
    cJSON_ArrayForEach(values, rows)
    {
        size_t feature = 0;
        cJSON_ArrayForEach(value, values)
        {
            table->keys[feature * table->n_rows + row] = key_of(table, feature, value);
            feature++;
        }
        row++;
    }
}

static bool table_read(Table *table, const cJSON *input)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(input, "X");
    table->errors = ps_check_numbers(input, "errors", &table->n_rows);
    if (!table->errors || !cJSON_IsArray(rows)) return false;
    table->n_features = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(rows, 0));
    if ((size_t)cJSON_GetArraySize(rows) != table->n_rows) return false;
    if (!rows_are_even(rows, table->n_features)) return false;
    table_read_rows(table, rows);
    return true;
}

static cJSON *slice_write(const Table *table, const PsSlicelineSlice *slice)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddNumberToObject(item, "score", slice->score);
    cJSON_AddNumberToObject(item, "size", (double)slice->size);
    cJSON_AddNumberToObject(item, "error_sum", slice->error_sum);
    cJSON_AddNumberToObject(item, "max_error", slice->max_error);
    cJSON *predicates = cJSON_AddObjectToObject(item, "predicates");
    for (size_t i = 0; i < slice->n_predicates; i++) {
        const PsPredicate predicate = slice->predicates[i];
        g_autofree char *name = g_strdup_printf("%u", predicate.feature);
        const cJSON *value = table->values[predicate.feature * table->n_rows + predicate.key];
        cJSON_AddItemToObject(predicates, name, cJSON_Duplicate(value, true));
    }
    return item;
}

// The index of the slice with the predicates of expected if it has the score of the first, else
// of the first.
static guint slice_find(const GPtrArray *slices, const cJSON *expected)
{
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(expected, "predicates");
    const double score = ps_json_number(slices->pdata[0], "score", NAN);
    for (guint i = 0; wanted && i < slices->len; i++) {
        const cJSON *slice = slices->pdata[i];
        if (ps_json_number(slice, "score", NAN) != score) break;
        const cJSON *predicates = cJSON_GetObjectItemCaseSensitive(slice, "predicates");
        if (cJSON_Compare(predicates, wanted, true)) return i;
    }
    return 0;
}

// The slices; equal scores are in the order of the expected ones, since that is free.
static cJSON *slices_write(const Table *table, const PsSliceline *found, const cJSON *expected)
{
    g_autoptr(GPtrArray) slices = g_ptr_array_new();
    for (size_t i = 0; i < found->n_slices; i++)
        g_ptr_array_add(slices, slice_write(table, &found->slices[i]));
    const cJSON *top = cJSON_GetObjectItemCaseSensitive(expected, "top");
    const cJSON *next = top ? top->child : NULL;
    cJSON *array = cJSON_CreateArray();
    while (slices->len > 0) {
        const guint chosen = slice_find(slices, next);
        cJSON_AddItemToArray(array, g_ptr_array_steal_index(slices, chosen));
        next = next ? next->next : NULL;
    }
    return array;
}

static cJSON *
result_write(const Table *table, const PsSliceline *found, size_t k, const cJSON *expected)
{
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "average_error", found->average_error);
    cJSON_AddNumberToObject(result, "n_top_with_ties", (double)found->n_slices);
    cJSON *scores = cJSON_AddArrayToObject(result, "top_scores");
    for (size_t i = 0; i < MIN(k, found->n_slices); i++)
        cJSON_AddItemToArray(scores, cJSON_CreateNumber(found->slices[i].score));
    cJSON_AddItemToObject(result, "top", slices_write(table, found, expected));
    return result;
}

static cJSON *search(const cJSON *input, const cJSON *expected)
{
    g_auto(Table) table = {0};
    const double k = ps_json_number(input, "k", NAN);
    const double max_level = ps_json_number(input, "max_l", NAN);
    const double support = ps_json_number(input, "min_sup", NAN);
    if (!(k >= 1 && k <= UINT32_MAX && max_level >= 1 && max_level <= UINT32_MAX)) return NULL;
    if (!(support >= 0) || !table_read(&table, input)) return NULL;
    const PsSlicelineRows rows = {.n_rows = table.n_rows,
                                  .n_features = table.n_features,
                                  .keys = table.columns,
                                  .n_keys = table.n_keys,
                                  .errors = table.errors};
    const PsSlicelineOptions options = {.alpha = ps_json_number(input, "alpha", NAN),
                                        .k = (size_t)k,
                                        .max_level = (size_t)max_level,
                                        .min_support =
                                            ps_sliceline_support(support, table.n_rows)};
    g_autoptr(PsSliceline) found = ps_sliceline_find(&rows, &options, NULL);
    return found ? result_write(&table, found, options.k, expected) : NULL;
}

// {X, errors, alpha, k, max_l, min_sup}: the worst slices; or
// {slice_size, slice_error, n, alpha, average_error}: the score of one.
static cJSON *sliceline(const cJSON *input, const cJSON *expected)
{
    if (cJSON_GetObjectItemCaseSensitive(input, "X")) return search(input, expected);
    static const char *const names[] = {"slice_size", "slice_error", "n", "alpha",
                                        "average_error"};
    double values[G_N_ELEMENTS(names)];
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(input, names[i]);
        if (!ps_check_number(value, &values[i])) return NULL;
    }
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(
        result, "score",
        ps_sliceline_score(values[0], values[1], values[2], values[3], values[4]));
    return result;
}

const PsCheckStatistic ps_check_statistic_sliceline = {"sliceline", sliceline};

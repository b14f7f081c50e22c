// The worst slices, as an exhaustive search by SliceLine's score has them.
#include "harness/stats/sliceline.h"
#include "harness/check/row.h"

#include <math.h>
#include <string.h>

// A table of JSON values: X is [n_rows][n_features].
typedef struct {
    size_t n_rows, n_features;
    uint32_t **keys;       // [n_features][n_rows]
    uint32_t *n_keys;      // [n_features]
    const cJSON ***values; // [n_features][n_keys] borrowed from the input
    double *errors;        // [n_rows]
} Table;

static void table_clear(Table *table)
{
    for (size_t feature = 0; feature < table->n_features; feature++) {
        g_free(table->keys[feature]);
        g_free(table->values[feature]);
    }
    g_free(table->keys);
    g_free(table->values);
    g_free(table->n_keys);
    g_free(table->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

// Numbers the values of a feature in the order in which they come; null is none.
static uint32_t key_of(Table *table, size_t feature, const cJSON *value)
{
    if (cJSON_IsNull(value)) return PS_SLICELINE_NO_KEY;
    const uint32_t n_keys = table->n_keys[feature];
    for (uint32_t key = 0; key < n_keys; key++) {
        if (cJSON_Compare(table->values[feature][key], value, true)) return key;
    }
    table->values[feature][n_keys] = value;
    return table->n_keys[feature]++;
}

static bool row_read(Table *table, size_t row, const cJSON *values)
{
    if (!cJSON_IsArray(values) || (size_t)cJSON_GetArraySize(values) != table->n_features)
        return false;
    size_t feature = 0;
    const cJSON *value;
    cJSON_ArrayForEach(value, values)
    {
        table->keys[feature][row] = key_of(table, feature, value);
        feature++;
    }
    return true;
}

static bool table_read(Table *table, const cJSON *input)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(input, "X"), *values;
    table->errors = ps_check_numbers(input, "errors", &table->n_rows);
    if (!table->errors || !cJSON_IsArray(rows)) return false;
    if ((size_t)cJSON_GetArraySize(rows) != table->n_rows) return false;
    table->n_features = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(rows, 0));
    table->keys = g_new(uint32_t *, table->n_features + 1);
    table->values = g_new(const cJSON **, table->n_features + 1);
    table->n_keys = g_new0(uint32_t, table->n_features + 1);
    for (size_t feature = 0; feature < table->n_features; feature++) {
        table->keys[feature] = g_new(uint32_t, table->n_rows + 1);
        table->values[feature] = g_new(const cJSON *, table->n_rows + 1);
    }
    size_t row = 0;
    cJSON_ArrayForEach(values, rows)
    {
        if (!row_read(table, row++, values)) return false;
    }
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
        const cJSON *value = table->values[predicate.feature][predicate.key];
        cJSON_AddItemToObject(predicates, name, cJSON_Duplicate(value, true));
    }
    return item;
}

// The slice among n that has the same predicates as expected and the score of the one that it
// would take the place of, or that one itself.
static size_t slice_find(cJSON *const *slices, size_t n, const cJSON *expected)
{
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(expected, "predicates");
    const double score = ps_json_number(slices[0], "score", NAN);
    for (size_t i = 0; wanted && i < n; i++) {
        if (ps_json_number(slices[i], "score", NAN) != score) break;
        if (cJSON_Compare(cJSON_GetObjectItemCaseSensitive(slices[i], "predicates"), wanted,
                          true))
            return i;
    }
    return 0;
}

// The slices; equal scores are in the order of the expected ones, since that is free.
static cJSON *slices_write(const Table *table, const PsSliceline *found, const cJSON *expected)
{
    g_autofree cJSON **slices = g_new(cJSON *, found->n_slices + 1);
    for (size_t i = 0; i < found->n_slices; i++)
        slices[i] = slice_write(table, &found->slices[i]);
    const cJSON *top = cJSON_GetObjectItemCaseSensitive(expected, "top");
    const cJSON *next = top ? top->child : NULL;
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < found->n_slices; i++) {
        const size_t chosen = i + slice_find(slices + i, found->n_slices - i, next);
        cJSON_AddItemToArray(array, slices[chosen]);
        memmove(slices + i + 1, slices + i, (chosen - i) * sizeof *slices);
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
                                  .keys = (const uint32_t *const *)table.keys,
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

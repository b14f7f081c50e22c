// The Brier score: binary as scikit-learn's brier_score_loss, multiclass as
// lm-evaluation-harness' brier_score. What those refuse has no result.
#include "harness/check/row.h"
#include "harness/stats/calibration.h"

#include <math.h>

// Labels are 0 and 1, or -1 and 1; they become 0 and 1.
static bool labels_to_outcomes(double *labels, size_t n)
{
    bool has_zero = false, has_minus_one = false;
    for (size_t i = 0; i < n; i++) {
        has_zero = has_zero || labels[i] == 0;
        has_minus_one = has_minus_one || labels[i] == -1;
        if (labels[i] != 0 && labels[i] != 1 && labels[i] != -1) return false;
        labels[i] = labels[i] == 1;
    }
    return !(has_zero && has_minus_one);
}

static cJSON *binary(const cJSON *input)
{
    size_t n, n_probabilities, n_weights;
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(input, "weights");
    const bool is_weighted = given && !cJSON_IsNull(given);
    g_autofree double *labels = ps_check_numbers(input, "labels", &n);
    g_autofree double *probabilities = ps_check_numbers(input, "probs", &n_probabilities);
    g_autofree double *weights = ps_check_numbers(input, "weights", &n_weights);
    if (!labels || !probabilities || n != n_probabilities) return NULL;
    if (is_weighted && (!weights || n_weights != n)) return NULL;
    for (size_t i = 0; i < n; i++) {
        if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) return NULL;
    }
    if (!labels_to_outcomes(labels, n)) return NULL;
    const double score = ps_brier(probabilities, labels, weights, n);
    if (isnan(score)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "brier", score);
    return result;
}

// Rows of numbers, all as long as the first: [*n_rows][*n_columns].
static double *matrix_read(const cJSON *rows, size_t *n_rows, size_t *n_columns)
{
    *n_rows = (size_t)cJSON_GetArraySize(rows);
    *n_columns = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(rows, 0));
    g_autofree double *matrix = g_new(double, *n_rows **n_columns + 1);
    size_t i = 0;
    const cJSON *row, *value;
    cJSON_ArrayForEach(row, rows)
    {
        if ((size_t)cJSON_GetArraySize(row) != *n_columns) return NULL;
        cJSON_ArrayForEach(value, row)
        {
            if (!ps_check_number(value, &matrix[i++])) return NULL;
        }
    }
    return g_steal_pointer(&matrix);
}

static cJSON *multiclass(const cJSON *input)
{
    size_t n, n_rows, n_classes;
    g_autofree double *given = ps_check_numbers(input, "labels", &n);
    g_autofree double *probabilities =
        matrix_read(cJSON_GetObjectItemCaseSensitive(input, "probs"), &n_rows, &n_classes);
    if (!given || !probabilities || n == 0 || n != n_rows) return NULL;
    g_autofree size_t *labels = g_new(size_t, n);
    for (size_t i = 0; i < n; i++) {
        if (!(given[i] >= 0 && given[i] < (double)n_classes && given[i] == floor(given[i]))) {
            return NULL;
        }
        labels[i] = (size_t)given[i];
    }
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "brier",
                            ps_brier_classes(probabilities, labels, n, n_classes));
    return result;
}

// {type: "binary", labels, probs, weights} or {type: "multiclass", labels, probs: rows}
static cJSON *brier(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *type = ps_json_string(input, "type");
    return g_strcmp0(type, "multiclass") == 0 ? multiclass(input) : binary(input);
}

const PsCheckStatistic ps_check_statistic_brier = {"brier", brier};

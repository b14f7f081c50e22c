// The population stability index, in three ways of binning.
#include "harness/stats/psi.h"
#include "harness/check/row.h"

#include <math.h>

enum { MAX_BINS = 1000000 };

// Member key as numbers that tell its elements apart: a number is itself, null is NAN, anything
// else gets the number of its text in `numbers`. NULL if it is no array.
static double *
categories_read(const cJSON *input, const char *key, GHashTable *numbers, size_t *n_values)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(input, key), *item;
    if (!cJSON_IsArray(array)) return NULL;
    double *values = g_new(double, (size_t)cJSON_GetArraySize(array) + 1);
    *n_values = 0;
    cJSON_ArrayForEach(item, array)
    {
        double value = NAN;
        if (!cJSON_IsNull(item) && !(ps_check_number(item, &value) && isnan(value))) {
            char *text = cJSON_PrintUnformatted(item);
            gpointer known = g_hash_table_lookup(numbers, text);
            if (!known) {
                known = GUINT_TO_POINTER(g_hash_table_size(numbers) + 1);
                g_hash_table_insert(numbers, g_strdup(text), known);
            }
            value = GPOINTER_TO_UINT(known);
            cJSON_free(text);
        }
        values[(*n_values)++] = value;
    }
    return values;
}

typedef struct {
    double *reference, *current;
    size_t n_reference, n_current;
} Samples;

static void samples_clear(Samples *samples)
{
    g_free(samples->reference);
    g_free(samples->current);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Samples, samples_clear)

static bool samples_read(Samples *samples, const cJSON *input, bool are_categories)
{
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (are_categories) {
        samples->reference =
            categories_read(input, "reference", numbers, &samples->n_reference);
        samples->current = categories_read(input, "current", numbers, &samples->n_current);
    } else {
        samples->reference = ps_check_numbers(input, "reference", &samples->n_reference);
        samples->current = ps_check_numbers(input, "current", &samples->n_current);
    }
    return samples->reference && samples->current;
}

static double counts(const Samples *samples, const cJSON *input)
{
    if (samples->n_reference != samples->n_current) return NAN;
    return ps_psi_counts(samples->reference, samples->current, samples->n_reference,
                         ps_json_number(input, "eps", PS_PSI_FLOOR));
}

static double deciles(const Samples *samples, const cJSON *input, size_t *n_used)
{
    const double n_bins = ps_json_number(input, "k", 10);
    if (!(n_bins >= 1 && n_bins <= MAX_BINS && n_bins == floor(n_bins))) return NAN;
    return ps_psi_quantiles(samples->reference, samples->n_reference, samples->current,
                            samples->n_current, (size_t)n_bins,
                            ps_json_number(input, "eps", PS_PSI_FLOOR), n_used);
}

// {mode: "counts" | "deciles" | "evidently", reference, current, …}. Only evidently has a value
// for an empty sample: NaN.
static cJSON *psi(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *mode = ps_json_string(input, "mode");
    const bool is_evidently = g_strcmp0(mode, "evidently") == 0;
    const bool are_categories = g_strcmp0(ps_json_string(input, "feature_type"), "cat") == 0;
    g_auto(Samples) samples = {0};
    if (!samples_read(&samples, input, is_evidently && are_categories)) return NULL;
    size_t n_used = 0;
    double value = NAN;
    if (is_evidently)
        value = ps_psi_evidently(samples.reference, samples.n_reference, samples.current,
                                 samples.n_current, are_categories);
    else if (g_strcmp0(mode, "deciles") == 0)
        value = deciles(&samples, input, &n_used);
    else if (g_strcmp0(mode, "counts") == 0)
        value = counts(&samples, input);
    const bool is_empty = samples.n_reference == 0 || samples.n_current == 0;
    if (isnan(value) && !(is_evidently && is_empty)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "psi", value);
    if (n_used > 0) cJSON_AddNumberToObject(result, "n_bins", (double)n_used);
    return result;
}

const PsCheckStatistic ps_check_statistic_psi = {"psi", psi};

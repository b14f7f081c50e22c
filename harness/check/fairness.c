// Gaps between groups, as fairlearn has them: a rate over nothing is 0 and takes part.
#include "harness/stats/fairness.h"
#include "harness/check/row.h"

#include <math.h>

enum { MAX_GROUPS = 1 << 20 };

typedef struct {
    size_t n_rows;
    uint8_t *truth, *predicted; // [n_rows]
    double *weights;            // [n_rows], or NULL
    bool labels_are_binary;     // 0 and 1, or -1 and 1
    uint32_t *groups;           // [n_rows]: a crossing, or PS_NO_GROUP
    GPtrArray *names;           // of all crossings, those without rows too: "x|m"
    PsConfusion *by_group;      // [names->len]
    PsConfusion overall;
} Decisions;

static void decisions_clear(Decisions *decisions)
{
    g_free(decisions->truth);
    g_free(decisions->predicted);
    g_free(decisions->weights);
    g_free(decisions->groups);
    g_clear_pointer(&decisions->names, g_ptr_array_unref);
    g_free(decisions->by_group);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decisions, decisions_clear)

// ---- Reading

static bool labels_are_binary(const double *truth, const double *predicted, size_t n_rows)
{
    bool has_zero = false, has_minus_one = false;
    for (size_t i = 0; i < 2 * n_rows; i++) {
        const double label = i < n_rows ? truth[i] : predicted[i - n_rows];
        if (label != 0 && label != 1 && label != -1) return false;
        has_zero = has_zero || label == 0;
        has_minus_one = has_minus_one || label == -1;
    }
    return !(has_zero && has_minus_one);
}

static bool labels_read(Decisions *decisions, const cJSON *input)
{
    size_t n_predicted;
    g_autofree double *truth = ps_check_numbers(input, "y_true", &decisions->n_rows);
    g_autofree double *predicted = ps_check_numbers(input, "y_pred", &n_predicted);
    if (!truth || !predicted || decisions->n_rows != n_predicted) return false;
    if (n_predicted == 0) return false;
    decisions->labels_are_binary = labels_are_binary(truth, predicted, n_predicted);
    decisions->truth = g_new(uint8_t, n_predicted);
    decisions->predicted = g_new(uint8_t, n_predicted);
    for (size_t i = 0; i < n_predicted; i++) {
        decisions->truth[i] = truth[i] == 1;
        decisions->predicted[i] = predicted[i] == 1;
    }
    return true;
}

static bool weights_read(Decisions *decisions, const cJSON *input)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(input, "sample_weight");
    if (!given || cJSON_IsNull(given)) return true;
    size_t n_weights;
    decisions->weights = ps_check_numbers(input, "sample_weight", &n_weights);
    return decisions->weights && n_weights == decisions->n_rows;
}

static char *value_name(const cJSON *value)
{
    if (cJSON_IsString(value)) return g_strdup(value->valuestring);
    if (cJSON_IsBool(value)) return g_strdup(cJSON_IsTrue(value) ? "True" : "False");
    char *printed = cJSON_PrintUnformatted(value);
    char *name = g_strdup(printed);
    cJSON_free(printed);
    return name;
}

// The number of a value among names, which it joins if it is new.
static uint32_t name_number(GHashTable *numbers, GPtrArray *names, const cJSON *value)
{
    g_autofree char *name = value_name(value);
    gpointer number;
    if (g_hash_table_lookup_extended(numbers, name, NULL, &number)) {
        return GPOINTER_TO_UINT(number);
    }
    const guint new_number = names->len;
    g_ptr_array_add(names, name);
    g_hash_table_insert(numbers, g_steal_pointer(&name), GUINT_TO_POINTER(new_number));
    return new_number;
}

// Numbers the different values of a feature in codes[n_rows] and names them; null is
// PS_NO_GROUP.
static GPtrArray *feature_number(const cJSON *feature, uint32_t *codes)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    size_t i = 0;
    const cJSON *value;
    cJSON_ArrayForEach(value, feature)
    {
        codes[i++] = cJSON_IsNull(value) ? PS_NO_GROUP : name_number(numbers, names, value);
    }
    return names;
}

// Every old name with every new one: "x" and "m" make "x|m".
static GPtrArray *names_cross(const GPtrArray *old, const GPtrArray *more)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < old->len; i++) {
        for (guint j = 0; j < more->len; j++)
            g_ptr_array_add(
                names, g_strdup_printf("%s|%s", (char *)old->pdata[i], (char *)more->pdata[j]));
    }
    return names;
}

static bool feature_cross(Decisions *decisions, const cJSON *feature)
{
    const size_t n_rows = decisions->n_rows;
    if (!cJSON_IsArray(feature) || (size_t)cJSON_GetArraySize(feature) != n_rows) return false;
    g_autofree uint32_t *codes = g_new0(uint32_t, n_rows);
    g_autoptr(GPtrArray) names = feature_number(feature, codes);
    if (!decisions->names) {
        decisions->names = g_steal_pointer(&names);
        decisions->groups = g_steal_pointer(&codes);
        return true;
    }
    if ((size_t)decisions->names->len * names->len > MAX_GROUPS) return false;
    for (size_t i = 0; i < n_rows; i++) {
        uint32_t *group = &decisions->groups[i];
        if (*group == PS_NO_GROUP || codes[i] == PS_NO_GROUP)
            *group = PS_NO_GROUP;
        else
            *group = *group * names->len + codes[i];
    }
    GPtrArray *crossed = names_cross(decisions->names, names);
    g_ptr_array_unref(decisions->names);
    decisions->names = crossed;
    return true;
}

static bool features_read(Decisions *decisions, const cJSON *input)
{
    const cJSON *features = cJSON_GetObjectItemCaseSensitive(input, "sensitive_features");
    const cJSON *feature;
    if (!cJSON_IsObject(features)) return feature_cross(decisions, features);
    cJSON_ArrayForEach(feature, features)
    {
        if (!feature_cross(decisions, feature)) return false;
    }
    return decisions->names != NULL;
}

static bool decisions_read(Decisions *decisions, const cJSON *input)
{
    if (!labels_read(decisions, input) || !weights_read(decisions, input)) return false;
    if (!features_read(decisions, input)) return false;
    decisions->by_group = g_new(PsConfusion, decisions->names->len);
    ps_confusion_count(decisions->truth, decisions->predicted, decisions->weights,
                       decisions->groups, decisions->n_rows, decisions->by_group,
                       decisions->names->len, &decisions->overall);
    return true;
}

// ---- Writing

static PsRateRange range_of(const Decisions *decisions, PsRate rate)
{
    return ps_rate_range(decisions->by_group, decisions->names->len, rate, PS_EMPTY_IS_ZERO);
}

static void rates_add(cJSON *object, const char *name, const PsConfusion *confusion)
{
    static const char *const names[PS_N_RATES] = {
        [PS_RATE_SELECTION] = "selection_rate", [PS_RATE_ACCURACY] = "accuracy",
        [PS_RATE_TRUE_POSITIVE] = "tpr",        [PS_RATE_FALSE_NEGATIVE] = "fnr",
        [PS_RATE_FALSE_POSITIVE] = "fpr",       [PS_RATE_TRUE_NEGATIVE] = "tnr",
    };
    cJSON *rates = cJSON_AddObjectToObject(object, name);
    for (PsRate rate = 0; rate < PS_N_RATES; rate++)
        cJSON_AddNumberToObject(rates, names[rate], ps_rate(confusion, rate, PS_EMPTY_IS_ZERO));
}

// fairlearn's table of all rates fails where a group has no weight, or a label is no label.
static const char *frame_error(const Decisions *decisions)
{
    if (!decisions->labels_are_binary) return "ValueError";
    for (guint i = 0; i < decisions->names->len; i++) {
        const PsConfusion *group = &decisions->by_group[i];
        const bool has_rate = !isnan(ps_rate(group, PS_RATE_ACCURACY, PS_EMPTY_IS_ZERO));
        if (group->n_rows > 0 && !has_rate) return "ZeroDivisionError";
    }
    return NULL;
}

static void frame_add(cJSON *result, const Decisions *decisions)
{
    const char *error = frame_error(decisions);
    if (error) {
        cJSON_AddStringToObject(result, "frame_error", error);
        return;
    }
    rates_add(result, "overall", &decisions->overall);
    cJSON *by_group = cJSON_AddObjectToObject(result, "by_group");
    for (guint i = 0; i < decisions->names->len; i++)
        rates_add(by_group, decisions->names->pdata[i], &decisions->by_group[i]);
    const PsRateRange accuracy = range_of(decisions, PS_RATE_ACCURACY);
    const PsGap gap = ps_gap_between(accuracy);
    cJSON_AddNumberToObject(result, "accuracy_difference", gap.difference);
    cJSON_AddNumberToObject(result, "accuracy_ratio", gap.ratio);
    cJSON_AddNumberToObject(result, "accuracy_group_min", accuracy.low);
}

// name_difference.method and name_ratio.method, with .suffix if there is one.
static void
gap_add(cJSON *result, const char *name, const char *method, const char *suffix, PsGap gap)
{
    g_autofree char *difference = g_strconcat(name, "_difference.", method, suffix, NULL);
    g_autofree char *ratio = g_strconcat(name, "_ratio.", method, suffix, NULL);
    cJSON_AddNumberToObject(result, difference, gap.difference);
    cJSON_AddNumberToObject(result, ratio, gap.ratio);
}

static PsGap gap_of(const Decisions *decisions, PsRate rate, bool to_overall)
{
    const PsRateRange range = range_of(decisions, rate);
    if (!to_overall) return ps_gap_between(range);
    return ps_gap_to_overall(range, ps_rate(&decisions->overall, rate, PS_EMPTY_IS_ZERO));
}

static void gaps_add(cJSON *result, const Decisions *decisions, bool to_overall)
{
    const char *method = to_overall ? "to_overall" : "between_groups";
    gap_add(result, "demographic_parity", method, "",
            gap_of(decisions, PS_RATE_SELECTION, to_overall));
    if (!decisions->labels_are_binary) return;
    const PsGap tpr = gap_of(decisions, PS_RATE_TRUE_POSITIVE, to_overall);
    const PsGap fpr = gap_of(decisions, PS_RATE_FALSE_POSITIVE, to_overall);
    gap_add(result, "equalized_odds", method, ".worst_case", ps_gap_worst(tpr, fpr));
    gap_add(result, "equalized_odds", method, ".mean", ps_gap_mean(tpr, fpr));
    gap_add(result, "equal_opportunity", method, "", tpr);
}

// {y_true, y_pred, sensitive_features: [] or {name: [], …}, sample_weight}
static cJSON *fairness(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    g_auto(Decisions) decisions = {0};
    if (!decisions_read(&decisions, input)) return NULL;
    cJSON *result = cJSON_CreateObject();
    frame_add(result, &decisions);
    gaps_add(result, &decisions, false);
    gaps_add(result, &decisions, true);
    return result;
}

const PsCheckStatistic ps_check_statistic_fairness = {"fairness", fairness};

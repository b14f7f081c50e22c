#include "harness/check.h"

#include "harness/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

enum { MAX_FILE_BYTES = 256 << 20 };

#define PS_ROW(name) extern const PsCheckStatistic ps_check_statistic_##name;
#include "harness/check/statistics.def"
#undef PS_ROW

static const PsCheckStatistic *const statistics[] = {
#define PS_ROW(name) &ps_check_statistic_##name,
#include "harness/check/statistics.def"
#undef PS_ROW
};

typedef cJSON *(*Compute)(const cJSON *input, const cJSON *expected);

// Where a comparison stands: member is the path to it inside expected.
typedef struct {
    const char *file, *id;
    double tolerance;
    GString *member;
    size_t n_differences;
    FILE *out;
} Check;

// ---- Values

// The number that value is or spells (rule 2).
bool ps_check_number(const cJSON *value, double *number)
{
    if (cJSON_IsNumber(value)) {
        *number = value->valuedouble;
        return true;
    }
    static const struct {
        const char *name;
        double number;
    } special[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    for (size_t i = 0; cJSON_IsString(value) && i < G_N_ELEMENTS(special); i++) {
        *number = special[i].number;
        if (strcmp(value->valuestring, special[i].name) == 0) return true;
    }
    return false;
}

static char *value_describe(const cJSON *value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (value == NULL) return g_strdup("nothing");
    if (cJSON_IsNumber(value)) {
        return g_strdup(g_ascii_dtostr(digits, sizeof digits, value->valuedouble));
    }
    char *printed = cJSON_PrintUnformatted(value);
    char *text = g_strdup(printed);
    cJSON_free(printed);
    return text;
}

// Rule 4.
static bool value_is_error(const cJSON *expected)
{
    if (cJSON_IsObject(expected)) return ps_json_string(expected, "error") != NULL;
    return cJSON_IsString(expected) && g_str_has_prefix(expected->valuestring, "error:");
}

static bool value_is_none(const cJSON *value)
{
    return value == NULL || cJSON_IsNull(value);
}

// Rule 1.
static bool numbers_agree(double expected, double got, double tolerance)
{
    if (isnan(expected) || isnan(got)) return isnan(expected) && isnan(got);
    if (expected == got) return true;
    if (isinf(expected) || isinf(got)) return false;
    return fabs(got - expected) <= tolerance * fmax(1, fabs(expected));
}

// ---- Comparison

static void check_differs(Check *check, const cJSON *expected, const cJSON *got)
{
    g_autofree char *expected_text = value_describe(expected);
    g_autofree char *got_text = value_describe(got);
    const bool has_member = check->member->len > 0;
    fprintf(check->out, "%s: %s: %s%sexpected %s, got %s\n", check->file, check->id,
            check->member->str, has_member ? ": " : "", expected_text, got_text);
    check->n_differences++;
}

static void check_value(Check *check, const cJSON *expected, const cJSON *got);

// Rule 3. Steps into every member, or element, of expected; got may be NULL.
static void check_children(Check *check, const cJSON *expected, const cJSON *got)
{
    const size_t length = check->member->len;
    const cJSON *got_element = got ? got->child : NULL;
    int index = 0;
    for (const cJSON *child = expected->child; child; child = child->next, index++) {
        const cJSON *other = got_element;
        if (cJSON_IsObject(expected)) {
            g_string_append_printf(check->member, "%s%s", length > 0 ? "." : "", child->string);
            other = cJSON_GetObjectItemCaseSensitive(got, child->string);
        } else {
            g_string_append_printf(check->member, "[%d]", index);
            got_element = got_element ? got_element->next : NULL;
        }
        check_value(check, child, other);
        g_string_truncate(check->member, length);
    }
}

static bool simple_values_agree(const Check *check, const cJSON *expected, const cJSON *got)
{
    double number, got_number;
    if (ps_check_number(expected, &number)) {
        return ps_check_number(got, &got_number)
               && numbers_agree(number, got_number, check->tolerance);
    }
    if (cJSON_IsNull(expected)) return value_is_none(got);
    return got != NULL && cJSON_Compare(expected, got, true);
}

static void check_value(Check *check, const cJSON *expected, const cJSON *got)
{
    const bool is_object = cJSON_IsObject(expected), is_array = cJSON_IsArray(expected);
    if (value_is_error(expected)) {
        if (!value_is_none(got)) check_differs(check, expected, got);
    } else if (is_object && (got == NULL || cJSON_IsObject(got))) {
        check_children(check, expected, got);
    } else if (is_array && cJSON_IsArray(got)
               && cJSON_GetArraySize(expected) == cJSON_GetArraySize(got)) {
        check_children(check, expected, got);
    } else if (is_object || is_array || !simple_values_agree(check, expected, got)) {
        check_differs(check, expected, got);
    }
}

// ---- Files

static Compute compute_find(const PsRegistry *registry, const char *name)
{
    for (size_t i = 0; registry->metrics[i]; i++) {
        const PsMetric *metric = registry->metrics[i];
        if (metric->compute && g_strcmp0(metric->vectors, name) == 0) return metric->compute;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(statistics); i++) {
        if (strcmp(statistics[i]->name, name) == 0) return statistics[i]->compute;
    }
    return NULL;
}

static cJSON *file_parse(const char *path, GError **error)
{
    GStatBuf status;
    if (g_stat(path, &status) == 0 && status.st_size > MAX_FILE_BYTES) {
        return ps_fail_null(error, PS_ERROR_DATA, "%s: larger than %d MiB", path,
                            MAX_FILE_BYTES >> 20);
    }
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    size_t length;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s", cause->message);
    }
    cJSON *json = ps_json_parse(text, length, error);
    if (!json) g_prefix_error(error, "%s: ", path);
    return json;
}

// Everything that is looked at later is there and of the right type.
static bool file_validate(const char *path, const cJSON *json, GError **error)
{
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(json, "cases"), *item;
    if (!ps_json_string(json, "metric")) {
        return ps_fail(error, PS_ERROR_DATA, "%s: no \"metric\": not a vector file", path);
    }
    if (!cJSON_IsArray(cases)) {
        return ps_fail(error, PS_ERROR_DATA, "%s: no array \"cases\"", path);
    }
    int index = 0;
    cJSON_ArrayForEach(item, cases)
    {
        const cJSON *tolerance = cJSON_GetObjectItemCaseSensitive(item, "tolerance");
        const char *lack = NULL;
        if (!ps_json_string(item, "id"))
            lack = "no \"id\"";
        else if (!cJSON_GetObjectItemCaseSensitive(item, "input"))
            lack = "no \"input\"";
        else if (!cJSON_GetObjectItemCaseSensitive(item, "expected"))
            lack = "no \"expected\"";
        else if (tolerance && !(cJSON_IsNumber(tolerance) && tolerance->valuedouble >= 0)) {
            lack = "\"tolerance\" is not a number of at least 0";
        }
        if (lack) return ps_fail(error, PS_ERROR_DATA, "%s: case %d: %s", path, index, lack);
        index++;
    }
    return true;
}

static bool case_passes(const char *file, const cJSON *item, Compute compute, FILE *out)
{
    const cJSON *input = cJSON_GetObjectItemCaseSensitive(item, "input");
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(item, "expected");
    Check check = {.file = file,
                   .id = ps_json_string(item, "id"),
                   .tolerance = ps_json_number(item, "tolerance", 0),
                   .member = g_string_new(NULL),
                   .out = out};
    g_autoptr(cJSON) got = compute(input, expected);
    check_value(&check, expected, got);
    g_string_free(check.member, TRUE);
    return check.n_differences == 0;
}

bool ps_check_file(const char *path,
                   const PsRegistry *registry,
                   PsCheckCounts *counts,
                   FILE *out,
                   GError **error)
{
    g_autoptr(cJSON) json = file_parse(path, error);
    if (!json || !file_validate(path, json, error)) return false;
    const char *name = ps_json_string(json, "metric");
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(json, "cases"), *item;
    const Compute compute = compute_find(registry, name);
    if (!compute) {
        const int n_cases = cJSON_GetArraySize(cases);
        fprintf(out, "%s: %s: %d skipped, this metric is not known here\n", path, name,
                n_cases);
        counts->n_skipped += (size_t)n_cases;
        return true;
    }
    size_t n_passed = 0, n_failed = 0;
    cJSON_ArrayForEach(item, cases)
    {
        if (case_passes(path, item, compute, out))
            n_passed++;
        else
            n_failed++;
    }
    fprintf(out, "%s: %s: %zu passed, %zu failed\n", path, name, n_passed, n_failed);
    counts->n_passed += n_passed;
    counts->n_failed += n_failed;
    return true;
}

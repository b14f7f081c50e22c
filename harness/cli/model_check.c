#include "harness/cli/model_check.h"

#include "adapters/shared/engine_media.h"
#include "engine/evaluate.h"
#include "harness/json.h"

#include <math.h>
#include <string.h>

#define MARKER "<__media__>"
#define EXPECTED_MOST (64u << 20) // bytes of expected.json

typedef struct {
    const char *folder;
    PeModel *model;
    PeSenses *senses;   // NULL: a model of text alone
    PeSensesWork *work; // NULL without senses
    double tolerance;
    FILE *out;
} Golden;

static void golden_clear(Golden *golden)
{
    pe_senses_work_free(golden->work);
    pe_senses_free(golden->senses);
    pe_model_free(golden->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Golden, golden_clear)

// ---- files

// A file that is named inside a folder, and nothing beyond it.
static char *path_in(const char *folder, const char *name, GError **error)
{
    if (name == NULL || *name == '\0' || strchr(name, '/') != NULL || name[0] == '.')
        return ps_fail_null(error, PS_ERROR_DATA, "%s: \"%s\" is not the name of a file in it",
                            folder, name != NULL ? name : "");
    return g_build_filename(folder, name, NULL);
}

static GBytes *read_file(const char *path, size_t most, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, false, &problem);
    if (file == NULL)
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s: %s", path, problem->message);
    if (g_mapped_file_get_length(file) > most)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: is larger than %zu bytes", path, most);
    return g_bytes_new(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
}

// Of the coarsest weights that the file has.
static double tolerance_of(const PeGguf *gguf)
{
    double tolerance = 0.0005;
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++) {
        const PeType type = pe_gguf_tensor(gguf, i)->type;
        if (type == PE_TYPE_Q8_0) tolerance = fmax(tolerance, 0.001);
        if (type == PE_TYPE_F16 || type == PE_TYPE_BF16) tolerance = fmax(tolerance, 0.01);
    }
    return tolerance;
}

static bool open_senses(Golden *golden, const char *name, GError **error)
{
    PeError problem = {0};
    const PeSensesOptions options = {pe_level_default(), PE_PRECISION_EXACT, 1, NULL};
    g_autofree char *path = path_in(golden->folder, name, error);
    if (path == NULL) return false;
    golden->senses = pe_senses_open(path, golden->model, &problem);
    if (golden->senses != NULL)
        golden->work = pe_senses_work_new(golden->senses, &options, &problem);
    return golden->work != NULL || ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
}

static bool open_model(Golden *golden, const cJSON *expected, GError **error)
{
    PeError problem = {0};
    g_autofree char *path = path_in(golden->folder, ps_json_string(expected, "lm"), error);
    if (path == NULL) return false;
    golden->model = pe_model_open(path, &problem);
    if (golden->model == NULL) return ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    golden->tolerance = tolerance_of(golden->model->gguf);
    const char *senses = ps_json_string(expected, "mmproj");
    return senses == NULL || open_senses(golden, senses, error);
}

// ---- one case

static bool add_media(const Golden *golden, const char *name, PePrompt *prompt, GError **error)
{
    if (golden->work == NULL)
        return ps_fail(error, PS_ERROR_DATA, "%s: the model has no senses", name);
    g_autofree char *parent = g_build_filename(golden->folder, "..", NULL);
    g_autofree char *path = path_in(parent, name, error);
    g_autoptr(GBytes) bytes = path != NULL ? read_file(path, PS_MEDIA_MAX_BYTES, error) : NULL;
    if (bytes == NULL) return false;
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, name);
    pe_senses_begin(golden->work, &(PeSensesBudget){0}, NULL, NULL);
    return g_str_has_prefix(media->type, "audio/")
               ? ps_engine_add_sound(golden->work, media, prompt, error)
               : ps_engine_add_picture(golden->work, media, prompt, error);
}

static bool
fill_prompt(const Golden *golden, const cJSON *one, PePrompt *prompt, GError **error)
{
    const char *text = ps_json_string(one, "prompt");
    const cJSON *media = cJSON_GetObjectItemCaseSensitive(one, "media"), *name;
    const PeVocabulary *vocabulary = golden->model->vocabulary;
    if (text == NULL) return ps_fail(error, PS_ERROR_DATA, "a case has no prompt");
    if (vocabulary->adds_beginning
        && !pe_prompt_add_tokens(prompt, &vocabulary->beginning, 1, NULL))
        return ps_fail(error, PS_ERROR_SOFTWARE, "no memory");
    cJSON_ArrayForEach(name, media)
    {
        const char *marker = strstr(text, MARKER);
        if (marker == NULL || !cJSON_IsString(name))
            return ps_fail(error, PS_ERROR_DATA,
                           "a case has another number of media than "
                           "markers");
        if (!ps_engine_add_text(golden->model, text, (size_t)(marker - text), true, prompt,
                                error)
            || !add_media(golden, name->valuestring, prompt, error))
            return false;
        text = marker + strlen(MARKER);
    }
    return ps_engine_add_text(golden->model, text, strlen(text), true, prompt, error);
}

// "75 3 7 [img x4] 299".
static char *layout_of_prompt(const PePrompt *prompt)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < prompt->n_items; i++) {
        const PeItem *item = &prompt->items[i];
        if (item->kind != PE_ITEM_TOKENS)
            g_string_append_printf(out, "[%s x%zu] ",
                                   item->kind == PE_ITEM_IMAGE ? "img" : "aud", item->n);
        for (size_t k = 0; item->kind == PE_ITEM_TOKENS && k < item->n; k++)
            g_string_append_printf(out, "%d ", item->tokens[k]);
    }
    return g_string_free(out, false);
}

static char *layout_expected(const cJSON *one)
{
    GString *out = g_string_new(NULL);
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(one, "layout"))
    {
        if (cJSON_IsString(item))
            g_string_append_printf(out, "[%s] ", item->valuestring);
        else
            g_string_append_printf(out, "%d ", item->valueint);
    }
    return g_string_free(out, false);
}

static size_t most_probable(const float *values, size_t n)
{
    size_t most = 0;
    for (size_t i = 1; i < n; i++)
        if (values[i] > values[most]) most = i;
    return most;
}

// What differs first, or NULL. log_probabilities are used up.
static char *
compare_top(const Golden *golden, const cJSON *one, float *log_probabilities, size_t n)
{
    const cJSON *top = cJSON_GetObjectItemCaseSensitive(one, "top10"), *pair;
    int rank = 1;
    cJSON_ArrayForEach(pair, top)
    {
        const cJSON *id = cJSON_GetArrayItem(pair, 0), *value = cJSON_GetArrayItem(pair, 1);
        const size_t most = most_probable(log_probabilities, n);
        const double got = log_probabilities[most];
        if (!cJSON_IsNumber(id) || !cJSON_IsNumber(value))
            return g_strdup("top10 is not pairs of numbers");
        if ((double)most != id->valuedouble)
            return g_strdup_printf("token %d is %zu (%.6f), expected %d (%.6f)", rank, most,
                                   got, id->valueint, value->valuedouble);
        if (!(fabs(got - value->valuedouble) <= golden->tolerance))
            return g_strdup_printf("token %zu has %.6f, expected %.6f", most, got,
                                   value->valuedouble);
        log_probabilities[most] = -INFINITY;
        rank++;
    }
    return rank > 1 ? NULL : g_strdup("top10 is empty");
}

// The same; of a prompt that was made.
static char *compare(const Golden *golden, const cJSON *one, const PePrompt *prompt)
{
    const size_t n = golden->model->decoder.n_tokens;
    const PeWorkOptions options = {
        .level = pe_level_default(), .precision = PE_PRECISION_EXACT, .n_threads = 1};
    g_autofree char *layout = layout_of_prompt(prompt), *expected = layout_expected(one);
    const double n_tokens = ps_json_number(one, "n_tokens", -1);
    PeError problem = {0};
    if ((double)prompt->n_positions != n_tokens)
        return g_strdup_printf("%zu positions, expected %g", prompt->n_positions, n_tokens);
    if (strcmp(layout, expected) != 0)
        return g_strdup_printf("layout %s, expected %s", layout, expected);
    g_autofree float *logits = g_new(float, n);
    if (!pe_evaluate(golden->model, prompt, &options, logits, &problem))
        return g_strdup(problem.message);
    pe_log_softmax(options.level, logits, n);
    return compare_top(golden, one, logits, n);
}

static void
check_case(const Golden *golden, const cJSON *one, int number, PsModelCounts *counts)
{
    PePrompt prompt = {.n_embedding = golden->model->decoder.n_embedding};
    g_autoptr(GError) error = NULL;
    g_autofree char *difference = fill_prompt(golden, one, &prompt, &error)
                                      ? compare(golden, one, &prompt)
                                      : g_strdup(error->message);
    pe_prompt_clear(&prompt);
    counts->n_passed += difference == NULL;
    counts->n_failed += difference != NULL;
    if (difference != NULL)
        fprintf(golden->out, "%s: case %d: %s\n", golden->folder, number, difference);
}

static cJSON *read_expected(const char *folder, GError **error)
{
    if (g_file_test(folder, G_FILE_TEST_EXISTS) && !g_file_test(folder, G_FILE_TEST_IS_DIR))
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s: is not a folder", folder);
    g_autofree char *path = g_build_filename(folder, "expected.json", NULL);
    g_autoptr(GBytes) bytes = read_file(path, EXPECTED_MOST, error);
    if (bytes == NULL) return NULL;
    size_t length;
    const char *text = g_bytes_get_data(bytes, &length);
    cJSON *expected = ps_json_parse(text != NULL ? text : "", length, error);
    if (expected == NULL) g_prefix_error(error, "%s: ", path);
    return expected;
}

bool ps_model_check(const char *folder, PsModelCounts *counts, FILE *out, GError **error)
{
    g_auto(Golden) golden = {.folder = folder, .out = out};
    g_autoptr(cJSON) expected = read_expected(folder, error);
    if (expected == NULL || !open_model(&golden, expected, error)) return false;
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(expected, "cases"), *one;
    PsModelCounts own = {0};
    int number = 0;
    if (cJSON_GetArraySize(cases) == 0)
        return ps_fail(error, PS_ERROR_DATA, "%s: expected.json has no cases", folder);
    cJSON_ArrayForEach(one, cases) check_case(&golden, one, ++number, &own);
    fprintf(out, "%s: %zu passed, %zu failed\n", folder, own.n_passed, own.n_failed);
    counts->n_passed += own.n_passed;
    counts->n_failed += own.n_failed;
    return true;
}

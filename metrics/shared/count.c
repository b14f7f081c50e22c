#include "metrics/shared/count.h"

#include "metrics/shared/python_float.h"
#include "metrics/shared/vector_case.h"

#include <math.h>
#include <string.h>

// Longer than any number word.
enum { MAX_WORD = 9 };

// ---- Reading --------------------------------------------------------------------------------

static const struct {
    const char *word;
    int count;
} number_words[] = {
    {"none", 0},      {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},
    {"four", 4},      {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},
    {"nine", 9},      {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13},
    {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18},
    {"nineteen", 19}, {"twenty", 20},
};

// Appends rule 1's form of text; countbench keeps the commas.
static void normalise(PsCodePoints *text, const char *utf8, bool keeps_commas)
{
    g_auto(PsCodePoints) raw, lower;
    ps_code_points_init(&raw);
    ps_code_points_init(&lower);
    ps_code_points_decode(&raw, utf8);
    ps_code_points_lower(&lower, ps_slice_strip(ps_code_points_slice(&raw)));
    for (size_t i = 0; i < lower.n; i++)
        if (keeps_commas || lower.at[i] != ',') ps_code_points_append(text, lower.at[i]);
}

// Rule 2.
static bool read_word(PsSlice slice, double *count)
{
    char word[MAX_WORD + 1];
    if (slice.n > MAX_WORD) return false;
    for (size_t i = 0; i < slice.n; i++)
        word[i] = slice.at[i] < 0x80 ? (char)slice.at[i] : '?';
    word[slice.n] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(number_words); i++) {
        if (strcmp(word, number_words[i].word) != 0) continue;
        *count = number_words[i].count;
        return true;
    }
    return false;
}

static size_t digits_end(PsSlice slice, size_t start)
{
    while (start < slice.n && ps_is_digit(slice.at[start]))
        start++;
    return start;
}

// Rule 3. What is too large for a double is no count.
static bool read_number(PsSlice slice, double *count)
{
    size_t start = 0;
    while (start < slice.n && !ps_is_digit(slice.at[start]))
        start++;
    if (start == slice.n) return false;
    size_t end = digits_end(slice, start);
    if (end + 1 < slice.n && slice.at[end] == '.' && ps_is_digit(slice.at[end + 1]))
        end = digits_end(slice, end + 1);
    const bool is_negative = start > 0 && slice.at[start - 1] == '-';
    double value;
    if (!ps_python_float((PsSlice){slice.at + start, end - start}, &value)) return false;
    *count = rint(is_negative ? -value : value) + 0.0; // no negative zero
    return isfinite(*count);
}

static bool is_punctuation(uint32_t c)
{
    return c < 0x80 && (ps_ascii_class[c] & PS_ASCII_PUNCTUATION);
}

// Rule 4.
static PsSlice without_punctuation(PsSlice slice)
{
    while (slice.n > 0 && is_punctuation(slice.at[0]))
        slice = (PsSlice){slice.at + 1, slice.n - 1};
    while (slice.n > 0 && is_punctuation(slice.at[slice.n - 1]))
        slice.n--;
    return slice;
}

bool ps_count_read(const char *text, double *count)
{
    g_auto(PsCodePoints) normalised;
    ps_code_points_init(&normalised);
    normalise(&normalised, text, false);
    const PsSlice slice = ps_code_points_slice(&normalised);
    return read_word(slice, count) || read_number(slice, count)
           || read_word(without_punctuation(slice), count);
}

// ---- Scores ---------------------------------------------------------------------------------

PsCountState
ps_count_of(const PsSample *sample, const PsResponse *response, double *count, double *truth)
{
    if (sample->n_references == 0 || !ps_count_read(sample->references[0], truth))
        return PS_COUNT_NO_TRUTH;
    return ps_count_read(response->answer, count) ? PS_COUNT_PARSED : PS_COUNT_UNPARSED;
}

bool ps_count_score(const PsSample *sample,
                    const PsResponse *response,
                    double (*measure)(double count, double truth),
                    double *stats)
{
    double count, truth;
    if (ps_count_of(sample, response, &count, &truth) != PS_COUNT_PARSED) return false;
    stats[0] = measure(count, truth);
    stats[1] = 1;
    return true;
}

bool ps_count_score_within(const PsSample *sample,
                           const PsResponse *response,
                           double most,
                           double *stats)
{
    double count, truth;
    const PsCountState state = ps_count_of(sample, response, &count, &truth);
    if (state == PS_COUNT_NO_TRUTH) return false;
    stats[0] = state == PS_COUNT_PARSED && fabs(count - truth) <= most ? 1 : 0;
    stats[1] = 1;
    return true;
}

// ---- Vectors --------------------------------------------------------------------------------

static void add_count(cJSON *object, const char *key, const double *count)
{
    if (count != NULL)
        cJSON_AddNumberToObject(object, key, *count);
    else
        cJSON_AddNullToObject(object, key);
}

static void add_repcount(cJSON *result, PsSlice slice, double truth)
{
    double count;
    const bool is_parsed = read_word(slice, &count) || read_number(slice, &count);
    cJSON *variant = cJSON_AddObjectToObject(result, "repcount");
    add_count(variant, "parsed", is_parsed ? &count : NULL);
    const double error = is_parsed ? fabs(count - truth) : INFINITY;
    cJSON_AddNumberToObject(variant, "mae_norm",
                            is_parsed ? error / (truth + PS_COUNT_NORMALISER) : fabs(truth));
    cJSON_AddNumberToObject(variant, "obo", error <= 1 ? 1 : 0);
}

static void add_fsc147(cJSON *result, PsSlice slice, double truth)
{
    double count;
    const bool is_parsed = read_number(slice, &count);
    cJSON *variant = cJSON_AddObjectToObject(result, "fsc147");
    add_count(variant, "parsed", is_parsed ? &count : NULL);
    cJSON_AddNumberToObject(variant, "abs_err", is_parsed ? fabs(count - truth) : fabs(truth));
    cJSON_AddNumberToObject(variant, "exact", is_parsed && count == truth ? 1 : 0);
}

// The text that countbench compares: a number word is its digits.
static char *countbench_text(const char *text)
{
    g_auto(PsCodePoints) normalised;
    ps_code_points_init(&normalised);
    normalise(&normalised, text, true);
    const PsSlice slice = ps_code_points_slice(&normalised);
    double count;
    return read_word(slice, &count) ? g_strdup_printf("%.0f", count) : ps_slice_to_utf8(slice);
}

static cJSON *compute_one(const char *prediction, double target)
{
    g_auto(PsCodePoints) text;
    ps_code_points_init(&text);
    normalise(&text, prediction, false);
    const double truth = rint(target);
    cJSON *result = cJSON_CreateObject();
    add_repcount(result, ps_code_points_slice(&text), truth);
    add_fsc147(result, ps_code_points_slice(&text), truth);
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *answer = countbench_text(prediction);
    const bool is_equal = strcmp(answer, g_ascii_dtostr(digits, sizeof digits, target)) == 0;
    cJSON_AddNumberToObject(result, "countbench", is_equal ? 1 : 0);
    return result;
}

// The numbers of the first of keys (NULL-terminated) that holds some; the caller's.
static double *numbers_of(const cJSON *input, const char *const *keys, size_t *n)
{
    double *numbers = NULL;
    for (size_t i = 0; keys[i] && !numbers; i++)
        numbers = ps_case_numbers(input, keys[i], n);
    return numbers;
}

static cJSON *compute_corpus(const cJSON *input)
{
    static const char *const answers[] = {"predictions", "prediction", "y_pred", NULL};
    static const char *const truths[] = {"targets", "target", "y_true", NULL};
    size_t n, n_targets;
    g_autofree double *predictions = numbers_of(input, answers, &n);
    g_autofree double *targets = numbers_of(input, truths, &n_targets);
    if (!predictions || !targets || n != n_targets || n == 0) return NULL;
    double absolute = 0, squared = 0, n_exact = 0, n_near = 0;
    for (size_t i = 0; i < n; i++) {
        const double error = predictions[i] - targets[i];
        absolute += fabs(error);
        squared += error * error;
        n_exact += error == 0;
        n_near += fabs(error) <= 1;
    }
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "mae", absolute / (double)n);
    cJSON_AddNumberToObject(result, "mse", squared / (double)n);
    cJSON_AddNumberToObject(result, "rmse", sqrt(squared / (double)n));
    cJSON_AddNumberToObject(result, "exact", n_exact / (double)n);
    cJSON_AddNumberToObject(result, "obo", n_near / (double)n);
    return result;
}

cJSON *ps_count_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    double target;
    const char *prediction = ps_case_string(input, "prediction");
    if (!prediction) return compute_corpus(input);
    return ps_case_number(input, "target", &target) ? compute_one(prediction, target) : NULL;
}

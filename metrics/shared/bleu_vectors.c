// Vector cases of BLEU: a corpus as streams of references beside the hypotheses, one sentence,
// or counts.
#include "metrics/shared/bleu.h"
#include "metrics/shared/code_points.h"
#include "metrics/shared/vector_case.h"

#include <math.h>
#include <string.h>

// What prepares a text; the result is the caller's.
typedef char *(*Tokenizer)(const char *text);

static char *keep(const char *text)
{
    return g_strdup(text);
}

// Every character a word.
static char *part_characters(const char *text)
{
    g_auto(PsCodePoints) points;
    ps_code_points_init(&points);
    ps_code_points_decode(&points, text);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < points.n; i++) {
        g_autofree char *one = ps_slice_to_utf8((PsSlice){points.at + i, 1});
        g_string_append(out, one);
        g_string_append_c(out, ' ');
    }
    return g_strdup(out->str);
}

typedef bool (*IsKind)(uint32_t code_point);

static GUnicodeType type_of(uint32_t c)
{
    return g_unichar_type(c);
}

static bool is_number(uint32_t c)
{
    const GUnicodeType type = type_of(c);
    return type == G_UNICODE_DECIMAL_NUMBER || type == G_UNICODE_LETTER_NUMBER
           || type == G_UNICODE_OTHER_NUMBER;
}

static bool is_no_number(uint32_t c)
{
    return !is_number(c);
}

static bool is_punctuation(uint32_t c)
{
    const GUnicodeType type = type_of(c);
    return type == G_UNICODE_CONNECT_PUNCTUATION || type == G_UNICODE_DASH_PUNCTUATION
           || type == G_UNICODE_OPEN_PUNCTUATION || type == G_UNICODE_CLOSE_PUNCTUATION
           || type == G_UNICODE_INITIAL_PUNCTUATION || type == G_UNICODE_FINAL_PUNCTUATION
           || type == G_UNICODE_OTHER_PUNCTUATION;
}

static bool is_symbol(uint32_t c)
{
    const GUnicodeType type = type_of(c);
    return type == G_UNICODE_MATH_SYMBOL || type == G_UNICODE_CURRENCY_SYMBOL
           || type == G_UNICODE_MODIFIER_SYMBOL || type == G_UNICODE_OTHER_SYMBOL;
}

// Puts spaces around the mark of each pair of neighbours of these kinds, left to right; pairs
// do not overlap.
static char *part_pairs(const char *text, IsKind first, IsKind second, bool is_mark_first)
{
    g_autofree gunichar *at = g_utf8_to_ucs4_fast(text, -1, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; at[i] != 0; i++) {
        if (at[i + 1] == 0 || !first(at[i]) || !second(at[i + 1])) {
            g_string_append_unichar(out, at[i]);
            continue;
        }
        if (is_mark_first) g_string_append_c(out, ' ');
        g_string_append_unichar(out, at[i++]);
        g_string_append_c(out, ' ');
        g_string_append_unichar(out, at[i]);
        if (!is_mark_first) g_string_append_c(out, ' ');
    }
    return g_strdup(out->str);
}

static char *part_symbols(const char *text)
{
    g_autofree gunichar *at = g_utf8_to_ucs4_fast(text, -1, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; at[i] != 0; i++) {
        if (is_symbol(at[i])) g_string_append_c(out, ' ');
        g_string_append_unichar(out, at[i]);
        if (is_symbol(at[i])) g_string_append_c(out, ' ');
    }
    return g_strdup(out->str);
}

// sacrebleu's tokenizer_intl.py: marks that are not between numbers, and every symbol.
static char *part_international(const char *text)
{
    g_autofree char *behind = part_pairs(text, is_no_number, is_punctuation, false);
    g_autofree char *before = part_pairs(behind, is_punctuation, is_no_number, true);
    return part_symbols(before);
}

static const struct {
    const char *name;
    Tokenizer tokenize;
} tokenizers[] = {{"13a", ps_bleu_tokenize_13a},
                  {"none", keep},
                  {"char", part_characters},
                  {"intl", part_international}};

static const struct {
    const char *name;
    PsBleuSmoothing smoothing;
    double amount;
} smoothings[] = {{"none", PS_BLEU_NO_SMOOTHING, 0},
                  {"floor", PS_BLEU_FLOOR, 0.1},
                  {"add-k", PS_BLEU_ADD_K, 1},
                  {"exp", PS_BLEU_EXP, 0}};

typedef struct {
    PsBleuOptions bleu;
    Tokenizer tokenize;
    bool is_lower;
} Options;

static bool is_true(const cJSON *options, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, key));
}

static bool find_smoothing(const char *name, PsBleuOptions *bleu)
{
    for (size_t i = 0; i < G_N_ELEMENTS(smoothings); i++) {
        if (strcmp(smoothings[i].name, name) != 0) continue;
        bleu->smoothing = smoothings[i].smoothing;
        bleu->amount = smoothings[i].amount;
        return true;
    }
    return false;
}

static Tokenizer find_tokenizer(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tokenizers); i++)
        if (strcmp(tokenizers[i].name, name) == 0) return tokenizers[i].tokenize;
    return NULL;
}

// False: an option that is not known here. Without one, counts are not smoothed.
static bool read_options(const cJSON *input, bool is_of_counts, Options *options)
{
    const cJSON *stated = cJSON_GetObjectItemCaseSensitive(input, "options");
    const char *smoothing = ps_case_string(stated, "smooth_method");
    const char *tokenizer = ps_case_string(stated, "tokenize");
    double number;
    *options = (Options){.bleu = ps_bleu_default};
    if (smoothing == NULL) smoothing = is_of_counts ? "none" : "exp";
    if (!find_smoothing(smoothing, &options->bleu)) return false;
    if (ps_case_number(stated, "smooth_value", &number)) options->bleu.amount = number;
    if (ps_case_number(stated, "max_ngram_order", &number))
        options->bleu.n_orders = (int)number;
    options->bleu.has_effective_order =
        is_true(stated, "effective_order") || is_true(stated, "use_effective_order");
    options->is_lower = is_true(stated, "lowercase");
    options->tokenize = find_tokenizer(tokenizer != NULL ? tokenizer : "13a");
    return options->tokenize != NULL && options->bleu.n_orders >= 1
           && options->bleu.n_orders <= PS_NGRAMS_ORDERS;
}

static char *lower_of(const char *text)
{
    g_auto(PsCodePoints) points, lower;
    ps_code_points_init(&points);
    ps_code_points_init(&lower);
    ps_code_points_decode(&points, text);
    ps_code_points_lower(&lower, ps_code_points_slice(&points));
    return ps_slice_to_utf8(ps_code_points_slice(&lower));
}

static PsNgrams *read_text(const Options *options, const char *text)
{
    g_autofree char *lower = options->is_lower ? lower_of(text) : g_strdup(text);
    g_autofree char *words = options->tokenize(g_strchomp(lower));
    return ps_ngrams_new(words);
}

// ---- results

static void add_counts(cJSON *result, const char *name, const double *counts, int n)
{
    cJSON *array = cJSON_AddArrayToObject(result, name);
    for (int i = 0; i < n; i++)
        cJSON_AddItemToArray(array, cJSON_CreateNumber(counts[i]));
}

static double penalty_of(const double *stats)
{
    const double words = stats[2 * PS_NGRAMS_ORDERS], wanted = stats[2 * PS_NGRAMS_ORDERS + 1];
    return words >= wanted ? 1 : words > 0 ? exp(1 - wanted / words) : 0;
}

// The official code leaves what it adds in the counts: up to the order without any n-gram, and
// not where nothing is right.
static void add_smoothing(double *stats, const PsBleuOptions *options)
{
    double n_right = 0;
    for (int order = 0; order < options->n_orders; order++)
        n_right += stats[order];
    if (options->smoothing != PS_BLEU_ADD_K || n_right == 0) return;
    for (int order = 1; order < options->n_orders; order++) {
        if (stats[PS_NGRAMS_ORDERS + order - 1] == 0) return;
        stats[order] += options->amount;
        stats[PS_NGRAMS_ORDERS + order] += options->amount;
    }
}

static cJSON *result_of(double *stats, const Options *options)
{
    const int n = options->bleu.n_orders;
    double precisions[PS_NGRAMS_ORDERS];
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "bleu",
                            100 * ps_bleu_value(stats, &options->bleu, precisions));
    for (int i = 0; i < n; i++)
        precisions[i] *= 100;
    add_smoothing(stats, &options->bleu);
    add_counts(result, "counts", stats, n);
    add_counts(result, "totals", stats + PS_NGRAMS_ORDERS, n);
    add_counts(result, "precisions", precisions, n);
    cJSON_AddNumberToObject(result, "bp", penalty_of(stats));
    cJSON_AddNumberToObject(result, "sys_len", stats[2 * PS_NGRAMS_ORDERS]);
    cJSON_AddNumberToObject(result, "ref_len", stats[2 * PS_NGRAMS_ORDERS + 1]);
    return result;
}

static bool copy_counts(const cJSON *input, const char *key, double *to)
{
    size_t n;
    g_autofree double *counts = ps_case_numbers(input, key, &n);
    if (counts == NULL || n > PS_NGRAMS_ORDERS) return false;
    memcpy(to, counts, n * sizeof *to);
    return true;
}

static cJSON *compute_counts(const cJSON *input)
{
    Options options;
    double stats[PS_BLEU_STATS] = {0};
    if (!read_options(input, true, &options) || !copy_counts(input, "counts", stats)
        || !copy_counts(input, "totals", stats + PS_NGRAMS_ORDERS)
        || !ps_case_number(input, "sys_len", &stats[2 * PS_NGRAMS_ORDERS])
        || !ps_case_number(input, "ref_len", &stats[2 * PS_NGRAMS_ORDERS + 1]))
        return NULL;
    return result_of(stats, &options);
}

static void
add_answer(const Options *options, const char *answer, const GPtrArray *texts, double *stats)
{
    g_autoptr(PsNgrams) ngrams = read_text(options, answer);
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)ps_ngrams_free);
    for (guint i = 0; i < texts->len; i++)
        g_ptr_array_add(references, read_text(options, texts->pdata[i]));
    if (references->len > 0)
        ps_bleu_add(ngrams, (PsNgrams *const *)references->pdata, references->len, stats);
}

static cJSON *compute_sentence(const cJSON *input)
{
    Options options;
    size_t n;
    const char *hypothesis = ps_case_string(input, "hypothesis");
    g_autofree char **references = ps_case_strings(input, "references", &n);
    if (hypothesis == NULL || references == NULL || !read_options(input, false, &options))
        return NULL;
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (size_t i = 0; i < n; i++)
        g_ptr_array_add(texts, references[i]);
    double stats[PS_BLEU_STATS] = {0};
    add_answer(&options, hypothesis, texts, stats);
    return result_of(stats, &options);
}

// References are streams: references[stream][i] belongs to hypothesis i, if there is one.
static cJSON *compute_corpus(const cJSON *input)
{
    Options options;
    size_t n;
    g_autofree char **hypotheses = ps_case_strings(input, "hypotheses", &n);
    const cJSON *streams = cJSON_GetObjectItemCaseSensitive(input, "references"), *stream;
    if (hypotheses == NULL || !cJSON_IsArray(streams) || !read_options(input, false, &options))
        return NULL;
    double stats[PS_BLEU_STATS] = {0};
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new();
        cJSON_ArrayForEach(stream, streams)
        {
            const cJSON *one = cJSON_GetArrayItem(stream, (int)i);
            if (cJSON_IsString(one)) g_ptr_array_add(texts, one->valuestring);
        }
        add_answer(&options, hypotheses[i], texts, stats);
    }
    return result_of(stats, &options);
}

cJSON *ps_bleu_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *mode = ps_case_string(input, "mode");
    if (g_strcmp0(mode, "stats") == 0) return compute_counts(input);
    return g_strcmp0(mode, "sentence") == 0 ? compute_sentence(input) : compute_corpus(input);
}

cJSON *ps_bleu_tokenize_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *text = ps_case_string(input, "text");
    if (text == NULL) return NULL;
    g_autofree char *parted = ps_bleu_tokenize_13a(text);
    g_auto(PsCodePoints) points;
    ps_code_points_init(&points);
    ps_code_points_decode(&points, parted);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t start = 0, end; start < points.n; start = end + 1) {
        for (end = start; end < points.n && !ps_is_space(points.at[end]); end++)
            ;
        if (end == start) continue;
        g_autofree char *word = ps_slice_to_utf8((PsSlice){points.at + start, end - start});
        if (out->len > 0) g_string_append_c(out, ' ');
        g_string_append(out, word);
    }
    return cJSON_CreateString(out->str);
}

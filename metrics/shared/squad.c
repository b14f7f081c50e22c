#include "metrics/shared/squad.h"

#include "metrics/shared/vector_case.h"
#include "metrics/shared/words.h"

#include <string.h>

// ---- Normalisation --------------------------------------------------------------------------

// Deletes ASCII punctuation (rule 2) in place. Without a branch: each character is written
// where the next kept one goes.
static void drop_punctuation(PsCodePoints *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->n; i++) {
        const uint32_t c = text->at[i];
        text->at[n] = c;
        n += c >= 0x80 || !(ps_ascii_class[c & 0x7f] & PS_ASCII_PUNCTUATION);
    }
    text->n = n;
}

static bool is_article(const uint32_t *at, size_t n)
{
    if (n == 0 || n > 3) return false;
    if (at[0] == 'a') return n == 1 || (n == 2 && at[1] == 'n');
    return n == 3 && at[0] == 't' && at[1] == 'h' && at[2] == 'e';
}

// Rules 3 and 4. A whole word is a longest run of \w: every \b lies at the end of such a run.
static void append_words(PsCodePoints *text, PsSlice lower)
{
    // Spaces stand where there were some, or an article, so that it cannot grow.
    ps_code_points_reserve(text, lower.n);
    uint32_t *const start = text->at + text->n, *out = start;
    bool is_apart = false;
    for (size_t i = 0, end; i < lower.n; i = end) {
        for (end = i; end < lower.n && ps_is_word(lower.at[end]);)
            end++;
        const bool is_gap =
            end == i ? ps_is_space(lower.at[i]) : is_article(lower.at + i, end - i);
        if (end == i) end++;
        if (is_gap) {
            is_apart = true;
            continue;
        }
        if (is_apart && out > start) *out++ = ' ';
        is_apart = false;
        for (size_t j = i; j < end; j++)
            *out++ = lower.at[j];
    }
    text->n = (size_t)(out - text->at);
}

void ps_squad_normalise(PsCodePoints *text, const char *answer)
{
    g_auto(PsCodePoints) raw, lower;
    ps_code_points_init(&raw);
    ps_code_points_init(&lower);
    ps_code_points_decode(&raw, answer);
    ps_code_points_lower(&lower, ps_code_points_slice(&raw));
    drop_punctuation(&lower);
    append_words(text, ps_code_points_slice(&lower));
}

// ---- Measures -------------------------------------------------------------------------------

static double exact_match(PsSlice prediction, PsSlice gold)
{
    return ps_slice_equal(prediction, gold) ? 1 : 0;
}

// Words of both that match one to one: a multiset intersection.
static size_t words_in_common(PsSlice numbers, PsSlice gold_numbers, uint32_t n_different)
{
    g_auto(PsCodePoints) left;
    ps_code_points_init(&left);
    ps_code_points_reserve(&left, n_different);
    memset(left.at, 0, n_different * sizeof *left.at);
    for (size_t i = 0; i < gold_numbers.n; i++)
        left.at[gold_numbers.at[i]]++;
    size_t n_common = 0;
    for (size_t i = 0; i < numbers.n; i++) {
        if (left.at[numbers.at[i]] == 0) continue;
        left.at[numbers.at[i]]--;
        n_common++;
    }
    return n_common;
}

static void number_words(PsVocabulary *vocabulary, PsSlice slice, PsCodePoints *numbers)
{
    for (size_t start = 0, i = 0; i <= slice.n; i++) {
        if (i < slice.n && slice.at[i] != ' ') continue;
        const PsSlice word = {.at = slice.at + start, .n = i - start};
        if (word.n > 0) ps_code_points_append(numbers, ps_vocabulary_add(vocabulary, word));
        start = i + 1;
    }
}

static double f1(PsSlice prediction, PsSlice gold)
{
    if (prediction.n == 0 || gold.n == 0) return prediction.n == gold.n ? 1 : 0;
    g_auto(PsVocabulary) vocabulary;
    g_auto(PsCodePoints) words, gold_words;
    ps_vocabulary_init(&vocabulary);
    ps_code_points_init(&words);
    ps_code_points_init(&gold_words);
    number_words(&vocabulary, gold, &gold_words);
    number_words(&vocabulary, prediction, &words);
    const PsSlice slice = ps_code_points_slice(&words),
                  gold_slice = ps_code_points_slice(&gold_words);
    const double n_common = (double)words_in_common(slice, gold_slice, vocabulary.n);
    if (n_common == 0) return 0;
    const double precision = n_common / (double)words.n;
    const double recall = n_common / (double)gold_words.n;
    return 2 * precision * recall / (precision + recall);
}

// Rule 7.
static double best_of(double (*measure)(PsSlice prediction, PsSlice gold),
                      const char *answer,
                      char *const *references,
                      size_t n_references)
{
    g_auto(PsCodePoints) prediction, gold;
    ps_code_points_init(&prediction);
    ps_code_points_init(&gold);
    ps_squad_normalise(&prediction, answer);
    bool has_gold = false;
    double best = 0;
    for (size_t i = 0; i < n_references && best < 1; i++) {
        // The same bytes need not be normalised twice.
        const bool is_same = strcmp(answer, references[i]) == 0;
        gold.n = 0;
        if (!is_same) ps_squad_normalise(&gold, references[i]);
        const PsSlice wanted = ps_code_points_slice(is_same ? &prediction : &gold);
        if (wanted.n == 0) continue;
        has_gold = true;
        const double score = measure(ps_code_points_slice(&prediction), wanted);
        best = MAX(best, score);
    }
    return has_gold ? best : measure(ps_code_points_slice(&prediction), (PsSlice){.n = 0});
}

double ps_squad_exact_match(const char *answer, char *const *references, size_t n_references)
{
    return best_of(exact_match, answer, references, n_references);
}

double ps_squad_f1(const char *answer, char *const *references, size_t n_references)
{
    return best_of(f1, answer, references, n_references);
}

// ---- Vectors --------------------------------------------------------------------------------

cJSON *ps_squad_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *prediction = ps_case_string(input, "prediction");
    size_t n_references;
    g_autofree char **references = ps_case_strings(input, "references", &n_references);
    if (!prediction || !references) return NULL;
    g_auto(PsCodePoints) text;
    ps_code_points_init(&text);
    ps_squad_normalise(&text, prediction);
    g_autofree char *normalised = ps_slice_to_utf8(ps_code_points_slice(&text));

    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "normalized_prediction", normalised);
    cJSON_AddNumberToObject(result, "em",
                            ps_squad_exact_match(prediction, references, n_references));
    cJSON_AddNumberToObject(result, "f1", ps_squad_f1(prediction, references, n_references));
    return result;
}

#include "metrics/shared/vqa.h"

#include "metrics/shared/vector_case.h"

#include <string.h>

static const char marks[] = ";/[]\"{}()=+\\_-><@`,?!";
enum { MAX_FULL_STOPS = 32 };

// ---- Rules 1 to 3

static void append_slice(PsCodePoints *text, PsSlice slice)
{
    for (size_t i = 0; i < slice.n; i++)
        ps_code_points_append(text, slice.at[i]);
}

// Rule 1.
static void append_stripped(PsCodePoints *text, const char *raw)
{
    g_auto(PsCodePoints) spaced;
    ps_code_points_init(&spaced);
    ps_code_points_decode(&spaced, raw);
    for (size_t i = 0; i < spaced.n; i++)
        if (spaced.at[i] == '\n' || spaced.at[i] == '\t') spaced.at[i] = ' ';
    append_slice(text, ps_slice_strip(ps_code_points_slice(&spaced)));
}

static bool has_comma_between_digits(const PsCodePoints *text)
{
    for (size_t i = 1; i + 1 < text->n; i++)
        if (text->at[i] == ',' && g_unichar_isdigit(text->at[i - 1])
            && g_unichar_isdigit(text->at[i + 1]))
            return true;
    return false;
}

static bool stands_next_to_space(const PsCodePoints *text, uint32_t mark)
{
    for (size_t i = 1; i < text->n; i++)
        if ((text->at[i] == mark && text->at[i - 1] == ' ')
            || (text->at[i] == ' ' && text->at[i - 1] == mark))
            return true;
    return false;
}

static bool is_mark(uint32_t code_point)
{
    return code_point < 0x80 && code_point != 0 && strchr(marks, (int)code_point) != NULL;
}

// Rule 2: what each mark becomes does not depend on what others became.
static void punctuation_replace(PsCodePoints *text)
{
    const bool all_go = has_comma_between_digits(text);
    bool goes[0x80] = {false};
    for (const char *mark = marks; *mark != '\0'; mark++)
        goes[(unsigned char)*mark] = all_go || stands_next_to_space(text, (uint32_t)*mark);
    size_t n = 0;
    for (size_t i = 0; i < text->n; i++) {
        const uint32_t c = text->at[i];
        if (is_mark(c) && goes[c]) continue;
        text->at[n++] = is_mark(c) ? ' ' : c;
    }
    text->n = n;
}

// Rule 3.
static void full_stops_delete(PsCodePoints *text)
{
    size_t n = 0, n_deleted = 0;
    for (size_t i = 0; i < text->n; i++) {
        const bool is_stop =
            text->at[i] == '.' && !(i + 1 < text->n && g_unichar_isdigit(text->at[i + 1]));
        if (is_stop && n_deleted < MAX_FULL_STOPS)
            n_deleted++;
        else
            text->at[n++] = text->at[i];
    }
    text->n = n;
}

// ---- Rule 4

static const char *const number_words[] = {"none",  "0", "zero",  "0", "one",  "1", "two", "2",
                                           "three", "3", "four",  "4", "five", "5", "six", "6",
                                           "seven", "7", "eight", "8", "nine", "9", "ten", "10",
                                           NULL};

// Each is reached from what it is without one of its apostrophes.
static const char *const contractions[] = {"ain't",         "aren't",       "can't",
                                           "could've",      "couldn't",     "couldn't've",
                                           "didn't",        "doesn't",      "don't",
                                           "hadn't",        "hadn't've",    "hasn't",
                                           "haven't",       "he'd",         "he'd've",
                                           "he's",          "how'd",        "how'll",
                                           "how's",         "isn't",        "it'd",
                                           "it'd've",       "it'll",        "ma'am",
                                           "mightn't",      "mightn't've",  "might've",
                                           "mustn't",       "must've",      "needn't",
                                           "not've",        "o'clock",      "oughtn't",
                                           "'ow's'at",      "shan't",       "she'd've",
                                           "should've",     "shouldn't",    "shouldn't've",
                                           "somebody'd've", "somebody'll",  "somebody's",
                                           "someone'd",     "someone'd've", "someone'll",
                                           "someone's",     "something'd",  "something'd've",
                                           "something'll",  "that's",       "there'd",
                                           "there'd've",    "there're",     "there's",
                                           "they'd",        "they'd've",    "they'll",
                                           "they're",       "they've",      "'twas",
                                           "wasn't",        "we'd've",      "we've",
                                           "weren't",       "what'll",      "what're",
                                           "what's",        "what've",      "when's",
                                           "where'd",       "where's",      "where've",
                                           "who'd",         "who'd've",     "who'll",
                                           "who's",         "who've",       "why'll",
                                           "why're",        "why's",        "won't",
                                           "would've",      "wouldn't",     "wouldn't've",
                                           "y'all",         "y'all'll",     "y'all'd've",
                                           "you'd",         "you'd've",     "you'll",
                                           "you're",        "you've",       NULL};

// Whether word is whole without the apostrophe at `at`.
static bool is_without(const char *word, const char *whole, const char *at)
{
    const size_t before = (size_t)(at - whole);
    return strncmp(word, whole, before) == 0 && strcmp(word + before, at + 1) == 0;
}

static const char *contraction_of(const char *word)
{
    if (strcmp(word, "somebody'd") == 0) return "somebodyd"; // the official table's slip
    const size_t length = strlen(word);
    for (const char *const *whole = contractions; *whole != NULL; whole++) {
        if (strlen(*whole) != length + 1) continue;
        for (const char *at = strchr(*whole, '\''); at != NULL; at = strchr(at + 1, '\''))
            if (is_without(word, *whole, at)) return *whole;
    }
    return word;
}

static bool is_article(const char *word)
{
    return strcmp(word, "a") == 0 || strcmp(word, "an") == 0 || strcmp(word, "the") == 0;
}

static void append_word(GString *words, const char *word)
{
    for (size_t i = 0; number_words[i] != NULL; i += 2)
        if (strcmp(word, number_words[i]) == 0) word = number_words[i + 1];
    if (is_article(word)) return;
    if (words->len > 0) g_string_append_c(words, ' ');
    g_string_append(words, contraction_of(word));
}

static char *words_replace(const PsCodePoints *text)
{
    g_auto(PsCodePoints) lower;
    ps_code_points_init(&lower);
    ps_code_points_lower(&lower, ps_code_points_slice(text));
    GString *words = g_string_new(NULL);
    for (size_t i = 0, end; i < lower.n; i = end + 1) {
        for (end = i; end < lower.n && !ps_is_space(lower.at[end]);)
            end++;
        if (end == i) continue;
        g_autofree char *word = ps_slice_to_utf8((PsSlice){lower.at + i, end - i});
        append_word(words, word);
    }
    return g_string_free(words, FALSE);
}

// ---- Answers

static char *stripped(const char *raw)
{
    g_auto(PsCodePoints) text;
    ps_code_points_init(&text);
    append_stripped(&text, raw);
    return ps_slice_to_utf8(ps_code_points_slice(&text));
}

static char *normalised(const char *raw)
{
    g_auto(PsCodePoints) text;
    ps_code_points_init(&text);
    append_stripped(&text, raw);
    punctuation_replace(&text);
    full_stops_delete(&text);
    return words_replace(&text);
}

static char *evalai_normalised(const char *raw)
{
    g_auto(PsCodePoints) text, lower;
    ps_code_points_init(&text);
    ps_code_points_init(&lower);
    ps_code_points_decode(&text, raw);
    ps_code_points_lower(&lower, ps_code_points_slice(&text));
    g_autofree char *lowered = ps_slice_to_utf8(ps_code_points_slice(&lower));
    g_autoptr(GString) prepared = g_string_new(lowered);
    g_string_replace(prepared, ",", "", 0);
    g_string_replace(prepared, "?", "", 0);
    g_string_replace(prepared, "'s", " 's", 0);
    return normalised(prepared->str);
}

static bool all_are_one(char *const *references, size_t n)
{
    g_autofree char *first = stripped(references[0]);
    for (size_t i = 1; i < n; i++) {
        g_autofree char *other = stripped(references[i]);
        if (strcmp(first, other) != 0) return false;
    }
    return true;
}

double ps_vqa_accuracy(PsVqaVariant variant,
                       const char *answer,
                       char *const *references,
                       size_t n_references)
{
    char *(*form)(const char *) = variant == PS_VQA_EVALAI ? evalai_normalised : normalised;
    if (variant == PS_VQA_OFFICIAL && all_are_one(references, n_references)) form = stripped;
    g_autofree char *said = form(answer);
    size_t n_same = 0;
    for (size_t i = 0; i < n_references; i++) {
        g_autofree char *reference = form(references[i]);
        n_same += strcmp(reference, said) == 0;
    }
    if (n_same == 0) return 0;
    const double to_same = MIN(1, (double)(n_same - 1) / 3),
                 to_others = MIN(1, (double)n_same / 3);
    const double n = (double)n_references;
    return ((double)n_same * to_same + (n - (double)n_same) * to_others) / n;
}

// ---- Vectors

cJSON *ps_vqa_accuracy_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n;
    const char *prediction = ps_case_string(input, "prediction");
    g_autofree char **answers = ps_case_strings(input, "answers", &n);
    if (!prediction || !answers || n == 0) return NULL;
    static const char *const names[] = {"official", "always_normalized", "textvqa"};
    cJSON *result = cJSON_CreateObject();
    for (int variant = PS_VQA_OFFICIAL; variant <= PS_VQA_EVALAI; variant++)
        cJSON_AddNumberToObject(result, names[variant],
                                ps_vqa_accuracy((PsVqaVariant)variant, prediction, answers, n));
    return result;
}

cJSON *ps_vqa_normalise_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *text = ps_case_string(input, "text");
    if (!text) return NULL;
    g_autofree char *official = normalised(text), *evalai = evalai_normalised(text);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "official", official);
    cJSON_AddStringToObject(result, "evalai", evalai);
    return result;
}

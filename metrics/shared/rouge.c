#include "metrics/shared/rouge.h"

#include "metrics/shared/code_points.h"
#include "metrics/shared/porter.h"
#include "metrics/shared/vector_case.h"

#include <string.h>

// ---- Words as numbers

// Numbers of words, the same for equal ones as long as they come from one GHashTable.
typedef struct {
    uint32_t *at; // [n]
    size_t n;
} Words;

static void words_clear(Words *words)
{
    g_free(words->at);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

// Takes word.
static uint32_t number_of(GHashTable *vocabulary, char *word)
{
    gpointer number;
    if (g_hash_table_lookup_extended(vocabulary, word, NULL, &number)) {
        g_free(word);
        return GPOINTER_TO_UINT(number);
    }
    const uint32_t next = g_hash_table_size(vocabulary);
    g_hash_table_insert(vocabulary, word, GUINT_TO_POINTER(next));
    return next;
}

static GHashTable *vocabulary_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static Words words_of_array(GArray *numbers)
{
    const size_t n = numbers->len;
    return (Words){(uint32_t *)(void *)g_array_free(numbers, FALSE), n};
}

static bool is_rouge_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Rule 1.
static Words split_google(const char *raw, bool is_stemmed, GHashTable *vocabulary)
{
    g_auto(PsCodePoints) text, lower;
    ps_code_points_init(&text);
    ps_code_points_init(&lower);
    ps_code_points_decode(&text, raw);
    ps_code_points_lower(&lower, ps_code_points_slice(&text));
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (size_t i = 0, end; i < lower.n; i = end + 1) {
        for (end = i; end < lower.n && is_rouge_letter(lower.at[end]);)
            end++;
        if (end == i) continue;
        char *word = ps_slice_to_utf8((PsSlice){lower.at + i, end - i});
        if (is_stemmed && end - i > 3) {
            char *stem = ps_porter_stem(word);
            g_free(word);
            word = stem;
        }
        const uint32_t number = number_of(vocabulary, word);
        g_array_append_val(numbers, number);
    }
    return words_of_array(numbers);
}

static Words split_spaces(const char *raw, GHashTable *vocabulary)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (const char *at = raw;; at++) {
        const size_t length = strcspn(at, " ");
        const uint32_t number = number_of(vocabulary, g_strndup(at, length));
        g_array_append_val(numbers, number);
        at += length;
        if (*at == '\0') return words_of_array(numbers);
    }
}

// ---- ROUGE-L

// Where each word stands: places[starts[w] … starts[w + 1] - 1].
typedef struct {
    size_t n_words; // numbers below this one stand somewhere
    size_t *starts, *places;
} Places;

static Places places_of(Words words)
{
    Places places = {0};
    for (size_t j = 0; j < words.n; j++)
        places.n_words = MAX(places.n_words, (size_t)words.at[j] + 1);
    places.starts = g_new0(size_t, places.n_words + 2);
    places.places = g_new(size_t, words.n + 1);
    // Counted one further on, so that filling in moves each start to where it belongs.
    for (size_t j = 0; j < words.n; j++)
        places.starts[words.at[j] + 2]++;
    for (size_t w = 2; w < places.n_words + 2; w++)
        places.starts[w] += places.starts[w - 1];
    for (size_t j = 0; j < words.n; j++)
        places.places[places.starts[words.at[j] + 1]++] = j;
    return places;
}

static void places_clear(Places *places)
{
    g_free(places->starts);
    g_free(places->places);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Places, places_clear)

// One row of the table of common subsequences: rises has a 0 where the row is one more than
// left of it. With the row's matches m it becomes (rises + (rises & m)) | (rises & ~m), a
// number of many words (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").
static void add_row(uint64_t *rises, const uint64_t *matches, size_t n_blocks)
{
    unsigned carry = 0;
    for (size_t b = 0; b < n_blocks; b++) {
        const uint64_t common = rises[b] & matches[b];
        const uint64_t sum = rises[b] + common;
        const uint64_t whole = sum + carry;
        carry = (sum < common) | (whole < sum);
        rises[b] = whole | (rises[b] & ~matches[b]);
    }
}

static size_t longest_common(Words first, Words second)
{
    const size_t n_blocks = second.n / 64 + 1;
    g_auto(Places) places = places_of(second);
    g_autofree uint64_t *rises = g_new(uint64_t, n_blocks);
    g_autofree uint64_t *matches = g_new0(uint64_t, n_blocks);
    memset(rises, 0xff, n_blocks * sizeof *rises);
    for (size_t i = 0; i < first.n; i++) {
        const size_t w = first.at[i];
        if (w >= places.n_words) continue; // stands nowhere: the row is the one before
        for (size_t k = places.starts[w]; k < places.starts[w + 1]; k++)
            matches[places.places[k] / 64] |= (uint64_t)1 << (places.places[k] % 64);
        add_row(rises, matches, n_blocks);
        for (size_t k = places.starts[w]; k < places.starts[w + 1]; k++)
            matches[places.places[k] / 64] = 0;
    }
    size_t n_common = 0;
    for (size_t j = 0; j < second.n; j++)
        n_common += !(rises[j / 64] >> (j % 64) & 1);
    return n_common;
}

static PsRouge rouge_of(size_t n_common, size_t n_answer, size_t n_reference)
{
    PsRouge rouge = {0};
    if (n_common == 0) return rouge;
    rouge.precision = (double)n_common / (double)n_answer;
    rouge.recall = (double)n_common / (double)n_reference;
    rouge.f = 2 * rouge.precision * rouge.recall / (rouge.precision + rouge.recall);
    return rouge;
}

PsRouge ps_rouge_l(const char *answer, const char *reference)
{
    g_autoptr(GHashTable) vocabulary = vocabulary_new();
    g_auto(Words) said = split_google(answer, false, vocabulary);
    g_auto(Words) wanted = split_google(reference, false, vocabulary);
    return rouge_of(longest_common(said, wanted), said.n, wanted.n);
}

double ps_rouge_l_coco(const char *answer, char *const *references, size_t n_references)
{
    const double beta_squared = 1.2 * 1.2;
    g_autoptr(GHashTable) vocabulary = vocabulary_new();
    g_auto(Words) said = split_spaces(answer, vocabulary);
    double precision = 0, recall = 0;
    for (size_t i = 0; i < n_references; i++) {
        g_auto(Words) wanted = split_spaces(references[i], vocabulary);
        const double n_common = (double)longest_common(said, wanted);
        precision = MAX(precision, n_common / (double)said.n);
        recall = MAX(recall, n_common / (double)wanted.n);
    }
    if (precision == 0 || recall == 0) return 0;
    return (1 + beta_squared) * precision * recall / (recall + beta_squared * precision);
}

// ---- ROUGE-Lsum (rule 3) and ROUGE-n (rule 4), for the vectors

// Marks the words of reference that are in its longest common subsequence with sentence: that
// which the source's walk back through the table finds.
static void common_mark(Words reference, Words sentence, bool *is_common)
{
    const size_t width = sentence.n + 1;
    g_autofree uint32_t *table = g_new0(uint32_t, (reference.n + 1) * width);
    for (size_t i = 1; i <= reference.n; i++)
        for (size_t j = 1; j <= sentence.n; j++)
            table[i * width + j] =
                reference.at[i - 1] == sentence.at[j - 1]
                    ? table[(i - 1) * width + j - 1] + 1
                    : MAX(table[(i - 1) * width + j], table[i * width + j - 1]);
    for (size_t i = reference.n, j = sentence.n; i > 0 && j > 0;) {
        if (reference.at[i - 1] == sentence.at[j - 1]) {
            is_common[i - 1] = true;
            i--;
            j--;
        } else if (table[i * width + j - 1] > table[(i - 1) * width + j]) {
            j--;
        } else {
            i--;
        }
    }
}

typedef struct {
    size_t n, n_words;
    Words *at;           // [n], of the lines that are not empty
    uint32_t *n_of_word; // [size of the vocabulary]
} Sentences;

static Sentences sentences_split(const char *text, bool is_stemmed, GHashTable *vocabulary)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Sentences sentences = {.at = g_new0(Words, g_strv_length(lines) + 1)};
    for (char **line = lines; *line != NULL; line++) {
        if (**line == '\0') continue;
        const Words words = split_google(*line, is_stemmed, vocabulary);
        sentences.at[sentences.n++] = words;
        sentences.n_words += words.n;
    }
    return sentences;
}

static void sentences_count(Sentences *sentences, size_t vocabulary_size)
{
    sentences->n_of_word = g_new0(uint32_t, vocabulary_size + 1);
    for (size_t i = 0; i < sentences->n; i++)
        for (size_t j = 0; j < sentences->at[i].n; j++)
            sentences->n_of_word[sentences->at[i].at[j]]++;
}

static void sentences_clear(Sentences *sentences)
{
    for (size_t i = 0; i < sentences->n; i++)
        words_clear(&sentences->at[i]);
    g_free(sentences->at);
    g_free(sentences->n_of_word);
}

static size_t union_hits(Sentences *answer, Sentences *reference)
{
    size_t n_hits = 0;
    for (size_t i = 0; i < reference->n; i++) {
        const Words sentence = reference->at[i];
        g_autofree bool *is_common = g_new0(bool, sentence.n + 1);
        for (size_t j = 0; j < answer->n; j++)
            common_mark(sentence, answer->at[j], is_common);
        for (size_t j = 0; j < sentence.n; j++) {
            uint32_t *left = &reference->n_of_word[sentence.at[j]];
            uint32_t *left_said = &answer->n_of_word[sentence.at[j]];
            if (!is_common[j] || *left == 0 || *left_said == 0) continue;
            --*left;
            --*left_said;
            n_hits++;
        }
    }
    return n_hits;
}

static PsRouge rouge_lsum(const char *answer, const char *reference, bool is_stemmed)
{
    g_autoptr(GHashTable) vocabulary = vocabulary_new();
    Sentences said = sentences_split(answer, is_stemmed, vocabulary);
    Sentences wanted = sentences_split(reference, is_stemmed, vocabulary);
    sentences_count(&said, g_hash_table_size(vocabulary));
    sentences_count(&wanted, g_hash_table_size(vocabulary));
    const PsRouge rouge = rouge_of(union_hits(&said, &wanted), said.n_words, wanted.n_words);
    sentences_clear(&said);
    sentences_clear(&wanted);
    return rouge;
}

static uint64_t gram_at(Words words, size_t i, size_t n)
{
    uint64_t gram = 0;
    for (size_t k = 0; k < n; k++)
        gram = gram << 32 | words.at[i + k];
    return gram;
}

// Runs of n words, 1 or 2, that match one to one.
static PsRouge rouge_n(Words said, Words wanted, size_t n)
{
    const size_t n_said = said.n >= n ? said.n - n + 1 : 0;
    const size_t n_wanted = wanted.n >= n ? wanted.n - n + 1 : 0;
    g_autofree bool *is_taken = g_new0(bool, n_wanted + 1);
    size_t n_common = 0;
    for (size_t i = 0; i < n_said; i++) {
        for (size_t j = 0; j < n_wanted; j++) {
            if (is_taken[j] || gram_at(said, i, n) != gram_at(wanted, j, n)) continue;
            is_taken[j] = true;
            n_common++;
            break;
        }
    }
    return rouge_of(n_common, n_said, n_wanted);
}

// ---- Vectors

static void add_rouge(cJSON *result, const char *name, PsRouge rouge)
{
    cJSON *object = cJSON_AddObjectToObject(result, name);
    cJSON_AddNumberToObject(object, "precision", rouge.precision);
    cJSON_AddNumberToObject(object, "recall", rouge.recall);
    cJSON_AddNumberToObject(object, "f", rouge.f);
}

cJSON *ps_rouge_l_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *target = ps_case_string(input, "target");
    const char *prediction = ps_case_string(input, "prediction");
    if (!target || !prediction) return NULL;
    const bool is_stemmed = cJSON_IsTrue(cJSON_GetObjectItem(input, "stemmer"));
    g_autoptr(GHashTable) vocabulary = vocabulary_new();
    g_auto(Words) said = split_google(prediction, is_stemmed, vocabulary);
    g_auto(Words) wanted = split_google(target, is_stemmed, vocabulary);
    cJSON *result = cJSON_CreateObject();
    add_rouge(result, "rouge1", rouge_n(said, wanted, 1));
    add_rouge(result, "rouge2", rouge_n(said, wanted, 2));
    add_rouge(result, "rougeL", rouge_of(longest_common(said, wanted), said.n, wanted.n));
    add_rouge(result, "rougeLsum", rouge_lsum(prediction, target, is_stemmed));
    return result;
}

cJSON *ps_rouge_l_coco_compute(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n;
    const char *candidate = ps_case_string(input, "candidate");
    g_autofree char **references = ps_case_strings(input, "references", &n);
    if (!candidate || !references || n == 0) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "rouge_l", ps_rouge_l_coco(candidate, references, n));
    return result;
}

#include "engine/vocabulary.h"

#include "engine/unicode.h"

#include <stdlib.h>
#include <string.h>

#define MERGES_MOST ((size_t)1 << 22)

// ---- The byte-level alphabet

// Bytes that are visible in Latin-1 stand for themselves.
static bool is_visible(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

// The others are numbered from U+0100 on.
uint32_t pe_byte_character(unsigned char byte)
{
    uint32_t n_invisible = 0;
    if (is_visible(byte)) return byte;
    for (unsigned i = 0; i < byte; i++)
        n_invisible += !is_visible(i);
    return 0x100 + n_invisible;
}

// The highest character of the alphabet is U+0143.
#define ALPHABET_SIZE 0x144

// The byte of each character, or -1.
static void alphabet_make(int16_t bytes[ALPHABET_SIZE])
{
    for (size_t i = 0; i < ALPHABET_SIZE; i++)
        bytes[i] = -1;
    for (int16_t byte = 0; byte < 256; byte++)
        bytes[pe_byte_character((unsigned char)byte)] = byte;
}

// Writes the bytes that text stands for; a character outside the alphabet stays as it is.
// Returns how many, at most text.n_bytes.
static size_t bytes_of(const int16_t alphabet[ALPHABET_SIZE], PeString text, char *bytes)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n_bytes;) {
        const PeCharacter c = pe_character_at(text.bytes + at, text.n_bytes - at);
        if (c.code < ALPHABET_SIZE && alphabet[c.code] >= 0) {
            bytes[n++] = (char)alphabet[c.code];
        } else {
            memcpy(bytes + n, text.bytes + at, c.n_bytes);
            n += c.n_bytes;
        }
        at += c.n_bytes;
    }
    return n;
}

// ---- Texts

// qsort has no argument for the texts, so that text and id are sorted together.
typedef struct {
    PeString text;
    int32_t id;
} Named;

static int compare_named(const void *a, const void *b)
{
    const Named *left = a, *right = b;
    const int order = pe_string_compare(left->text, right->text);
    return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

static bool sort_texts(PeVocabulary *vocabulary, PeError *error)
{
    const size_t n = vocabulary->n_tokens;
    Named *named = calloc(n, sizeof *named);
    vocabulary->by_text = calloc(n, sizeof *vocabulary->by_text);
    if (named == NULL || vocabulary->by_text == NULL) {
        free(named);
        return pe_fail_memory(error);
    }
    for (size_t i = 0; i < n; i++)
        named[i] = (Named){vocabulary->tokens[i].text, (int32_t)i};
    qsort(named, n, sizeof *named, compare_named);
    for (size_t i = 0; i < n; i++)
        vocabulary->by_text[i] = named[i].id;
    free(named);
    return true;
}

int32_t pe_token_find(const PeVocabulary *vocabulary, PeString text)
{
    size_t low = 0, high = vocabulary->n_tokens;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const PeString seen = vocabulary->tokens[vocabulary->by_text[middle]].text;
        if (pe_string_compare(seen, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == vocabulary->n_tokens) return PE_NO_TOKEN;
    const int32_t token = vocabulary->by_text[low];
    return pe_string_compare(vocabulary->tokens[token].text, text) == 0 ? token : PE_NO_TOKEN;
}

int32_t pe_token_find_text(const PeVocabulary *vocabulary, const char *text)
{
    return pe_token_find(vocabulary, (PeString){text, strlen(text)});
}

// ---- Tokens

static bool read_kinds(PeVocabulary *vocabulary, const PeGguf *gguf, PeError *error)
{
    const char *const key = "tokenizer.ggml.token_type";
    int32_t *kinds;
    size_t n;
    if (!pe_gguf_integers(gguf, key, PE_TOKENS_MOST, &kinds, &n, error)) return false;
    bool ok = n == vocabulary->n_tokens
              || pe_fail(error, "key %s: has %zu values for %zu tokens", key, n,
                         vocabulary->n_tokens);
    for (size_t i = 0; ok && i < n; i++) {
        vocabulary->tokens[i].kind = (PeTokenKind)kinds[i];
        ok = (kinds[i] >= PE_TOKEN_NORMAL && kinds[i] <= PE_TOKEN_BYTE)
             || pe_fail(error, "key %s: token %zu has type %d", key, i, kinds[i]);
    }
    free(kinds);
    return ok;
}

static bool read_texts(PeVocabulary *vocabulary, const PeGguf *gguf, PeError *error)
{
    PeString *texts;
    const char *const key = "tokenizer.ggml.tokens";
    if (!pe_gguf_strings(gguf, key, PE_TOKENS_MOST, &texts, &vocabulary->n_tokens, error))
        return false;
    vocabulary->tokens = calloc(vocabulary->n_tokens + 1, sizeof *vocabulary->tokens);
    for (size_t i = 0; vocabulary->tokens != NULL && i < vocabulary->n_tokens; i++)
        vocabulary->tokens[i].text = texts[i];
    free(texts);
    if (vocabulary->tokens == NULL) return pe_fail_memory(error);
    return vocabulary->n_tokens > 0 || pe_fail(error, "key %s: is empty", key);
}

// Normal tokens are in the byte-level alphabet, the others mean their own text.
static bool make_bytes(PeVocabulary *vocabulary, PeError *error)
{
    int16_t alphabet[ALPHABET_SIZE];
    size_t n_bytes = 1;
    alphabet_make(alphabet);
    for (size_t i = 0; i < vocabulary->n_tokens; i++)
        n_bytes += vocabulary->tokens[i].text.n_bytes;
    char *at = vocabulary->byte_arena = malloc(n_bytes);
    if (at == NULL) return pe_fail_memory(error);
    for (size_t i = 0; i < vocabulary->n_tokens; i++) {
        PeToken *token = &vocabulary->tokens[i];
        token->bytes = token->text;
        if (token->kind != PE_TOKEN_NORMAL) continue;
        token->bytes = (PeString){at, bytes_of(alphabet, token->text, at)};
        at += token->bytes.n_bytes;
    }
    return true;
}

static bool find_bytes(PeVocabulary *vocabulary, PeError *error)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[4];
        const size_t n = pe_character_write(pe_byte_character((unsigned char)byte), text);
        vocabulary->byte_tokens[byte] = pe_token_find(vocabulary, (PeString){text, n});
        if (vocabulary->byte_tokens[byte] == PE_NO_TOKEN)
            return pe_fail(error, "key tokenizer.ggml.tokens: byte 0x%02x has no token", byte);
    }
    return true;
}

// ---- Special tokens

static int compare_specials(const void *a, const void *b)
{
    const Named *left = a, *right = b;
    if (left->text.n_bytes != right->text.n_bytes)
        return left->text.n_bytes < right->text.n_bytes ? 1 : -1;
    return (left->id > right->id) - (left->id < right->id);
}

static bool is_special(const PeToken *token)
{
    return (token->kind == PE_TOKEN_CONTROL || token->kind == PE_TOKEN_USER_DEFINED)
           && token->text.n_bytes > 0;
}

static bool find_specials(PeVocabulary *vocabulary, PeError *error)
{
    const size_t n = vocabulary->n_tokens;
    Named *named = calloc(n, sizeof *named);
    vocabulary->specials = calloc(n, sizeof *vocabulary->specials);
    if (named == NULL || vocabulary->specials == NULL) {
        free(named);
        return pe_fail_memory(error);
    }
    for (size_t i = 0; i < n; i++)
        if (is_special(&vocabulary->tokens[i]))
            named[vocabulary->n_specials++] = (Named){vocabulary->tokens[i].text, (int32_t)i};
    qsort(named, vocabulary->n_specials, sizeof *named, compare_specials);
    for (size_t i = 0; i < vocabulary->n_specials; i++)
        vocabulary->specials[i] = named[i].id;
    free(named);
    return true;
}

static bool read_id(const PeVocabulary *vocabulary,
                    const PeGguf *gguf,
                    const char *key,
                    int32_t *id,
                    PeError *error)
{
    size_t value;
    *id = PE_NO_TOKEN;
    if (pe_gguf_find(gguf, key) == NULL) return true;
    if (!pe_gguf_size(gguf, key, 0, vocabulary->n_tokens - 1, &value, error)) return false;
    *id = (int32_t)value;
    return true;
}

static bool read_ids(PeVocabulary *vocabulary, const PeGguf *gguf, PeError *error)
{
    return read_id(vocabulary, gguf, "tokenizer.ggml.bos_token_id", &vocabulary->beginning,
                   error)
           && read_id(vocabulary, gguf, "tokenizer.ggml.eos_token_id", &vocabulary->end, error)
           && read_id(vocabulary, gguf, "tokenizer.ggml.eot_token_id", &vocabulary->end_of_turn,
                      error)
           && pe_gguf_bool_or(gguf, "tokenizer.ggml.add_bos_token",
                              vocabulary->words == PE_WORDS_LLAMA_BPE,
                              &vocabulary->adds_beginning, error)
           && (!vocabulary->adds_beginning || vocabulary->beginning != PE_NO_TOKEN
               || pe_fail(error, "key tokenizer.ggml.bos_token_id: is not there"));
}

bool pe_token_is_end(const PeVocabulary *vocabulary, int32_t token)
{
    static const char *const texts[] = {"<|endoftext|>", "<|im_end|>",        "<|end|>",
                                        "<|eot_id|>",    "<end_of_turn>",     "<|end_of_text|>",
                                        "</s>",          "<end_of_utterance>"};
    if (token == vocabulary->end || token == vocabulary->end_of_turn) return true;
    if (vocabulary->tokens[token].kind != PE_TOKEN_CONTROL) return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (pe_string_is(vocabulary->tokens[token].text, texts[i])) return true;
    return false;
}

// ---- Merges

static int compare_pairs(const PeMerge *a, int32_t left, int32_t right)
{
    if (a->left != left) return a->left < left ? -1 : 1;
    return (a->right > right) - (a->right < right);
}

static int compare_merges(const void *a, const void *b)
{
    const PeMerge *x = a, *y = b;
    const int order = compare_pairs(x, y->left, y->right);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

const PeMerge *pe_merge_find(const PeVocabulary *vocabulary, int32_t left, int32_t right)
{
    size_t low = 0, high = vocabulary->n_merges;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_pairs(&vocabulary->merges[middle], left, right) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == vocabulary->n_merges) return NULL;
    const PeMerge *merge = &vocabulary->merges[low];
    return compare_pairs(merge, left, right) == 0 ? merge : NULL;
}

// The token whose text is the left and the right one's, one after the other.
static int32_t
whole_find(const PeVocabulary *vocabulary, PeString left, PeString right, char *text)
{
    memcpy(text, left.bytes, left.n_bytes);
    memcpy(text + left.n_bytes, right.bytes, right.n_bytes);
    return pe_token_find(vocabulary, (PeString){text, left.n_bytes + right.n_bytes});
}

// "left right"; the left one may begin with the space that no alphabet has, so the search
// begins after its first byte.
static bool
read_merge(const PeVocabulary *vocabulary, PeString rule, char *text, PeMerge *merge)
{
    if (rule.n_bytes < 3) return false;
    const char *space = memchr(rule.bytes + 1, ' ', rule.n_bytes - 1);
    if (space == NULL) return false;
    const PeString left = {rule.bytes, (size_t)(space - rule.bytes)},
                   right = {space + 1, rule.n_bytes - left.n_bytes - 1};
    merge->left = pe_token_find(vocabulary, left);
    merge->right = pe_token_find(vocabulary, right);
    merge->whole = whole_find(vocabulary, left, right, text);
    return merge->left >= 0 && merge->right >= 0 && merge->whole >= 0;
}

static size_t longest(const PeString *strings, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (strings[i].n_bytes > most) most = strings[i].n_bytes;
    return most;
}

static bool
make_merges(PeVocabulary *vocabulary, const PeString *rules, size_t n, PeError *error)
{
    char *text = malloc(longest(rules, n) + 1);
    vocabulary->merges = calloc(n + 1, sizeof *vocabulary->merges);
    if (text == NULL || vocabulary->merges == NULL) {
        free(text);
        return pe_fail_memory(error);
    }
    size_t i = 0;
    for (; i < n; i++) {
        vocabulary->merges[i].rank = (uint32_t)i;
        if (!read_merge(vocabulary, rules[i], text, &vocabulary->merges[i])) break;
    }
    free(text);
    if (i < n)
        return pe_fail(
            error, "key tokenizer.ggml.merges: rule %zu is not of two tokens that make a third",
            i);
    vocabulary->n_merges = n;
    qsort(vocabulary->merges, n, sizeof *vocabulary->merges, compare_merges);
    return true;
}

static bool read_merges(PeVocabulary *vocabulary, const PeGguf *gguf, PeError *error)
{
    PeString *rules;
    size_t n;
    if (!pe_gguf_strings(gguf, "tokenizer.ggml.merges", MERGES_MOST, &rules, &n, error))
        return false;
    const bool ok = make_merges(vocabulary, rules, n, error);
    free(rules);
    return ok;
}

// ---- All of it

// How much of a name goes into a message.
static int name_bytes(PeString name)
{
    return name.n_bytes < 64 ? (int)name.n_bytes : 64;
}

static bool read_ways(PeVocabulary *vocabulary, const PeGguf *gguf, PeError *error)
{
    PeString model, words;
    if (!pe_gguf_string(gguf, "tokenizer.ggml.model", &model, error)
        || !pe_gguf_string(gguf, "tokenizer.ggml.pre", &words, error))
        return false;
    if (!pe_string_is(model, "gpt2"))
        return pe_fail(error, "key tokenizer.ggml.model: %.*s is not known; gpt2 is",
                       name_bytes(model), model.bytes);
    if (!pe_words_find(words, &vocabulary->words))
        return pe_fail(
            error, "key tokenizer.ggml.pre: %.*s is not known; gpt-2, smollm and llama-bpe are",
            name_bytes(words), words.bytes);
    vocabulary->has_whole_words = vocabulary->words == PE_WORDS_LLAMA_BPE;
    return true;
}

PeVocabulary *pe_vocabulary_new(const PeGguf *gguf, PeError *error)
{
    PeVocabulary *vocabulary = calloc(1, sizeof *vocabulary);
    if (vocabulary == NULL) {
        pe_fail_memory(error);
        return NULL;
    }
    if (read_ways(vocabulary, gguf, error) && read_texts(vocabulary, gguf, error)
        && read_kinds(vocabulary, gguf, error) && sort_texts(vocabulary, error)
        && make_bytes(vocabulary, error) && find_bytes(vocabulary, error)
        && find_specials(vocabulary, error) && read_ids(vocabulary, gguf, error)
        && read_merges(vocabulary, gguf, error))
        return vocabulary;
    pe_vocabulary_free(vocabulary);
    return NULL;
}

void pe_vocabulary_free(PeVocabulary *vocabulary)
{
    if (vocabulary == NULL) return;
    free(vocabulary->tokens);
    free(vocabulary->specials);
    free(vocabulary->merges);
    free(vocabulary->by_text);
    free(vocabulary->byte_arena);
    free(vocabulary);
}

#include "metrics/shared/items.h"

#include "metrics/shared/english_words.h"

#include <string.h>

// Of one name of an item.
enum { MAX_WORDS = 8 };

typedef enum { OBJECT, LIKELY, KNOWN, N_KINDS } Kind;

typedef struct {
    Kind kind;
    bool is_mentioned;
} Item;

typedef struct {
    GPtrArray *items;  // Item *
    GHashTable *words; // words of an item, joined by spaces → Item *
    guint most_words;  // of an item
} Vocabulary;

static void vocabulary_init(Vocabulary *vocabulary)
{
    vocabulary->items = g_ptr_array_new_with_free_func(g_free);
    vocabulary->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    vocabulary->most_words = 0;
}

static void vocabulary_clear(Vocabulary *vocabulary)
{
    g_ptr_array_unref(vocabulary->items);
    g_hash_table_unref(vocabulary->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Vocabulary, vocabulary_clear)

// One name of an item; false if it is known already (rule 2), or no name.
static bool vocabulary_add(Vocabulary *vocabulary, const char *name, Item *item)
{
    g_autoptr(GPtrArray) words = ps_english_words(name);
    if (words->len == 0 || words->len > MAX_WORDS) return false;
    g_ptr_array_add(words, NULL);
    g_autofree char *key = g_strjoinv(" ", (char **)words->pdata);
    if (g_hash_table_contains(vocabulary->words, key)) return false;
    g_hash_table_insert(vocabulary->words, g_steal_pointer(&key), item);
    vocabulary->most_words = MAX(vocabulary->most_words, words->len - 1);
    return true;
}

// Rule 1: the items of one attribute.
static void vocabulary_add_items(Vocabulary *vocabulary, const char *list, Kind kind)
{
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    for (size_t i = 0; names[i]; i++) {
        g_auto(GStrv) synonyms = g_strsplit(names[i], "/", -1);
        g_autofree Item *item = g_new(Item, 1);
        *item = (Item){.kind = kind};
        bool is_new = false;
        for (size_t j = 0; synonyms[j]; j++)
            is_new = vocabulary_add(vocabulary, synonyms[j], item) || is_new;
        if (is_new) g_ptr_array_add(vocabulary->items, g_steal_pointer(&item));
    }
}

// Rule 3: the longest item that begins at words[start], or NULL; *n is how many words it has.
// key is storage.
static Item *find_item(
    const Vocabulary *vocabulary, const GPtrArray *words, guint start, GString *key, guint *n)
{
    Item *longest = NULL;
    const guint end = MIN(words->len, start + vocabulary->most_words);
    g_string_truncate(key, 0);
    for (guint i = start; i < end; i++) {
        if (i > start) g_string_append_c(key, ' ');
        g_string_append(key, words->pdata[i]);
        Item *item = g_hash_table_lookup(vocabulary->words, key->str);
        if (item == NULL) continue;
        longest = item;
        *n = i - start + 1;
    }
    return longest;
}

// Rules 3 and 4.
static void
count_mentions(const Vocabulary *vocabulary, const char *answer, PsItemCounts *counts)
{
    g_autoptr(GPtrArray) words = ps_english_words(answer);
    g_autoptr(GString) key = g_string_new(NULL);
    for (guint i = 0, n; i < words->len; i += n) {
        n = 1;
        Item *item = find_item(vocabulary, words, i, key, &n);
        if (item == NULL) continue;
        item->is_mentioned = true;
        counts->n_mentions++;
        counts->n_grounded += item->kind == OBJECT;
    }
}

bool ps_items_count(const PsSample *sample, const PsResponse *response, PsItemCounts *counts)
{
    static const char *const attributes[N_KINDS] = {
        [OBJECT] = "objects", [LIKELY] = "likely_items", [KNOWN] = "known_items"};
    if (ps_sample_attribute(sample, attributes[OBJECT]) == NULL) return false;
    g_auto(Vocabulary) vocabulary;
    vocabulary_init(&vocabulary);
    *counts = (PsItemCounts){.has_vocabulary = false};
    for (int kind = 0; kind < N_KINDS; kind++) {
        const char *list = ps_sample_attribute(sample, attributes[kind]);
        if (list == NULL) continue;
        vocabulary_add_items(&vocabulary, list, (Kind)kind);
        counts->has_vocabulary = counts->has_vocabulary || kind != OBJECT;
    }
    count_mentions(&vocabulary, response->answer, counts);
    for (guint i = 0; i < vocabulary.items->len; i++) {
        const Item *item = vocabulary.items->pdata[i];
        counts->n_objects += item->kind == OBJECT;
        counts->n_covered += item->kind == OBJECT && item->is_mentioned;
        counts->n_likely += item->kind == LIKELY;
        counts->n_hit += item->kind == LIKELY && item->is_mentioned;
    }
    return true;
}

#include "metrics/shared/english_words.h"

#include "metrics/shared/code_points.h"

#include <string.h>

// ---- Singular -------------------------------------------------------------------------------

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

// word without its last n_cut bytes, and ending behind it.
static char *ending_replaced(const char *word, size_t n_cut, const char *ending)
{
    GString *singular = g_string_new_len(word, (gssize)(strlen(word) - n_cut));
    g_string_append(singular, ending);
    return g_string_free(singular, FALSE);
}

static char *irregular_singular(const char *word)
{
    static const struct {
        const char *plural, *singular;
    } irregular[] = {
        {"people", "person"}, {"children", "child"}, {"men", "man"},    {"geese", "goose"},
        {"oxen", "ox"},       {"mice", "mouse"},     {"lice", "louse"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(irregular); i++)
        if (g_str_has_suffix(word, irregular[i].plural))
            return ending_replaced(word, strlen(irregular[i].plural), irregular[i].singular);
    return NULL;
}

// What stays as it is though it ends in "s".
static bool is_unchanged(const char *word)
{
    static const char *const words[] = {"scissors", "pliers",  "series",  "species", "news",
                                        "shears",   "doggies", "collies", "birdies", "cookies",
                                        "hoagies",  "veggies", "aunties", "sweeties"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0) return true;
    return false;
}

// Rule 5 for a word in -ves.
static char *ves_singular(const char *word, size_t length)
{
    const char last = length > 3 ? word[length - 4] : '\0';
    const char before = length > 4 ? word[length - 5] : '\0';
    const bool is_ea = before == 'e' && last == 'a' && length > 5 && word[length - 6] != 'd';
    if (is_ea || (last == 'l' && is_one_of(before, "aeo")) || (last == 'r' && before != 'e'))
        return ending_replaced(word, 3, "f");
    if (last == 'i' && is_one_of(before, "nlw")) return ending_replaced(word, 3, "fe");
    if (last == 'l') return ending_replaced(word, 3, "f");
    return ending_replaced(word, 1, "");
}

static char *es_singular(const char *word, size_t length)
{
    static const char *const cut_two[] = {"xes", "ches", "sses", "shes", "oes", "buses"};
    for (size_t i = 0; i < G_N_ELEMENTS(cut_two); i++)
        if (g_str_has_suffix(word, cut_two[i]) && !g_str_has_suffix(word, "shoes"))
            return ending_replaced(word, 2, "");
    if (g_str_has_suffix(word, "ies") && length > 3 && !is_one_of(word[length - 4], "aeiouy"))
        return ending_replaced(word, 3, "y");
    if (g_str_has_suffix(word, "ves")) return ves_singular(word, length);
    return ending_replaced(word, 1, "");
}

char *ps_english_singular(const char *word)
{
    char *irregular = irregular_singular(word);
    if (irregular != NULL) return irregular;
    if (!g_str_has_suffix(word, "s") || is_unchanged(word)) return g_strdup(word);
    return es_singular(word, strlen(word));
}

// ---- Words ----------------------------------------------------------------------------------

// Marks that are words of their own wherever they stand.
static bool is_mark(uint32_t c)
{
    switch (c) {
    case 0xab:
    case 0xbb:
    case 0x2018:
    case 0x2019:
    case 0x201c:
    case 0x201d:
    case 0x201e:
        return true;
    default:
        return c < 0x80 && is_one_of((char)c, ";@#$%&?!*()[]{}<>\"`");
    }
}

static bool is_closing(uint32_t c)
{
    return c == 0xbb || c == 0x2019 || c == 0x201d
           || (c < 0x80 && is_one_of((char)c, "])}>\"'"));
}

// Whether the text is at its end, or at white space.
static bool is_break(PsSlice text, size_t i)
{
    return i >= text.n || ps_is_space(text.at[i]);
}

static uint32_t at(PsSlice text, size_t i)
{
    return i < text.n ? text.at[i] : 0;
}

// How many code points from i on are a word of their own; 0: none (rule 2).
static size_t mark_length(PsSlice text, size_t i)
{
    const uint32_t c = text.at[i], next = at(text, i + 1);
    if (is_mark(c)) return 1;
    if (c == ',' || c == ':') return next - '0' < 10 ? 0 : 1;
    if (c == '-') return next == '-' ? 2 : 0;
    if (c != '.') return 0;
    size_t end = i;
    while (at(text, end) == '.')
        end++;
    if (end - i > 1) return end - i;
    while (end < text.n && is_closing(text.at[end]))
        end++;
    return is_break(text, end) ? 1 : 0;
}

// Whether an ending that is cut off stands in place i (rule 3).
static bool is_ending(PsSlice text, size_t i)
{
    static const char *const endings[] = {"'", "'s", "'m", "'d", "'ll", "'re", "'ve", "n't"};
    for (size_t e = 0; e < G_N_ELEMENTS(endings); e++) {
        const size_t length = strlen(endings[e]);
        bool is_same = true;
        for (size_t j = 0; j < length; j++)
            is_same = is_same && at(text, i + j) == (uint32_t)endings[e][j];
        if (!is_same) continue;
        if (is_break(text, i + length) || mark_length(text, i + length) > 0) return true;
    }
    return false;
}

static void add_word(GPtrArray *words, PsSlice text, size_t start, size_t end)
{
    if (end <= start) return;
    g_autofree char *word = ps_slice_to_utf8((PsSlice){text.at + start, end - start});
    g_ptr_array_add(words, ps_english_singular(word));
}

GPtrArray *ps_english_words(const char *text)
{
    g_auto(PsCodePoints) raw, lower;
    ps_code_points_init(&raw);
    ps_code_points_init(&lower);
    ps_code_points_decode(&raw, text);
    ps_code_points_lower(&lower, ps_code_points_slice(&raw));
    const PsSlice slice = ps_code_points_slice(&lower);
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    size_t start = 0;
    for (size_t i = 0; i < slice.n;) {
        const size_t length = is_break(slice, i) ? 0 : mark_length(slice, i);
        const bool is_cut = length > 0 || is_break(slice, i) || is_ending(slice, i);
        if (is_cut) add_word(words, slice, start, i);
        add_word(words, slice, i, i + length);
        if (is_cut) start = i + length;
        if (is_break(slice, i)) start = i + 1;
        i += MAX(length, 1);
    }
    add_word(words, slice, start, slice.n);
    return words;
}

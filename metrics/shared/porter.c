#include "metrics/shared/porter.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static const char *const irregular[][2] = {
    {"skies", "sky"},       {"sky", "sky"},          {"dying", "die"},
    {"lying", "lie"},       {"tying", "tie"},        {"news", "news"},
    {"innings", "inning"},  {"inning", "inning"},    {"outings", "outing"},
    {"outing", "outing"},   {"cannings", "canning"}, {"canning", "canning"},
    {"howe", "howe"},       {"proceed", "proceed"},  {"exceed", "exceed"},
    {"succeed", "succeed"},
};

// ---- What the conditions ask of the first n letters of a word

static bool is_consonant(const char *word, size_t i)
{
    if (strchr("aeiou", word[i]) != NULL) return false;
    return word[i] != 'y' || i == 0 || !is_consonant(word, i - 1);
}

// m: how many times a vowel is followed by a consonant.
static size_t measure(const char *word, size_t n)
{
    size_t m = 0;
    for (size_t i = 1; i < n; i++)
        m += is_consonant(word, i) && !is_consonant(word, i - 1);
    return m;
}

static bool has_vowel(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_consonant(word, i)) return true;
    return false;
}

static bool ends_double_consonant(const char *word, size_t n)
{
    return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

// *o; words of two letters are NLTK's extension.
static bool ends_cvc(const char *word, size_t n)
{
    if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
    return n >= 3 && is_consonant(word, n - 3) && !is_consonant(word, n - 2)
           && is_consonant(word, n - 1) && strchr("wxy", word[n - 1]) == NULL;
}

// ---- Rules

// The length without suffix, if word ends in it.
static bool ends_in(const GString *word, const char *suffix, size_t *n)
{
    const size_t length = strlen(suffix);
    if (word->len < length || strcmp(word->str + word->len - length, suffix) != 0) return false;
    *n = word->len - length;
    return true;
}

static void replace_from(GString *word, size_t n, const char *replacement)
{
    g_string_truncate(word, n);
    g_string_append(word, replacement);
}

typedef struct {
    const char *suffix, *replacement;
} Rule;

// The first rule whose suffix fits decides: it is applied if what is before has a measure of
// at least least_m.
static void apply_first(GString *word, const Rule *rules, size_t n_rules, size_t least_m)
{
    size_t n;
    for (size_t i = 0; i < n_rules; i++) {
        if (!ends_in(word, rules[i].suffix, &n)) continue;
        if (measure(word->str, n) >= least_m) replace_from(word, n, rules[i].replacement);
        return;
    }
}

static void step_1a(GString *word)
{
    static const Rule rules[] = {{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}};
    size_t n;
    if (ends_in(word, "ies", &n) && n == 1)
        replace_from(word, n, "ie");
    else
        apply_first(word, rules, G_N_ELEMENTS(rules), 0);
}

// What follows where "ed" or "ing" went.
static void step_1b_mend(GString *word)
{
    static const Rule rules[] = {{"at", "ate"}, {"bl", "ble"}, {"iz", "ize"}};
    size_t n;
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (ends_in(word, rules[i].suffix, &n)) {
            replace_from(word, n, rules[i].replacement);
            return;
        }
    if (ends_double_consonant(word->str, word->len)) {
        if (strchr("lsz", word->str[word->len - 1]) == NULL)
            g_string_truncate(word, word->len - 1);
    } else if (measure(word->str, word->len) == 1 && ends_cvc(word->str, word->len)) {
        g_string_append_c(word, 'e');
    }
}

static void step_1b(GString *word)
{
    size_t n;
    if (ends_in(word, "ied", &n)) {
        replace_from(word, n, n == 1 ? "ie" : "i");
    } else if (ends_in(word, "eed", &n)) {
        if (measure(word->str, n) > 0) replace_from(word, n, "ee");
    } else if ((ends_in(word, "ed", &n) || ends_in(word, "ing", &n))
               && has_vowel(word->str, n)) {
        g_string_truncate(word, n);
        step_1b_mend(word);
    }
}

static void step_1c(GString *word)
{
    size_t n;
    if (ends_in(word, "y", &n) && n > 1 && is_consonant(word->str, n - 1))
        replace_from(word, n, "i");
}

static void step_2(GString *word)
{
    static const Rule rules[] = {
        {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
        {"izer", "ize"},    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"},
        {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
        {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
        {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"},
        {"fulli", "ful"},
    };
    size_t n;
    if (ends_in(word, "alli", &n) && measure(word->str, n) > 0) {
        replace_from(word, n, "al");
        step_2(word);
    } else if (ends_in(word, "logi", &n)) {
        // What is before "ogi" counts, with its l.
        if (measure(word->str, n + 1) > 0) replace_from(word, n, "log");
    } else {
        apply_first(word, rules, G_N_ELEMENTS(rules), 1);
    }
}

static void step_3(GString *word)
{
    static const Rule rules[] = {{"icate", "ic"}, {"ative", ""},  {"alize", "al"},
                                 {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""},
                                 {"ness", ""}};
    apply_first(word, rules, G_N_ELEMENTS(rules), 1);
}

static void step_4(GString *word)
{
    static const char *const suffixes[] = {
        "al",  "ance", "ence", "er",  "ic",  "able", "ible", "ant", "ement", "ment",
        "ent", "ion",  "ou",   "ism", "ate", "iti",  "ous",  "ive", "ize",
    };
    size_t n;
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (!ends_in(word, suffixes[i], &n)) continue;
        const bool may_go =
            strcmp(suffixes[i], "ion") != 0 || (n > 0 && strchr("st", word->str[n - 1]));
        if (may_go && measure(word->str, n) > 1) g_string_truncate(word, n);
        return;
    }
}

static void step_5(GString *word)
{
    size_t n;
    if (ends_in(word, "e", &n)) {
        const size_t m = measure(word->str, n);
        if (m > 1 || (m == 1 && !ends_cvc(word->str, n))) g_string_truncate(word, n);
    }
    if (ends_in(word, "ll", &n) && measure(word->str, word->len - 1) > 1)
        g_string_truncate(word, word->len - 1);
}

char *ps_porter_stem(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(irregular); i++)
        if (strcmp(word, irregular[i][0]) == 0) return g_strdup(irregular[i][1]);
    if (strlen(word) <= 2) return g_strdup(word);
    GString *stem = g_string_new(word);
    step_1a(stem);
    step_1b(stem);
    step_1c(stem);
    step_2(stem);
    step_3(stem);
    step_4(stem);
    step_5(stem);
    return g_string_free(stem, FALSE);
}

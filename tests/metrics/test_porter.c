#include "metrics/shared/porter.h"

#include <criterion/criterion.h>
#include <glib.h>

static void expect(const char *const (*pairs)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *stem = ps_porter_stem(pairs[i][0]);
        cr_expect_str_eq(stem, pairs[i][1], "%s: %s, not %s", pairs[i][0], stem, pairs[i][1]);
    }
}

// Examples of Porter's paper, taken through all steps.
Test(porter, stems_the_examples_of_the_paper)
{
    static const char *const pairs[][2] = {
        {"caresses", "caress"},     {"ponies", "poni"},        {"cats", "cat"},
        {"feed", "feed"},           {"agreed", "agre"},        {"plastered", "plaster"},
        {"bled", "bled"},           {"motoring", "motor"},     {"sing", "sing"},
        {"conflated", "conflat"},   {"sized", "size"},         {"hopping", "hop"},
        {"falling", "fall"},        {"hissing", "hiss"},       {"filing", "file"},
        {"happy", "happi"},         {"relational", "relat"},   {"conditional", "condit"},
        {"valenci", "valenc"},      {"digitizer", "digit"},    {"operator", "oper"},
        {"hopefulness", "hope"},    {"triplicate", "triplic"}, {"electrical", "electr"},
        {"goodness", "good"},       {"revival", "reviv"},      {"adoption", "adopt"},
        {"effective", "effect"},    {"probate", "probat"},     {"rate", "rate"},
        {"controlling", "control"}, {"roll", "roll"},
    };
    expect(pairs, G_N_ELEMENTS(pairs));
}

Test(porter, has_the_extensions_of_nltk)
{
    static const char *const pairs[][2] = {
        {"skies", "sky"}, {"dying", "die"}, {"innings", "inning"}, {"ties", "tie"},
        {"died", "die"},  {"cried", "cri"}, {"sky", "sky"},        {"enjoy", "enjoy"},
        {"by", "by"},     {"is", "is"},     {"fulli", "fulli"},    {"theologi", "theolog"},
        {"42", "42"},
    };
    expect(pairs, G_N_ELEMENTS(pairs));
}

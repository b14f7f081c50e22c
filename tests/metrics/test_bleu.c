// Rules 1 to 5 of metrics/shared/bleu.h, and the tokenizer.
#include "metrics/shared/bleu.h"
#include "tests/metrics/fixture.h"

#include <criterion/criterion.h>
#include <math.h>

static double value_of(const char *metric, const char *references, const char *answer)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_assert(fixture_score(metric, references, answer, stats, NULL));
    return ps_metric_value(fixture_metric(metric), stats);
}

static void expect_tokens(const char *text, const char *expected)
{
    g_autofree char *parted = ps_bleu_tokenize_13a(text);
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(parted), " ", -1);
    g_autoptr(GString) joined = g_string_new(NULL);
    for (char **word = words; *word; word++)
        if (**word) g_string_append_printf(joined, "%s%s", joined->len ? " " : "", *word);
    cr_expect_str_eq(joined->str, expected, "%s: %s", text, joined->str);
}

Test(bleu, marks_are_words_but_not_within_numbers)
{
    expect_tokens("Total: 1,204.50!", "Total : 1,204.50 !");
    expect_tokens("a.b, c", "a . b , c");
    expect_tokens("3-4 well-known", "3 - 4 well-known");
    expect_tokens("don't", "don't");
    expect_tokens("caf\xC3\xA9.", "caf\xC3\xA9 .");
    expect_tokens("&quot;a&amp;b&quot;", "\" a & b \"");
    expect_tokens("line-\nbreak\nnext", "linebreak next");
    expect_tokens("..a", ". . a");
}

Test(bleu, a_perfect_answer_has_all_of_it)
{
    cr_expect_float_eq(value_of("bleu", "the cat sat on the mat", "the cat sat on the mat"), 1,
                       1e-12);
    cr_expect_float_eq(value_of("bleu_coco", "a b c d", "a b c d"), 1, 1e-8);
}

Test(bleu, an_ngram_counts_as_often_as_one_reference_has_it)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_assert(fixture_score("bleu", "the cat|the the dog", "the the the the", stats, NULL));
    cr_expect_eq(stats[0], 2);
    cr_expect_eq(stats[4], 4);
}

Test(bleu, the_closest_reference_counts_and_of_two_the_shorter)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_assert(fixture_score("bleu", "a b c d e|a|a b c", "w x y z", stats, NULL));
    cr_expect_eq(stats[8], 4);
    cr_expect_eq(stats[9], 3);
}

Test(bleu, orders_in_which_nothing_is_right_are_halved_again_and_again)
{
    // 4/4 words, 2/3, 0/2 and 0/1 of the longer ones, so 1/(2·2) and 1/(4·1).
    const double expected = pow(1.0 * 2 / 3 / 4 / 4, 0.25);
    cr_expect_float_eq(value_of("bleu", "a b d c", "d c a b"), expected, 1e-12);
}

Test(bleu, nothing_right_and_nothing_said_are_0)
{
    cr_expect_eq(value_of("bleu", "a b c d", "w x y z"), 0);
    cr_expect_eq(value_of("bleu", "a b c d", ""), 0);
    cr_expect_eq(value_of("bleu", "a b c d", "a b"), 0, "too short for four orders");
    cr_expect_gt(value_of("bleu_sentence", "a b", "a b"), 0.99,
                 "orders that it is too short for");
}

Test(bleu, is_not_defined_without_references)
{
    cr_expect_not(fixture_score("bleu", NULL, "a", NULL, NULL));
    cr_expect_not(fixture_score("bleu_coco", NULL, "a", NULL, NULL));
    cr_expect_not(fixture_score("cider", NULL, "a", NULL, NULL));
}

// Against differences of the value itself.
Test(bleu, the_gradient_is_the_slope_of_the_value)
{
    static const double sums[PS_BLEU_STATS] = {700, 410, 260, 150, 900,
                                               830, 760, 690, 900, 960};
    static const char *const names[] = {"bleu", "bleu_coco"};
    for (size_t m = 0; m < 2; m++) {
        const PsMetric *metric = fixture_metric(names[m]);
        double gradient[PS_BLEU_STATS], moved[PS_BLEU_STATS];
        const double value = metric->of_sums(sums, gradient);
        for (size_t s = 0; s < PS_BLEU_STATS; s++) {
            memcpy(moved, sums, sizeof moved);
            moved[s] += 1e-4;
            const double slope = (metric->of_sums(moved, NULL) - value) / 1e-4;
            cr_expect_float_eq(gradient[s], slope, 1e-8, "%s %zu: %g, %g", names[m], s,
                               gradient[s], slope);
        }
    }
}

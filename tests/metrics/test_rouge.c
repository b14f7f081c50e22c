#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>

static void
expect(const char *metric, const char *references, const char *answer, double wanted)
{
    double value = -1;
    cr_assert(fixture_score(metric, references, answer, NULL, &value));
    cr_expect_float_eq(value, wanted, 1e-12, "%s: \"%s\" for \"%s\": %g", metric, answer,
                       references, value);
}

Test(rouge, rule_1_splits_at_everything_but_letters_and_digits)
{
    expect("rouge_l", "a_b-c", "A B, C!", 1);
    expect("rouge_l", "東京", "東京", 0);
    expect("rouge_l", "", "word", 0);
}

// Two of three in order: P = 2/3 of the answer, R = 2/4 of the reference.
Test(rouge, rule_2_counts_what_stands_in_order)
{
    expect("rouge_l", "one two three four", "one three two",
           2 * (2.0 / 3) * 0.5 / (2.0 / 3 + 0.5));
    expect("rouge_l", "no|one two", "one two", 1);
    expect("rouge_l", "one two", "two one", 0.5);
}

// P of the first reference (1), R of the second (1): F is 1 though neither is the answer.
Test(rouge, of_captions_mixes_the_best_of_the_references)
{
    expect("rouge_l_coco", "a b c d|a", "a b", 1);
    expect("rouge_l_coco", "A b", "a b", 0.5);
    expect("rouge_l_coco", "b", "a", 0);
}

Test(rouge, is_not_defined_without_references)
{
    cr_expect_not(fixture_score("rouge_l", NULL, "x", NULL, NULL));
    cr_expect_not(fixture_score("rouge_l_coco", NULL, "x", NULL, NULL));
}

// Words "a" to "d"; the caller's.
static char *random_words(GRand *random, size_t n)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%c ", 'a' + g_rand_int_range(random, 0, 4));
    return g_string_free(text, false);
}

// The table, cell by cell.
static size_t longest_common(const char *first, const char *second)
{
    const size_t n = strlen(first) / 2, m = strlen(second) / 2;
    g_autofree size_t *table = g_new0(size_t, (n + 1) * (m + 1));
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++)
            table[i * (m + 1) + j] =
                first[2 * i - 2] == second[2 * j - 2]
                    ? table[(i - 1) * (m + 1) + j - 1] + 1
                    : MAX(table[(i - 1) * (m + 1) + j], table[i * (m + 1) + j - 1]);
    return table[n * (m + 1) + m];
}

Test(rouge, long_texts_are_counted_as_the_table_counts_them)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (int round = 0; round < 100; round++) {
        const size_t n = (size_t)g_rand_int_range(random, 1, 300);
        const size_t m = (size_t)g_rand_int_range(random, 1, 300);
        g_autofree char *answer = random_words(random, n), *reference = random_words(random, m);
        const double common = (double)longest_common(answer, reference);
        const double p = common / (double)n, r = common / (double)m;
        expect("rouge_l", reference, answer, common > 0 ? 2 * p * r / (p + r) : 0);
    }
}

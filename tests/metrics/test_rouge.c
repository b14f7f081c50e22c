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

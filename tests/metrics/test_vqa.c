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

// Of ten people k said the same: 0.3, 0.6, 0.9 and 1 for 1, 2, 3 and more.
Test(vqa, rule_5_leaves_each_person_out_in_turn)
{
    expect("vqa_accuracy", "x|b|b|b|b|b|b|b|b|b", "x", 0.3);
    expect("vqa_accuracy", "x|x|b|b|b|b|b|b|b|b", "x", 0.6);
    expect("vqa_accuracy", "x|x|x|b|b|b|b|b|b|b", "x", 0.9);
    expect("vqa_accuracy", "x|x|x|x|b|b|b|b|b|b", "x", 1);
    expect("vqa_accuracy", "x", "x", 0);
    expect("vqa_accuracy", "b|b|b|b|b|c|c|c|c|c", "x", 0);
}

Test(vqa, rule_6_leaves_what_all_say_as_it_is)
{
    expect("vqa_accuracy", "Yes|Yes|Yes|Yes", "yes", 0);
    expect("textvqa_accuracy", "Yes|Yes|Yes|Yes", "yes", 1);
    expect("vqa_accuracy", "Yes|Yes|Yes|Yes|no", "yes", 1);
}

Test(vqa, rules_1_to_4_bring_spellings_together)
{
    expect("vqa_accuracy", "don't|don't|don't|don't|b", "dont", 1);
    expect("vqa_accuracy", "y'all'd've|y'all'd've|y'all'd've|y'all'd've|b", "yall'd've", 1);
    expect("vqa_accuracy", "2 red cats|2 red cats|2 red cats|2 red cats|b", "The two RED cats.",
           1);
    expect("vqa_accuracy", "1000|1000|1000|1000|b", "\t1,000\n", 1);
    expect("vqa_accuracy", "t shirt|t shirt|t shirt|t shirt|b", "t-shirt", 1);
}

Test(vqa, is_not_defined_without_references)
{
    cr_expect_not(fixture_score("vqa_accuracy", NULL, "x", NULL, NULL));
    cr_expect_not(fixture_score("textvqa_accuracy", NULL, "x", NULL, NULL));
}

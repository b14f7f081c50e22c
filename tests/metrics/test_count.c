#include "fixture.h"
#include "metrics/shared/count.h"

#include <criterion/criterion.h>

static void expect_count(const char *text, double expected)
{
    double count = -99;
    cr_expect(ps_count_read(text, &count), "\"%s\"", text);
    cr_expect_eq(count, expected, "\"%s\" is %g", text, count);
}

static void expect_value(const char *name, const char *truth, const char *answer, double value)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_expect(fixture_score(name, truth, answer, stats, NULL), "%s of \"%s\"", name, answer);
    cr_expect_float_eq(stats[0] / stats[1], value, 1e-12, "%s of \"%s\"", name, answer);
}

static void expect_undefined(const char *name, const char *truth, const char *answer)
{
    cr_expect_not(fixture_score(name, truth, answer, NULL, NULL), "%s of \"%s\"", name, answer);
}

Test(count, rules_1_and_2_a_number_word_is_its_number)
{
    expect_count(" Twenty\n", 20);
    expect_count("NONE", 0);
    expect_count("1,204", 1204);
}

Test(count, rule_3_the_first_number_counts_rounded_half_to_even)
{
    expect_count("about 12 or 13", 12);
    expect_count("5-6", 5);
    expect_count("minus -3", -3);
    expect_count("2.5", 2);
    expect_count("3.5", 4);
    expect_count("7.", 7);
    expect_count("1e3", 1);
    expect_count("٣", 3);
}

Test(count, rule_4_a_number_word_may_have_punctuation_around_it)
{
    expect_count("Three.", 3);
    expect_count("**two**", 2);
}

Test(count, rule_5_other_texts_state_no_count)
{
    double count;
    cr_expect_not(ps_count_read("", &count));
    cr_expect_not(ps_count_read("a dozen", &count));
    cr_expect_not(ps_count_read("there are three", &count));
    g_autofree char *huge = g_strnfill(400, '9');
    cr_expect_not(ps_count_read(huge, &count));
}

Test(count, rule_6_no_count_is_wrong)
{
    expect_value("count_exact", "3", "three", 1);
    expect_value("count_exact", "3", "4", 0);
    expect_value("count_exact", "3", "some", 0);
    expect_value("count_off_by_one", "3", "4", 1);
    expect_value("count_off_by_one", "3", "5", 0);
    expect_value("count_off_by_one", "1", "some", 0);
}

Test(count, rule_7_errors_are_of_the_answers_that_state_a_count)
{
    expect_value("count_mae", "3", "5", 2);
    expect_value("count_unparsed", "3", "5", 0);
    expect_value("count_rmse", "3", "5", 4);
    expect_undefined("count_mae", "3", "some");
    expect_undefined("count_hallucination", "3", "some");
    expect_value("count_unparsed", "3", "some", 1);
}

Test(count, rule_8_the_normalised_error_is_divided_by_the_truth)
{
    expect_value("count_mae_normalised", "3", "4", 1 / 3.1);
    expect_value("count_mae_normalised", "0", "1", 10);
}

Test(count, more_than_there_is_is_a_hallucination)
{
    expect_value("count_hallucination", "3", "4", 1);
    expect_value("count_hallucination", "3", "3", 0);
    expect_value("count_hallucination", "3", "2", 0);
}

Test(count, without_a_count_as_reference_it_is_undefined)
{
    expect_undefined("count_exact", NULL, "3");
    expect_undefined("count_unparsed", "many", "3");
}

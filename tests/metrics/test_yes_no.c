#include "fixture.h"
#include "metrics/shared/yes_no.h"

#include <criterion/criterion.h>

static void expect_no(const char *answer, bool expected)
{
    cr_expect_eq(ps_pope_says_no(answer), expected, "\"%s\"", answer);
}

// The value over one row for each of answers, in which each word has its own truth.
static double total(const char *name, const char *const *truths, const char *const *answers)
{
    double numerator = 0, denominator = 0, stats[PS_METRIC_MAX_STATS];
    for (size_t i = 0; truths[i]; i++) {
        if (!fixture_score(name, truths[i], answers[i], stats, NULL)) continue;
        numerator += stats[0];
        denominator += stats[1];
    }
    return numerator / denominator;
}

Test(yes_no, rule_1_no_is_one_of_three_words_before_the_first_full_stop)
{
    expect_no("No", true);
    expect_no("no, there is none", true);
    expect_no("There is not a dog.", true);
    expect_no("n,o", true);
    expect_no("  no  ", true);
    expect_no("Yes. no", false);
    expect_no("NO", false);
    expect_no("nothing", false);
    expect_no("no\nno", false);
    expect_no("noo no! not,e", false);
    expect_no("", false);
}

// TP 2, FP 1, FN 1, TN 1.
static const char *const truths[] = {"yes", "yes", "no", "yes", "no", NULL};
static const char *const answers[] = {"yes", "Sure", "yes", "no", "no", NULL};

Test(yes_no, rule_3_yes_is_the_positive_class)
{
    cr_expect_float_eq(total("pope_accuracy", truths, answers), 3.0 / 5, 1e-12);
    cr_expect_float_eq(total("pope_precision", truths, answers), 2.0 / 3, 1e-12);
    cr_expect_float_eq(total("pope_recall", truths, answers), 2.0 / 3, 1e-12);
    cr_expect_float_eq(total("pope_f1", truths, answers), 2.0 / 3, 1e-12);
}

Test(yes_no, rule_4_the_yes_ratio_is_of_the_answers)
{
    cr_expect_float_eq(total("pope_yes_ratio", truths, answers), 3.0 / 5, 1e-12);
}

Test(yes_no, rule_5_what_does_not_count_is_no_part_of_the_sums)
{
    double stats[2] = {-1, -1};
    cr_expect(fixture_score("pope_precision", "yes", "no", stats, NULL));
    cr_expect_eq(stats[1], 0);
    cr_expect(fixture_score("pope_f1", "no", "no", stats, NULL));
    cr_expect_eq(stats[1], 0);
    cr_expect_not(fixture_score("pope_recall", "no", "yes", NULL, NULL));
    cr_expect_not(fixture_score("pope_accuracy", NULL, "yes", NULL, NULL));
    cr_expect_not(fixture_score("pope_yes_ratio", NULL, "yes", NULL, NULL));
}

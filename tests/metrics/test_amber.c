#include "fixture.h"

#include <criterion/criterion.h>

static void expect(const char *name, const char *truth, const char *answer, double a, double b)
{
    double stats[PS_METRIC_MAX_STATS];
    cr_expect(fixture_score(name, truth, answer, stats, NULL));
    cr_expect_eq(stats[0], a, "%s of \"%s\": %g", name, answer, stats[0]);
    cr_expect_eq(stats[1], b, "%s of \"%s\": / %g", name, answer, stats[1]);
}

Test(amber, rule_1_only_the_exact_word_counts)
{
    expect("amber_accuracy", "yes", "Yes", 1, 1);
    expect("amber_accuracy", "no", "No", 1, 1);
    expect("amber_accuracy", "no", "no", 0, 1);
    expect("amber_accuracy", "yes", "No", 0, 1);
    cr_expect_not(fixture_score("amber_accuracy", NULL, "Yes", NULL, NULL));
}

Test(amber, rule_2_no_is_the_positive_class)
{
    expect("amber_precision", "no", "No", 1, 1);
    expect("amber_precision", "yes", "No", 0, 1);
    expect("amber_precision", "no", "Yes", 0, 0);
    expect("amber_recall", "no", "Yes", 0, 1);
    cr_expect_not(fixture_score("amber_recall", "yes", "Yes", NULL, NULL));
}

Test(amber, rule_3_f1_is_of_the_sums)
{
    expect("amber_f1", "no", "No", 2, 2);
    expect("amber_f1", "no", "Yes", 0, 1);
    expect("amber_f1", "yes", "No", 0, 1);
    expect("amber_f1", "yes", "Yes", 0, 0);
}

#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(const char *name, const char *truth, const char *answer, double expected)
{
    double value = -1;
    cr_expect(fixture_score(name, truth, answer, NULL, &value));
    cr_expect_float_eq(value, expected, 1e-12, "%s of \"%s\" is %g", name, answer, value);
}

Test(ranking, rule_2_the_gain_is_linear_and_discounted_by_rank)
{
    expect("ndcg_at_10", "a 3|b 1", "a\nb", 1);
    const double best = 3 + 1 / log2(3), other = 1 + 3 / log2(3);
    expect("ndcg_at_10", "a 3|b 1", "b\na", other / best);
    expect("ndcg_at_5", "a", "1\n2\n3\n4\n5\na", 0);
    expect("ndcg_at_10", "a", "1\n2\n3\n4\n5\na", 1 / log2(7));
}

Test(ranking, rule_2_the_ideal_is_cut_too)
{
    expect("ndcg_at_5", "a|b|c|d|e|f|g", "a\nb\nc\nd\ne", 1);
}

Test(ranking, rule_3_recall_is_a_share_of_all_relevant_items)
{
    expect("recall_at_1", "a|b", "a\nb", 0.5);
    expect("recall_at_5", "a|b", "a\nb", 1);
    expect("recall_at_10", "a|b|c|d", "a\nx\nb", 0.5);
}

Test(ranking, rule_4_the_first_relevant_item_counts)
{
    expect("mrr", "a|b", "x\ny\nb\na", 1.0 / 3);
    expect("mrr", "a", "x", 0);
}

Test(ranking, rule_5_average_precision_divides_by_all_relevant_items)
{
    expect("map", "a|b|c", "a\nx\nb", (1 + 2.0 / 3) / 3);
}

Test(ranking, rules_1_and_6_grades_below_one_are_not_relevant)
{
    expect("mrr", "a 0|b -2", "a\nb", 0);
    expect("ndcg_at_10", "a 0|b -2", "a\nb", 0);
    expect("ndcg_at_10", "a 1|b -2", "b\na", 1 / log2(3));
    expect("recall_at_5", "a 0", "a", 0);
}

Test(ranking, rule_8_a_whole_number_behind_an_id_is_its_grade)
{
    expect("mrr", "red apple 2", "red apple", 1);
    expect("mrr", "red apple", "red apple", 1);
    expect("mrr", "7", "7", 1);
    cr_expect_not(fixture_score("mrr", NULL, "7", NULL, NULL));
}

Test(ranking, rule_9_an_answer_is_an_array_or_lines)
{
    expect("mrr", "b", "Here: [\"a\", \"b\"]", 0.5);
    expect("mrr", "17", "```json\n[3, 17]\n```", 0.5);
    expect("mrr", "b", "[{\"id\": \"a\", \"score\": 2}, {\"id\": \"b\"}]", 0.5);
    expect("mrr", "b", "1. `a`\n2) \"b\",\n", 0.5);
    expect("mrr", "b", "- a\n\n* b", 0.5);
    expect("mrr", "b", "a, b, c", 0.5);
    expect("mrr", "1.5", "1.5", 1);
    expect("mrr", "b", "[a\nb", 0.5);
    expect("mrr", "b", "", 0);
    expect("mrr", "b", "[]", 0);
}

Test(ranking, rule_10_an_id_counts_once)
{
    expect("mrr", "b", "a\na\nb", 0.5);
    expect("map", "a|b", "a\na\nb", 1);
}

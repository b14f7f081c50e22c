#include "harness/stats/fairness.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N_GROUPS = 2 };

typedef struct {
    PsConfusion by_group[N_GROUPS], overall;
} Counted;

// Group 0: truth 1 1 0, predicted 1 0 0. Group 1 has no positives: truth 0 0, predicted 1 0.
static Counted count(const double *weights)
{
    static const uint8_t truth[] = {1, 1, 0, 0, 0}, predicted[] = {1, 0, 0, 1, 0};
    static const uint32_t groups[] = {0, 0, 0, 1, 1};
    Counted counted;
    ps_confusion_count(truth, predicted, weights, groups, 5, counted.by_group, N_GROUPS,
                       &counted.overall);
    return counted;
}

static void expect_near(double got, double expected)
{
    cr_expect(fabs(got - expected) <= 1e-12, "got %.17g, expected %.17g", got, expected);
}

static PsRateRange range_of(const Counted *counted, PsRate rate, PsEmptyRate empty)
{
    return ps_rate_range(counted->by_group, N_GROUPS, rate, empty);
}

Test(fairness, rates_are_shares_of_weight)
{
    static const double weights[] = {3, 1, 2, 1, 1};
    const Counted counted = count(weights);
    const PsConfusion *group = &counted.by_group[0];
    expect_near(ps_rate(group, PS_RATE_SELECTION, PS_EMPTY_LEFT_OUT), 3.0 / 6);
    expect_near(ps_rate(group, PS_RATE_ACCURACY, PS_EMPTY_LEFT_OUT), 5.0 / 6);
    expect_near(ps_rate(group, PS_RATE_TRUE_POSITIVE, PS_EMPTY_LEFT_OUT), 3.0 / 4);
    expect_near(ps_rate(group, PS_RATE_FALSE_NEGATIVE, PS_EMPTY_LEFT_OUT), 1.0 / 4);
    expect_near(ps_rate(group, PS_RATE_FALSE_POSITIVE, PS_EMPTY_LEFT_OUT), 0);
    expect_near(ps_rate(group, PS_RATE_TRUE_NEGATIVE, PS_EMPTY_LEFT_OUT), 1);
    expect_near(ps_rate(&counted.overall, PS_RATE_SELECTION, PS_EMPTY_LEFT_OUT), 4.0 / 8);
    cr_expect_eq(group->n_rows, 3);
}

Test(fairness, group_without_positives_is_left_out_and_counted)
{
    const Counted counted = count(NULL);
    const PsRateRange range = range_of(&counted, PS_RATE_TRUE_POSITIVE, PS_EMPTY_LEFT_OUT);
    cr_expect_eq(range.n_groups, 1);
    cr_expect_eq(range.n_left_out, 1);
    expect_near(ps_gap_between(range).difference, 0);
    expect_near(ps_gap_between(range).ratio, 1);
}

Test(fairness, or_its_rate_is_0_as_in_fairlearn)
{
    const Counted counted = count(NULL);
    const PsRateRange range = range_of(&counted, PS_RATE_TRUE_POSITIVE, PS_EMPTY_IS_ZERO);
    cr_expect_eq(range.n_groups, 2);
    cr_expect_eq(range.n_left_out, 0);
    cr_expect_eq(range.low_group, 1);
    cr_expect_eq(range.high_group, 0);
    expect_near(ps_gap_between(range).difference, 0.5);
    expect_near(ps_gap_between(range).ratio, 0);
}

Test(fairness, a_group_without_rows_never_takes_part)
{
    static const uint8_t truth[] = {1}, predicted[] = {1};
    static const uint32_t groups[] = {1};
    Counted counted;
    ps_confusion_count(truth, predicted, NULL, groups, 1, counted.by_group, N_GROUPS,
                       &counted.overall);
    const PsRateRange range = range_of(&counted, PS_RATE_TRUE_POSITIVE, PS_EMPTY_IS_ZERO);
    cr_expect_eq(range.n_groups, 1);
    cr_expect_eq(range.n_left_out, 0);
    cr_expect_eq(range.low_group, 1);
}

Test(fairness, a_group_without_weight_has_no_selection_rate)
{
    static const double weights[] = {1, 1, 1, 0, 0};
    const Counted counted = count(weights);
    const PsRateRange range = range_of(&counted, PS_RATE_SELECTION, PS_EMPTY_IS_ZERO);
    cr_expect_eq(range.n_groups, 1);
    cr_expect_eq(range.n_left_out, 1);
}

Test(fairness, rows_of_no_group_count_overall_only)
{
    static const uint8_t truth[] = {1, 1}, predicted[] = {1, 0};
    static const uint32_t groups[] = {0, PS_NO_GROUP};
    Counted counted;
    ps_confusion_count(truth, predicted, NULL, groups, 2, counted.by_group, N_GROUPS,
                       &counted.overall);
    cr_expect_eq(counted.overall.n_rows, 2);
    cr_expect_eq(counted.by_group[0].n_rows + counted.by_group[1].n_rows, 1);
}

Test(fairness, gap_to_overall_is_the_farther_end)
{
    const PsRateRange range = {.low = 0.2, .high = 0.5, .n_groups = 2};
    expect_near(ps_gap_to_overall(range, 0.4).difference, 0.2);
    expect_near(ps_gap_to_overall(range, 0.4).ratio, 0.5);
    expect_near(ps_gap_to_overall(range, 0.25).difference, 0.25);
    expect_near(ps_gap_to_overall(range, 0.25).ratio, 0.5);
    expect_near(ps_gap_to_overall((PsRateRange){.low = 0.3, .high = 0.9}, 0.3).ratio, 1.0 / 3);
}

Test(fairness, rates_that_are_all_0_have_no_ratio)
{
    const PsRateRange range = {.low = 0, .high = 0, .n_groups = 2};
    cr_expect(isnan(ps_gap_between(range).ratio));
    cr_expect(isnan(ps_gap_to_overall(range, 0).ratio));
    cr_expect_eq(ps_gap_between(range).difference, 0);
}

Test(fairness, no_group_no_gap)
{
    const PsRateRange range = ps_rate_range(NULL, 0, PS_RATE_ACCURACY, PS_EMPTY_LEFT_OUT);
    cr_expect(isnan(range.low) && isnan(range.high));
    cr_expect(isnan(ps_gap_between(range).difference));
    cr_expect(isnan(ps_gap_to_overall(range, 0.5).difference));
}

Test(fairness, equalised_odds_are_the_worse_or_the_mean_of_two_gaps)
{
    const PsGap tpr = {.difference = 0.1, .ratio = 0.5},
                fpr = {.difference = 0.3, .ratio = 0.9};
    expect_near(ps_gap_worst(tpr, fpr).difference, 0.3);
    expect_near(ps_gap_worst(tpr, fpr).ratio, 0.5);
    expect_near(ps_gap_worst(fpr, tpr).ratio, 0.5);
    expect_near(ps_gap_mean(tpr, fpr).difference, 0.2);
    expect_near(ps_gap_mean(tpr, fpr).ratio, 0.7);
}

Test(fairness, an_undefined_gap_leaves_the_mean_and_follows_the_true_positive_rate)
{
    const PsGap known = {.difference = 0.1, .ratio = 0.5}, unknown = {NAN, NAN};
    expect_near(ps_gap_mean(known, unknown).ratio, 0.5);
    expect_near(ps_gap_mean(unknown, known).difference, 0.1);
    expect_near(ps_gap_worst(known, unknown).ratio, 0.5);
    cr_expect(isnan(ps_gap_worst(unknown, known).ratio));
}

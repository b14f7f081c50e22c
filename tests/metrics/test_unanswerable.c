#include "fixture.h"

#include <criterion/criterion.h>

enum { UNDEFINED = -1 };

static void
expect(const char *name, const char *unanswerable, PsOutcome outcome, double expected)
{
    char id[] = "sample", key[] = "unanswerable";
    g_autofree char *value = g_strdup(unanswerable);
    PsAttribute attribute = {key, value};
    const PsSample sample = {.id = id, .n_attributes = value ? 1 : 0, .attributes = &attribute};
    const PsResponse response = {.outcome = outcome};
    double stats[PS_METRIC_MAX_STATS] = {UNDEFINED, 1};
    if (!fixture_metric(name)->score(&sample, &response, stats)) stats[0] = UNDEFINED;
    cr_expect_eq(stats[0], expected, "%s of %s: %g", name, ps_outcome_name(outcome), stats[0]);
}

Test(unanswerable, rule_1_the_attribute_says_so)
{
    expect("unanswerable_answered", "true", PS_OUTCOME_ANSWERED, 1);
    expect("unanswerable_answered", "1", PS_OUTCOME_ANSWERED, 1);
    expect("unanswerable_answered", "false", PS_OUTCOME_ANSWERED, UNDEFINED);
    expect("unanswerable_answered", NULL, PS_OUTCOME_ANSWERED, UNDEFINED);
    expect("answerable_abstained", NULL, PS_OUTCOME_ABSTAINED, 1);
    expect("answerable_abstained", "Yes", PS_OUTCOME_ABSTAINED, UNDEFINED);
}

Test(unanswerable, rule_2_an_abstention_or_a_refusal_is_no_answer)
{
    expect("unanswerable_answered", "true", PS_OUTCOME_ABSTAINED, 0);
    expect("unanswerable_answered", "true", PS_OUTCOME_REFUSED, 0);
    expect("answerable_abstained", NULL, PS_OUTCOME_ANSWERED, 0);
    expect("answerable_abstained", NULL, PS_OUTCOME_REFUSED, 0);
}

Test(unanswerable, rule_3_failures_do_not_count)
{
    expect("unanswerable_answered", "true", PS_OUTCOME_TIMED_OUT, UNDEFINED);
    expect("answerable_abstained", NULL, PS_OUTCOME_FAILED, UNDEFINED);
}

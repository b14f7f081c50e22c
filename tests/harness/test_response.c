#include "harness/response.h"

#include <criterion/criterion.h>

static PsOutcome outcome_of(const char *answer)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ps_response_answer(&response, answer);
    return response.outcome;
}

Test(response, an_answer_is_an_answer)
{
    cr_assert_eq(outcome_of("12.40"), PS_OUTCOME_ANSWERED);
    cr_assert_eq(outcome_of(""), PS_OUTCOME_ANSWERED);
    cr_assert_eq(outcome_of("The customer said: I don't know"), PS_OUTCOME_ANSWERED);
}

Test(response, saying_that_one_does_not_know_is_abstaining)
{
    cr_assert_eq(outcome_of("I don't know."), PS_OUTCOME_ABSTAINED);
    cr_assert_eq(outcome_of("  unanswerable\n"), PS_OUTCOME_ABSTAINED);
    cr_assert_eq(outcome_of("I don\u2019t know"), PS_OUTCOME_ABSTAINED);
}

Test(response, declining_is_refusing)
{
    cr_assert_eq(outcome_of("I'm sorry, but I can't help with identifying people."),
                 PS_OUTCOME_REFUSED);
    cr_assert_eq(outcome_of("Sorry, the total is 5."), PS_OUTCOME_ANSWERED);
}

Test(response, a_failure_drops_the_answer)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ps_response_answer(&response, "x");
    ps_response_fail(&response, PS_OUTCOME_TIMED_OUT, "no answer in %d s", 3);
    cr_assert_null(response.answer);
    cr_assert_str_eq(response.error, "no answer in 3 s");
    cr_assert_eq(response.outcome, PS_OUTCOME_TIMED_OUT);
}

Test(response, text_that_is_not_utf8_is_made_so)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    ps_response_answer(&response, "a\xffz");
    cr_assert(g_utf8_validate(response.answer, -1, NULL));
}

Test(response, outcome_names_are_found)
{
    for (int i = 0; i < PS_N_OUTCOMES; i++) {
        PsOutcome found;
        cr_assert(ps_outcome_find(ps_outcome_name((PsOutcome)i), &found));
        cr_assert_eq(found, (PsOutcome)i);
    }
    PsOutcome found;
    cr_assert_not(ps_outcome_find("asleep", &found));
}

// The clock moves on while it is read; a time that has just passed must not come out negative.
Test(response, time_left_is_never_negative)
{
    cr_assert_eq(ps_ns_until(ps_now_ns() - 5), 0);
    cr_assert_gt(ps_ns_until(INT64_MAX), INT64_C(1000000000));
    for (int i = 0; i < 20000; i++) {
        int64_t end_ns = ps_now_ns() + 2000, left_ns;
        do {
            left_ns = ps_ns_until(end_ns);
            cr_assert(left_ns >= 0 && left_ns <= 2000, "%" G_GINT64_FORMAT, left_ns);
        } while (left_ns > 0);
    }
}

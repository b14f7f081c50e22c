#include "harness/ask.h"

#include "fake.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 60 };

// Questions 0 … N-1, and how often each came back with an answer, or with none.
typedef struct {
    PsRequest requests[N];
    PsPart part;
    size_t n_given, n_most;
    int n_answered[N], n_dropped[N];
    bool refuses; // done fails
    volatile sig_atomic_t stop;
} Questions;

static PsRequest *next(void *user_data, GError **error)
{
    (void)error;
    Questions *questions = user_data;
    if (questions->n_given == questions->n_most) return NULL;
    PsRequest *request = &questions->requests[questions->n_given];
    *request = (PsRequest){.item_id = questions->n_given++,
                           .sample_id = "s",
                           .condition = "clean",
                           .n_parts = 1,
                           .parts = &questions->part};
    return request;
}

static bool
done(void *user_data, PsRequest *request, const PsResponse *response, GError **error)
{
    Questions *questions = user_data;
    const size_t i = (size_t)(request - questions->requests);
    if (response == NULL)
        questions->n_dropped[i]++;
    else
        questions->n_answered[i] += response->outcome == PS_OUTCOME_ANSWERED;
    if (i == 10) questions->stop = 1;
    return !questions->refuses || ps_fail(error, PS_ERROR_IO, "no room");
}

static bool ask(Questions *questions, const char *name, bool may_stop, GError **error)
{
    static char text[] = "hello";
    questions->part.text = text;
    questions->n_most = N;
    const PsAsk ask = {
        .adapter = fake_registry.adapters[0],
        .system = {.name = name,
                   .max_connections = 4,
                   .timeout_ns = INT64_C(1000000000),
                   .temperature = NAN,
                   .seed = -1},
        .stop = may_stop ? &questions->stop : NULL,
        .next = next,
        .done = done,
        .user_data = questions,
    };
    return ps_ask(&ask, error);
}

Test(ask, every_question_comes_back_once_with_its_answer)
{
    Questions questions = {0};
    g_autoptr(GError) error = NULL;
    cr_assert(ask(&questions, "echo", false, &error), "%s", error ? error->message : "");
    for (size_t i = 0; i < N; i++)
        cr_expect_eq(questions.n_answered[i], 1, "question %zu", i);
}

Test(ask, a_stop_waits_for_what_is_on_its_way)
{
    Questions questions = {0};
    g_autoptr(GError) error = NULL;
    cr_assert(ask(&questions, "slow", true, &error));
    cr_expect(questions.n_given >= 11 && questions.n_given < N);
    for (size_t i = 0; i < questions.n_given; i++)
        cr_expect_eq(questions.n_answered[i], 1, "question %zu", i);
}

Test(ask, an_adapter_that_gives_up_ends_it_and_every_question_comes_back)
{
    Questions questions = {0};
    g_autoptr(GError) error = NULL;
    cr_expect_not(ask(&questions, "dies", false, &error));
    cr_assert_not_null(error);
    for (size_t i = 0; i < questions.n_given; i++)
        cr_expect_eq(questions.n_answered[i] + questions.n_dropped[i], 1, "question %zu", i);
}

Test(ask, a_failure_of_who_asks_ends_it)
{
    Questions questions = {.refuses = true};
    g_autoptr(GError) error = NULL;
    cr_expect_not(ask(&questions, "slow", false, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_IO));
    cr_expect_lt(questions.n_given, N);
}

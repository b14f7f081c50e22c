#include "fake.h"

#include "harness/capture.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_chain(const char *label, const char *chain)
{
    PsCapture capture;
    g_autofree char *problem = NULL;
    cr_assert(ps_capture_parse(label, &fake_registry, &capture, &problem), "%s: %s", label,
              problem);
    cr_expect_str_eq(capture.chain, chain);
    ps_capture_clear(&capture);
}

static void expect_refused(const char *label, const char *words)
{
    PsCapture capture = {0};
    g_autofree char *problem = NULL;
    cr_assert_not(ps_capture_parse(label, &fake_registry, &capture, &problem), "%s", label);
    cr_expect(strstr(problem, words) != NULL, "%s: %s", label, problem);
    cr_expect_null(capture.chain);
}

Test(capture, is_an_amount_a_severity_a_chain_or_a_device)
{
    expect_chain("dim@1.5", "dim@1.5");
    expect_chain("dim/1", "dim@0.5");
    expect_chain("dim/5", "dim@5");
    expect_chain("dim@1+dim/3", "dim@1+dim@2");
    expect_chain("dusk", "dim@1+dim@4");
}

Test(capture, refuses_what_it_is_not)
{
    expect_refused("", "chain of 1 to 8");
    expect_refused("dim", "needs an amount");
    expect_refused("dim@", "needs an amount");
    expect_refused("dim@1x", "needs an amount");
    expect_refused("dim@9", "is outside 0 to 5 EV");
    expect_refused("dim/0", "severity from 1 to 5");
    expect_refused("dim/6", "severity from 1 to 5");
    expect_refused("dim/3/3", "severity from 1 to 5");
    expect_refused("dim@1+", "is not a capture condition");
    expect_refused("dim@1+fog@1", "is not a capture condition");
    expect_refused("dim@1+dim@1+dim@1+dim@1+dim@1+dim@1+dim@1+dim@1+dim@1", "chain of 1 to 8");
}

Test(capture, of_pictures_changes_pages_too)
{
    PsCapture capture;
    char *problem = NULL;
    cr_assert(ps_capture_parse("dim@1", &fake_registry, &capture, &problem));
    cr_expect(ps_capture_step_changes(&capture.steps[0], PS_PART_IMAGE));
    cr_expect(ps_capture_step_changes(&capture.steps[0], PS_PART_PAGE));
    cr_expect_not(ps_capture_step_changes(&capture.steps[0], PS_PART_AUDIO));
    ps_capture_clear(&capture);
}

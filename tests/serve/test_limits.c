#include "serve/limits.h"

#include "tests/serve/fixture.h"

#include <criterion/criterion.h>

static bool read_into(PsServeLimits *limits, const char *text)
{
    cJSON *body = json_of(text);
    const bool is_ok = ps_serve_limits_read(limits, body, NULL);
    cJSON_Delete(body);
    return is_ok;
}

Test(serve_limits, a_request_can_only_tighten)
{
    PsServeLimits limits = {.budget = {.pixels = 100, .seconds = 5}, .deadline_s = 10};
    cr_assert(read_into(&limits, "{\"limits\": {\"pixels\": 200, \"seconds\": 2.5, "
                                 "\"tokens\": 7, \"bytes\": null, \"deadline_s\": 20}}"));
    cr_expect_eq(limits.budget.pixels, 100);
    cr_expect_eq(limits.budget.seconds, 2.5);
    cr_expect_eq(limits.budget.tokens, 7);
    cr_expect_eq(limits.budget.bytes, 0);
    cr_expect_eq(limits.deadline_s, 10);
}

Test(serve_limits, what_is_made_of_media_is_the_requests_to_say)
{
    PsServeLimits limits = {0};
    cr_assert(read_into(&limits, "{\"media\": {\"sampling\": \"keyframe\", \"pages\": 3}, "
                                 "\"media_io_kwargs\": {\"video\": {\"num_frames\": 5}}}"));
    cr_expect_eq(limits.ingest.frames, 5);
    cr_expect_eq(limits.ingest.pages, 3);
    cr_expect(limits.ingest.has_sampling);
    cr_expect_eq(limits.ingest.sampling, PS_SAMPLING_KEYFRAME);
}

Test(serve_limits, numbers_that_cannot_be_are_refused)
{
    static const char *const wrong[] = {
        "{\"limits\": {\"pixels\": 0}}",          "{\"limits\": {\"seconds\": \"5\"}}",
        "{\"limits\": {\"deadline_s\": -1}}",     "{\"limits\": {\"bytes\": 1e300}}",
        "{\"media\": {\"frames\": 257}}",         "{\"media\": {\"pages\": 101}}",
        "{\"media\": {\"sampling\": \"always\"}}"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        PsServeLimits limits = {0};
        cr_expect_not(read_into(&limits, wrong[i]), "%s", wrong[i]);
    }
}

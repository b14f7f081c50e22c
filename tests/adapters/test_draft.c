#include "adapters/shared/draft.h"
#include "adapters/shared/unified.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <string.h>

#define FIXTURES PS_TESTS_DIR "/engine/fixtures/"

// A draft of the small model, and how often it asked whether to stop.
typedef struct {
    PsUnified *unified;
    PsDraft *draft;
    PeSensesWork *work;
    int n_asked, stops_at; // 0: never
    GError *error;
} Drafting;

static bool should_stop(void *data)
{
    Drafting *drafting = data;
    return ++drafting->n_asked == drafting->stops_at;
}

static void begin(Drafting *drafting, PsBudget budget)
{
    PeError problem = {0};
    drafting->unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    cr_assert_not_null(drafting->unified);
    const PeSenses *senses = ps_unified_senses(drafting->unified);
    const PsDraftOptions options = {.model = ps_unified_model(drafting->unified),
                                    .senses = senses,
                                    .budget = budget,
                                    .n_positions_most = 200,
                                    .n_answer = 10,
                                    .should_stop = should_stop,
                                    .data = drafting};
    const PeSensesOptions sensing = {pe_level_default(), PE_PRECISION_FAST, 1, NULL};
    drafting->draft = ps_draft_new(&options);
    drafting->work = pe_senses_work_new(senses, &sensing, &problem);
    cr_assert_not_null(drafting->work);
}

static void end(Drafting *drafting)
{
    pe_senses_work_free(drafting->work);
    ps_draft_free(drafting->draft);
    ps_unified_unref(drafting->unified);
    g_clear_error(&drafting->error);
}

static bool add(Drafting *drafting, PsPartKind kind, const char *name)
{
    g_autofree char *path = g_strconcat(FIXTURES, name, NULL), *contents = NULL;
    gsize length = 0;
    cr_assert(g_file_get_contents(path, &contents, &length, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new(contents, length);
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, name);
    return ps_draft_add_media(drafting->draft, kind, media, &drafting->error);
}

static bool add_both(Drafting *drafting)
{
    return ps_draft_add_text(drafting->draft, "look and listen", false, &drafting->error)
           && add(drafting, PS_PART_IMAGE, "scene32.png")
           && add(drafting, PS_PART_AUDIO, "tone2s.wav");
}

static void assert_refused(PsBudget budget, const char *piece)
{
    Drafting drafting = {0};
    begin(&drafting, budget);
    cr_assert_not(add_both(&drafting), "%s", piece);
    cr_expect(g_error_matches(drafting.error, PS_ERROR, PS_ERROR_DATA));
    cr_expect_not_null(strstr(drafting.error->message, piece), "%s", drafting.error->message);
    cr_expect_not(ps_draft_was_stopped(drafting.draft));
    end(&drafting);
}

Test(draft, what_it_takes_is_known_before_and_true_after)
{
    Drafting drafting = {0};
    begin(&drafting, (PsBudget){0});
    PePrompt prompt = {.n_embedding = ps_unified_model(drafting.unified)->decoder.n_embedding};
    cr_assert(add_both(&drafting));
    const PsDraftCost cost = *ps_draft_cost(drafting.draft);
    cr_expect_eq(cost.planned.n_pixels, 1024);
    cr_expect_eq(cost.planned.n_seconds, 2);
    cr_expect_eq(cost.planned.n_encodes, 3);
    const PeDecoder *decoder = &ps_unified_model(drafting.unified)->decoder;
    cr_expect_eq(cost.n_bytes, 3 * 1024 + 32000 * sizeof(float) + cost.planned.n_bytes
                                   + cost.planned.n_rows * decoder->n_embedding * sizeof(float)
                                   + pe_cache_bytes(decoder, cost.n_positions + 10));
    cr_expect_gt(cost.decode_ns, 0);
    cr_assert(ps_draft_encode(drafting.draft, drafting.work, &prompt, NULL));
    cr_expect_eq(prompt.n_positions, cost.n_positions);
    cr_expect_eq(ps_draft_cost(drafting.draft)->encoding.n_encoded, 3);
    cr_expect_gt(ps_draft_cost(drafting.draft)->encoding.vision_ns, 0);
    cr_expect_gt(ps_draft_cost(drafting.draft)->encoding.audio_ns, 0);
    pe_prompt_clear(&prompt);
    end(&drafting);
}

Test(draft, each_limit_refuses_with_both_numbers)
{
    Drafting drafting = {0};
    begin(&drafting, (PsBudget){0});
    cr_assert(add_both(&drafting));
    const PsDraftCost cost = *ps_draft_cost(drafting.draft);
    end(&drafting);
    const int64_t tokens = (int64_t)cost.n_positions, bytes = (int64_t)cost.n_bytes;
    assert_refused((PsBudget){.pixels = 1023}, "1024 pixels, its budget is 1023");
    assert_refused((PsBudget){.seconds = 1.99}, "2 seconds of sound, its budget is 1.99");
    assert_refused((PsBudget){.tokens = tokens - 1}, "tokens, its budget is");
    assert_refused((PsBudget){.bytes = bytes - 1}, "bytes of memory to take, its budget is");
    begin(&drafting, (PsBudget){1024, 2, tokens, bytes});
    cr_expect(add_both(&drafting));
    end(&drafting);
}

Test(draft, the_pixels_of_all_pictures_count_together)
{
    Drafting drafting = {0};
    begin(&drafting, (PsBudget){.pixels = 2047});
    cr_expect(add(&drafting, PS_PART_IMAGE, "scene32.png"));
    cr_expect_not(add(&drafting, PS_PART_PAGE, "scene32.png"));
    end(&drafting);
}

Test(draft, a_prompt_that_leaves_no_room_for_an_answer_is_refused)
{
    Drafting drafting = {0};
    begin(&drafting, (PsBudget){0});
    bool is_ok = true;
    for (int i = 0; is_ok && i < 20; i++)
        is_ok = add(&drafting, PS_PART_IMAGE, "scene32.png");
    cr_assert_not(is_ok);
    cr_expect_not_null(strstr(drafting.error->message, "leaves none of 200 for an answer"));
    end(&drafting);
}

Test(draft, it_stops_between_media_and_between_layers)
{
    int n_stopped = 0;
    bool is_over = false;
    for (int at = 1; !is_over; at++) {
        Drafting drafting = {.stops_at = at};
        begin(&drafting, (PsBudget){0});
        PePrompt prompt = {.n_embedding =
                               ps_unified_model(drafting.unified)->decoder.n_embedding};
        const bool is_ok = add_both(&drafting)
                           && ps_draft_encode(drafting.draft, drafting.work, &prompt, NULL);
        cr_assert_eq(is_ok, !ps_draft_was_stopped(drafting.draft));
        cr_assert(is_ok || drafting.n_asked == at, "it goes on after a stop");
        n_stopped += !is_ok;
        is_over = is_ok;
        pe_prompt_clear(&prompt);
        end(&drafting);
    }
    // Two media, each asked for twice, and the layers of three encodes.
    cr_expect_geq(n_stopped, 4 + 3 * 2);
}

Test(draft, nothing_is_decoded_for_one_that_stops)
{
    Drafting drafting = {.stops_at = 1};
    begin(&drafting, (PsBudget){0});
    cr_expect_not(add(&drafting, PS_PART_IMAGE, "scene32.png"));
    cr_expect(ps_draft_was_stopped(drafting.draft));
    cr_expect_eq(ps_draft_cost(drafting.draft)->planned.n_pixels, 0);
    end(&drafting);
}

Test(draft, no_senses_no_media)
{
    Drafting drafting = {0};
    begin(&drafting, (PsBudget){0});
    const PsDraftOptions options = {.model = ps_unified_model(drafting.unified),
                                    .n_positions_most = 200};
    ps_draft_free(drafting.draft);
    drafting.draft = ps_draft_new(&options);
    cr_expect_not(add(&drafting, PS_PART_IMAGE, "scene32.png"));
    cr_expect_not_null(strstr(drafting.error->message, "has no senses"));
    end(&drafting);
}

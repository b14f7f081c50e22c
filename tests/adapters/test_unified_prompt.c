// A request as the prompt of each family of templates.
#include "adapters/shared/unified_private.h"
#include "tests/adapters/prompt_text.h"

#include <criterion/criterion.h>
#include <string.h>

#define FIXTURES PS_TESTS_DIR "/engine/fixtures/"

static PsMedia *picture_new(void)
{
    g_autofree char *contents = NULL;
    gsize length = 0;
    cr_assert(g_file_get_contents(FIXTURES "scene32.png", &contents, &length, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new(contents, length);
    return ps_media_new(bytes, NULL, "scene32.png");
}

// Two parts, a picture and then a text, behind prompt if there is one. The caller's.
static char *
rendered(const PeModel *model, const PeSenses *senses, const char *family, const char *prompt)
{
    g_autoptr(PsMedia) picture = picture_new();
    const PsPart parts[] = {{.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_TEXT, .text = (char *)"What is this?"}};
    const PsMedia *const media[] = {picture, NULL};
    const PsRequest request = {
        .prompt = prompt, .n_parts = G_N_ELEMENTS(parts), .parts = parts, .media = media};
    const PsDraftOptions options = {.model = model, .senses = senses, .n_positions_most = 1000};
    const PeSensesOptions sensing = {pe_level_default(), PE_PRECISION_FAST, 1, NULL};
    g_autoptr(PsDraft) draft = ps_draft_new(&options);
    cr_assert(ps_unified_prompt_add(draft, pe_chat_find(family), &request, NULL));
    PeSensesWork *work = pe_senses_work_new(senses, &sensing, NULL);
    char *text = prompt_text(model, draft, work);
    pe_senses_work_free(work);
    return text;
}

static void assert_begins_and_ends(const char *text, const char *begin, const char *end)
{
    cr_expect(g_str_has_prefix(text, begin), "%s does not begin with %s", text, begin);
    cr_expect(g_str_has_suffix(text, end), "%s does not end with %s", text, end);
}

Test(unified_prompt, a_role_s_mark_is_followed_by_a_space_only_before_a_text)
{
    g_autoptr(PsUnified) unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    const PeModel *model = ps_unified_model(unified);
    const PeSenses *senses = ps_unified_senses(unified);
    const char *const end = "What is this?\n<end_of_utterance>\nAssistant:";
    g_autofree char *picture_first = rendered(model, senses, "smolvlm", NULL);
    g_autofree char *text_first = rendered(model, senses, "smolvlm", "Look.");
    assert_begins_and_ends(picture_first, "<|im_start|>User:<", end);
    assert_begins_and_ends(text_first, "<|im_start|>User: Look.\n<", end);
}

Test(unified_prompt, a_space_is_one_text_with_what_it_leads)
{
    g_autoptr(PsUnified) unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    const PeModel *model = ps_unified_model(unified);
    const PsDraftOptions options = {.model = model, .n_positions_most = 1000};
    g_autoptr(PsDraft) led = ps_draft_new(&options), whole = ps_draft_new(&options);
    ps_draft_lead(led, " ");
    cr_assert(ps_draft_add_text(led, "the answer", false, NULL));
    cr_assert(ps_draft_add_text(led, " is", false, NULL));
    cr_assert(ps_draft_add_text(whole, " the answer is", false, NULL));
    cr_expect_eq(ps_draft_cost(led)->n_positions, ps_draft_cost(whole)->n_positions);
}

// What stands first in the prompt of a model that adds <|im_start|>, or any other token.
static char *begun_with(const PeModel *model, const char *token, const char *family)
{
    PeVocabulary vocabulary = *model->vocabulary;
    PeModel adding = *model;
    adding.vocabulary = &vocabulary;
    vocabulary.adds_beginning = true;
    vocabulary.beginning = pe_token_find_text(&vocabulary, token);
    cr_assert_neq(vocabulary.beginning, PE_NO_TOKEN);
    const PsRequest request = {.prompt = "Look."};
    const PsDraftOptions options = {.model = &adding, .n_positions_most = 1000};
    g_autoptr(PsDraft) draft = ps_draft_new(&options);
    cr_assert(ps_unified_prompt_add(draft, pe_chat_find(family), &request, NULL));
    return prompt_text(&adding, draft, NULL);
}

Test(unified_prompt, the_model_s_first_token_stands_there_once)
{
    static const char *const cases[][3] = {
        {"<|im_start|>", "chatml", "<|im_start|>user\nLook."},
        {"<|im_start|>", "smolvlm", "<|im_start|>User: Look."},
        {"<|im_start|>", "plain", "<|im_start|>Look."},
        {"<|im_start|>", "llama-3", "<|im_start|><|begin_of_text|><|start_header_id|>user"},
        {"<|endoftext|>", "chatml", "<|endoftext|><|im_start|>user\nLook."},
        {"<|endoftext|>", "smolvlm", "<|endoftext|><|im_start|>User: Look."},
    };
    g_autoptr(PsUnified) unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = begun_with(ps_unified_model(unified), cases[i][0], cases[i][1]);
        assert_begins_and_ends(text, cases[i][2], "");
    }
}

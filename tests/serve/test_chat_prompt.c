// Whole prompts of every family of templates.
#include "serve/chat_prompt.h"

#include "tests/adapters/prompt_text.h"
#include "tests/serve/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

// What the messages become; "$" stands for a part that is a picture. The caller's.
static char *rendered(const Serving *serving, const char *family, const char *messages)
{
    const PeModel *model = ps_unified_model(serving->unified);
    const PeSensesOptions sensing = {pe_level_default(), PE_PRECISION_FAST, 1, NULL};
    g_autofree char *png = NULL;
    gsize n_bytes = 0;
    cr_assert(g_file_get_contents(FIXTURES "scene32.png", &png, &n_bytes, NULL));
    g_autofree char *base64 = g_base64_encode((const guchar *)png, n_bytes);
    g_autofree char *part = g_strdup_printf(
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,%s\"}}",
        base64);
    g_autoptr(GString) body = g_string_new(messages);
    g_string_replace(body, "$", part, 0);
    g_autoptr(cJSON) json = json_of(body->str);
    g_autoptr(PsDraft) draft = serving_draft(serving, NULL, NULL);
    g_autoptr(GError) error = NULL;
    cr_assert(ps_chat_prompt_add(draft, pe_chat_find(family), &(PsIngest){0}, json, &error),
              "%s", error->message);
    PeSensesWork *work =
        pe_senses_work_new(ps_unified_senses(serving->unified), &sensing, NULL);
    char *text = prompt_text(model, draft, work);
    pe_senses_work_free(work);
    return text;
}

// The tokens that the encoder's own marks of a picture become are the model's, not the
// template's.
static char *picture_of(const Serving *serving)
{
    return rendered(serving, "plain",
                    "{\"messages\":[{\"role\":\"assistant\",\"content\":[$]}]}");
}

typedef struct {
    const char *family, *prompt;
} Expected;

static void assert_rendered(const char *messages, const Expected *expected, size_t n)
{
    Serving serving;
    serving_open(&serving, 1);
    g_autofree char *picture = picture_of(&serving);
    g_strchomp(picture); // what "plain" writes behind an answer
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GString) prompt = g_string_new(expected[i].prompt);
        g_autofree char *got = rendered(&serving, expected[i].family, messages);
        g_string_replace(prompt, "$", picture, 0);
        cr_expect_str_eq(got, prompt->str, "%s: %s, expected %s", expected[i].family, got,
                         prompt->str);
    }
    serving_close(&serving);
}

Test(serve_chat_prompt, a_system_and_two_turns_text_first)
{
    static const Expected expected[] = {
        {"smolvlm", "<|im_start|>System: Be brief.<end_of_utterance>\n"
                    "User: What is this?$<end_of_utterance>\n"
                    "Assistant: A cat.<end_of_utterance>\n"
                    "User: Sure?<end_of_utterance>\n"
                    "Assistant:"},
        {"chatml", "<|im_start|>system\nBe brief.<|im_end|>\n"
                   "<|im_start|>user\nWhat is this?$<|im_end|>\n"
                   "<|im_start|>assistant\nA cat.<|im_end|>\n"
                   "<|im_start|>user\nSure?<|im_end|>\n"
                   "<|im_start|>assistant\n"},
        {"llama-3", "<|begin_of_text|>"
                    "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                    "<|start_header_id|>user<|end_header_id|>\n\nWhat is this?$<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\nA cat.<|eot_id|>"
                    "<|start_header_id|>user<|end_header_id|>\n\nSure?<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\n"},
        {"mistral", "<s>[INST] Be brief.\n\nWhat is this?$ [/INST]A cat.</s>"
                    "[INST] Sure? [/INST]"},
    };
    assert_rendered(
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is this?\"},$]},"
        "{\"role\":\"assistant\",\"content\":\"A cat.\"},"
        "{\"role\":\"user\",\"content\":\"Sure?\"}]}",
        expected, G_N_ELEMENTS(expected));
}

Test(serve_chat_prompt, a_system_and_two_turns_picture_first)
{
    static const Expected expected[] = {
        {"smolvlm", "<|im_start|>System: Be brief.<end_of_utterance>\n"
                    "User:$What is this?<end_of_utterance>\n"
                    "Assistant: A cat.<end_of_utterance>\n"
                    "User:$<end_of_utterance>\n"
                    "Assistant:"},
        {"chatml", "<|im_start|>system\nBe brief.<|im_end|>\n"
                   "<|im_start|>user\n$What is this?<|im_end|>\n"
                   "<|im_start|>assistant\nA cat.<|im_end|>\n"
                   "<|im_start|>user\n$<|im_end|>\n"
                   "<|im_start|>assistant\n"},
        {"llama-3", "<|begin_of_text|>"
                    "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                    "<|start_header_id|>user<|end_header_id|>\n\n$What is this?<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\nA cat.<|eot_id|>"
                    "<|start_header_id|>user<|end_header_id|>\n\n$<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\n"},
        {"mistral", "<s>[INST] Be brief.\n\n$What is this? [/INST]A cat.</s>[INST] $ [/INST]"},
    };
    assert_rendered(
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
        "{\"role\":\"user\",\"content\":[$,{\"type\":\"text\",\"text\":\"What is this?\"}]},"
        "{\"role\":\"assistant\",\"content\":\"A cat.\"},"
        "{\"role\":\"user\",\"content\":[$]}]}",
        expected, G_N_ELEMENTS(expected));
}

Test(serve_chat_prompt, nobody_says_anything_behind_the_system)
{
    static const Expected expected[] = {
        {"mistral", "<s>[INST] Be brief.\n\n [/INST]A cat.</s>[INST] Be long.\n\n [/INST]"},
    };
    assert_rendered("{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                    "{\"role\":\"assistant\",\"content\":\"A cat.\"},"
                    "{\"role\":\"developer\",\"content\":\"Be long.\"}]}",
                    expected, G_N_ELEMENTS(expected));
}

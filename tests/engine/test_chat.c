// The families of chat templates, by the marks that they write.
#include "engine/chat.h"
#include "tests/engine/file.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

Test(chat, the_fixture_s_template_is_known)
{
    PeModel *model = fixture_open(FIXTURE_F32);
    PeError error = {0};
    const PeChat *chat = pe_chat_of(model, &error);
    cr_assert(chat != NULL, "%s", error.message);
    cr_expect_str_eq(chat->name, "chatml");
    pe_model_free(model);
}

Test(chat, every_family_opens_the_answer_behind_the_user)
{
    static const char *const names[] = {"chatml", "smolvlm", "llama-3", "mistral", "plain"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const PeChat *chat = pe_chat_find(names[i]);
        cr_assert(chat != NULL && strcmp(chat->name, names[i]) == 0);
        cr_expect(chat->beginning && chat->before_user && chat->after_user
                  && chat->before_system && chat->after_system && chat->before_answer
                  && chat->after_answer);
    }
    cr_expect(strstr(pe_chat_find("chatml")->before_answer, "assistant") != NULL);
    cr_expect(pe_chat_find("klingon") == NULL);
}

// What a file says is shown, but as one line of UTF-8.
Test(chat, a_strange_template_makes_a_clean_message)
{
    static const char template[] = "{%\xff\n\xc3\xa9\xe2\x82";
    File file = {0};
    PeError error = {0};
    file_begin(&file, 0, 1);
    file_add_string(&file, "tokenizer.chat_template", template);
    file_pad(&file);
    PeGguf *gguf = file_parse(&file, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    const PeModel model = {.gguf = gguf};
    cr_expect_null(pe_chat_of(&model, &error));
    cr_expect(strstr(error.message, "{%??\xc3\xa9??") != NULL, "%s", error.message);
    pe_gguf_free(gguf);
    file_clear(&file);
}

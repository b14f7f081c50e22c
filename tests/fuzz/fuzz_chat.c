// Fuzzes the recognition of chat templates: a family, or a message of one line of UTF-8. A
// corpus: any template.
#include "engine/chat.h"
#include "tests/engine/file.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    File file = {0};
    PeError error = {0};
    file_begin(&file, 0, 1);
    file_add_key(&file, "tokenizer.chat_template", PE_GGUF_STRING);
    file_add_number(&file, size, 8);
    file_add_bytes(&file, data, size);
    file_pad(&file);
    PeGguf *gguf = file_parse(&file, &error);
    g_assert(gguf != NULL);
    const PeModel model = {.gguf = gguf};
    const PeChat *chat = pe_chat_of(&model, &error);
    g_assert(chat != NULL || error.message[0] != '\0');
    if (chat != NULL) g_assert(pe_chat_find(chat->name) == chat);
    g_assert(strchr(error.message, '\n') == NULL);
    g_assert(g_utf8_validate(error.message, -1, NULL));
    pe_gguf_free(gguf);
    file_clear(&file);
    return 0;
}

#include "engine/chat.h"

#include <string.h>

// The marks by which a template is known, in the order they are looked for: all of them must be
// in it.
static const struct {
    PeChat chat;
    const char *marks[2];
} families[] = {
    {{"smolvlm", "<|im_start|>", "User:", "<end_of_utterance>\n",
      "System:", "<end_of_utterance>\n", "Assistant:", "<end_of_utterance>\n", " ", false},
     {"<|im_start|>", "<end_of_utterance>"}},
    {{"chatml", "", "<|im_start|>user\n", "<|im_end|>\n", "<|im_start|>system\n",
      "<|im_end|>\n", "<|im_start|>assistant\n", "<|im_end|>\n", "", false},
     {"<|im_start|>", "<|im_end|>"}},
    {{"llama-3", "<|begin_of_text|>", "<|start_header_id|>user<|end_header_id|>\n\n",
      "<|eot_id|>", "<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>",
      "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>", "", false},
     {"<|start_header_id|>", "<|eot_id|>"}},
    {{"mistral", "<s>", "[INST] ", " [/INST]", "", "\n\n", "", "</s>", "", true},
     {"[INST]", "[/INST]"}},
    {{"plain", "", "", "", "", "\n\n", "", "\n", "", false}, {NULL, NULL}},
};

#define N_FAMILIES (sizeof families / sizeof *families)

const PeChat *pe_chat_find(const char *name)
{
    for (size_t i = 0; i < N_FAMILIES; i++)
        if (strcmp(families[i].chat.name, name) == 0) return &families[i].chat;
    return NULL;
}

static bool contains(PeString text, const char *piece)
{
    return piece != NULL && memmem(text.bytes, text.n_bytes, piece, strlen(piece)) != NULL;
}

const PeChat *pe_chat_of(const PeModel *model, PeError *error)
{
    PeString template;
    if (pe_gguf_find(model->gguf, "tokenizer.chat_template") == NULL)
        return pe_chat_find("plain");
    if (!pe_gguf_string(model->gguf, "tokenizer.chat_template", &template, error)) return NULL;
    for (size_t i = 0; i < N_FAMILIES; i++)
        if (contains(template, families[i].marks[0])
            && contains(template, families[i].marks[1]))
            return &families[i].chat;
    return pe_fail_null(error, "the chat template is of no family that is known here: %.*s",
                        (int)(template.n_bytes < 80 ? template.n_bytes : 80), template.bytes);
}

// Fuzzes the tokenizer: any text, UTF-8 or not, becomes tokens that are there and give the text
// back, and without asking for control tokens none is among them. The first byte says whether
// they are looked for. A corpus: any text after a byte.
#include "engine/model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const PeVocabulary *vocabulary,
                  const PeTokens *tokens,
                  bool with_control,
                  const char *text,
                  size_t n_bytes)
{
    size_t at = 0;
    for (size_t i = 0; i < tokens->n; i++) {
        const int32_t token = tokens->ids[i];
        if (token < 0 || (size_t)token >= vocabulary->n_tokens) abort();
        if (!with_control && vocabulary->tokens[token].kind == PE_TOKEN_CONTROL) abort();
        const PeString bytes = pe_token_bytes(vocabulary, token, true);
        if (bytes.n_bytes > n_bytes - at || memcmp(bytes.bytes, text + at, bytes.n_bytes) != 0)
            abort();
        at += bytes.n_bytes;
    }
    if (at != n_bytes) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static PeModel *model;
    PeError error;
    PeTokens tokens = {0};
    if (model == NULL) model = pe_model_open(PS_FIXTURES "/mini-q8/lm-q8_0.gguf", &error);
    if (model == NULL) abort();
    if (size == 0) return 0;
    const char *text = (const char *)data + 1;
    if (!pe_tokenize(model->vocabulary, text, size - 1, data[0] & 1, &tokens, &error)) abort();
    check(model->vocabulary, &tokens, data[0] & 1, text, size - 1);
    pe_tokens_clear(&tokens);
    return 0;
}

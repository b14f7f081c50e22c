#include "tests/adapters/prompt_text.h"

#include <criterion/criterion.h>

char *prompt_text(const PeModel *model, PsDraft *draft, PeSensesWork *work)
{
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    GString *text = g_string_new(NULL);
    cr_assert(ps_draft_encode(draft, work, &prompt, NULL));
    for (size_t i = 0; i < prompt.n_items; i++) {
        const PeItem *item = &prompt.items[i];
        if (item->kind != PE_ITEM_TOKENS) g_string_append(text, "<image>");
        for (size_t k = 0; item->kind == PE_ITEM_TOKENS && k < item->n; k++) {
            const PeToken *token = &model->vocabulary->tokens[item->tokens[k]];
            g_string_append_len(text, token->bytes.bytes, (gssize)token->bytes.n_bytes);
        }
    }
    pe_prompt_clear(&prompt);
    return g_string_free(text, false);
}

#include "engine/prompt.h"

#include <stdlib.h>
#include <string.h>

void pe_prompt_clear(PePrompt *prompt)
{
    for (size_t i = 0; i < prompt->n_items; i++) {
        free(prompt->items[i].tokens);
        free(prompt->items[i].rows);
    }
    free(prompt->items);
    *prompt = (PePrompt){.n_embedding = prompt->n_embedding};
}

static bool has_room(const PePrompt *prompt, size_t n, PeError *error)
{
    if (n <= PE_PROMPT_POSITIONS_MOST - prompt->n_positions) return true;
    return pe_fail(error, "the prompt has more than %zu positions", PE_PROMPT_POSITIONS_MOST);
}

// A new item at the end, with nothing in it; NULL without memory.
static PeItem *item_add(PePrompt *prompt, PeItemKind kind)
{
    PeItem *items = reallocarray(prompt->items, prompt->n_items + 1, sizeof *items);
    if (items == NULL) return NULL;
    prompt->items = items;
    items[prompt->n_items] = (PeItem){.kind = kind};
    return &items[prompt->n_items++];
}

bool pe_prompt_add_tokens(PePrompt *prompt, const int32_t *tokens, size_t n, PeError *error)
{
    if (n == 0) return true;
    if (!has_room(prompt, n, error)) return false;
    PeItem *item = prompt->n_items > 0 ? &prompt->items[prompt->n_items - 1] : NULL;
    if (item == NULL || item->kind != PE_ITEM_TOKENS) item = item_add(prompt, PE_ITEM_TOKENS);
    if (item == NULL) return pe_fail_memory(error);
    int32_t *all = reallocarray(item->tokens, item->n + n, sizeof *all);
    if (all == NULL) return pe_fail_memory(error);
    memcpy(all + item->n, tokens, n * sizeof *all);
    item->tokens = all;
    item->n += n;
    prompt->n_positions += n;
    return true;
}

bool pe_prompt_add_rows(
    PePrompt *prompt, PeItemKind kind, const float *rows, size_t n, PeError *error)
{
    if (n == 0) return true;
    if (!has_room(prompt, n, error)) return false;
    float *copy = reallocarray(NULL, n, prompt->n_embedding * sizeof *copy);
    PeItem *item = copy != NULL ? item_add(prompt, kind) : NULL;
    if (item == NULL) {
        free(copy);
        return pe_fail_memory(error);
    }
    memcpy(copy, rows, n * prompt->n_embedding * sizeof *copy);
    *item = (PeItem){.kind = kind, .n = n, .rows = copy};
    prompt->n_positions += n;
    return true;
}

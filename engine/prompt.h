// What the language model is given: tokens, and in their midst rows of embeddings that an
// encoder made of a picture or a sound. Each token and each row is one position.
//
//     see <fake…><row_1_col_1> [image: 4 rows] ⏎⏎ <fake…><global-img> [image: 4 rows] <fake…>
//
// The caller adds items in the order of reading; an encoder adds its media with the tokens
// around them (pe_prompt_add_text, then pe_prompt_add_rows, …).
#pragma once

#include "engine/error.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    PE_ITEM_TOKENS,
    PE_ITEM_IMAGE,
    PE_ITEM_AUDIO,
} PeItemKind;

// Neighbouring tokens are one item; neighbouring calls of pe_prompt_add_rows stay two.
typedef struct {
    PeItemKind kind;
    size_t n;        // positions
    int32_t *tokens; // [n] for PE_ITEM_TOKENS, otherwise NULL
    float *rows;     // [n, n_embedding] for the others, otherwise NULL
} PeItem;

typedef struct {
    size_t n_embedding; // the model's
    size_t n_items;
    PeItem *items;
    size_t n_positions; // of all items
} PePrompt;

// As many positions as a prompt may have, whatever the model can take.
#define PE_PROMPT_POSITIONS_MOST ((size_t)1 << 24)

// Zero is a prompt with nothing in it but its n_embedding: {.n_embedding = n}.
void pe_prompt_clear(PePrompt *prompt);

// Copies tokens or rows to the end. False without memory or over PE_PROMPT_POSITIONS_MOST.
bool pe_prompt_add_tokens(PePrompt *prompt, const int32_t *tokens, size_t n, PeError *error);
bool pe_prompt_add_rows(
    PePrompt *prompt, PeItemKind kind, const float *rows, size_t n, PeError *error);

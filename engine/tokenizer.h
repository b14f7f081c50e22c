// Text to tokens and back.
//
//     text → pieces between special tokens → words → bytes → byte pairs merged → tokens
#pragma once

#include "engine/vocabulary.h"

// So many bytes of text are taken at once.
#define PE_TEXT_BYTES_MOST ((size_t)16 << 20)

// Grows; zero is empty. ids may be taken over with free.
typedef struct {
    size_t n, n_room;
    int32_t *ids;
} PeTokens;

void pe_tokens_clear(PeTokens *tokens);
bool pe_tokens_add(PeTokens *tokens, int32_t token, PeError *error);

// Adds the tokens of text. User-defined tokens are always looked for in it, control tokens only
// if with_control: text of a user should not end a turn. Of special tokens that overlap the
// longest wins. Any bytes have tokens, valid UTF-8 or not. No bos is added.
bool pe_tokenize(const PeVocabulary *vocabulary,
                 const char *text,
                 size_t n_bytes,
                 bool with_control,
                 PeTokens *tokens,
                 PeError *error);

// What a token adds to an answer: its bytes, which may be part of a character. Nothing for
// control tokens unless with_control. Borrowed.
PeString pe_token_bytes(const PeVocabulary *vocabulary, int32_t token, bool with_control);

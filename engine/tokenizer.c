#include "engine/tokenizer.h"

#include "engine/merge.h"
#include "engine/unicode.h"

#include <stdlib.h>
#include <string.h>

void pe_tokens_clear(PeTokens *tokens)
{
    free(tokens->ids);
    *tokens = (PeTokens){0};
}

static bool tokens_reserve(PeTokens *tokens, size_t n, PeError *error)
{
    if (n <= tokens->n_room - tokens->n) return true;
    const size_t n_room = 2 * tokens->n_room + n;
    int32_t *ids = reallocarray(tokens->ids, n_room, sizeof *ids);
    if (ids == NULL) return pe_fail_memory(error);
    tokens->ids = ids;
    tokens->n_room = n_room;
    return true;
}

bool pe_tokens_add(PeTokens *tokens, int32_t token, PeError *error)
{
    if (!tokens_reserve(tokens, 1, error)) return false;
    tokens->ids[tokens->n++] = token;
    return true;
}

// ---- Special tokens

// A stretch of the text, or the special token that stands for it.
typedef struct {
    const char *bytes;
    size_t n_bytes;
    int32_t token; // PE_NO_TOKEN: plain text
} Piece;

typedef struct {
    size_t n, n_room;
    Piece *pieces;
} Pieces;

static bool pieces_add(Pieces *pieces, Piece piece, PeError *error)
{
    if (piece.n_bytes == 0) return true;
    if (pieces->n == pieces->n_room) {
        const size_t n_room = 2 * pieces->n_room + 16;
        Piece *all = reallocarray(pieces->pieces, n_room, sizeof *all);
        if (all == NULL) return pe_fail_memory(error);
        pieces->pieces = all;
        pieces->n_room = n_room;
    }
    pieces->pieces[pieces->n++] = piece;
    return true;
}

// Cuts one piece of plain text at each occurrence of the special token.
static bool cut_piece(Piece piece, PeString special, int32_t token, Pieces *out, PeError *error)
{
    const char *at = piece.bytes, *const end = piece.bytes + piece.n_bytes;
    for (const char *found;
         piece.token == PE_NO_TOKEN
         && (found = memmem(at, (size_t)(end - at), special.bytes, special.n_bytes)) != NULL;
         at = found + special.n_bytes)
        if (!pieces_add(out, (Piece){at, (size_t)(found - at), PE_NO_TOKEN}, error)
            || !pieces_add(out, (Piece){found, special.n_bytes, token}, error))
            return false;
    return pieces_add(out, (Piece){at, (size_t)(end - at), piece.token}, error);
}

// All pieces cut at one special token; *pieces is replaced.
static bool cut_pieces(Pieces *pieces, PeString special, int32_t token, PeError *error)
{
    Pieces out = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < pieces->n; i++)
        ok = cut_piece(pieces->pieces[i], special, token, &out, error);
    free(pieces->pieces);
    *pieces = out;
    return ok;
}

static bool find_pieces(const PeVocabulary *vocabulary,
                        PeString text,
                        bool with_control,
                        Pieces *pieces,
                        PeError *error)
{
    if (!pieces_add(pieces, (Piece){text.bytes, text.n_bytes, PE_NO_TOKEN}, error))
        return false;
    for (size_t i = 0; i < vocabulary->n_specials; i++) {
        const int32_t id = vocabulary->specials[i];
        const PeToken *token = &vocabulary->tokens[id];
        if (token->kind == PE_TOKEN_CONTROL && !with_control) continue;
        // Most occur nowhere.
        if (memmem(text.bytes, text.n_bytes, token->text.bytes, token->text.n_bytes) == NULL)
            continue;
        if (!cut_pieces(pieces, token->text, id, error)) return false;
    }
    return true;
}

// ---- Words

// The token whose text is the word in the byte-level alphabet; text: room for twice the word.
static int32_t
find_whole(const PeVocabulary *vocabulary, const char *word, size_t n, char *text)
{
    size_t n_text = 0;
    for (size_t i = 0; i < n; i++)
        n_text += pe_character_write(pe_byte_character((unsigned char)word[i]), text + n_text);
    return pe_token_find(vocabulary, (PeString){text, n_text});
}

// Working memory for a text.
typedef struct {
    PeMergeScratch merge;
    char *text; // for find_whole
} Scratch;

static void add_word(const PeVocabulary *vocabulary,
                     Scratch *scratch,
                     const char *word,
                     size_t n,
                     PeTokens *tokens)
{
    int32_t *room = tokens->ids + tokens->n;
    const int32_t whole = vocabulary->has_whole_words
                              ? find_whole(vocabulary, word, n, scratch->text)
                              : PE_NO_TOKEN;
    if (whole != PE_NO_TOKEN) *room = whole;
    tokens->n +=
        whole != PE_NO_TOKEN ? 1 : pe_merge_word(vocabulary, &scratch->merge, word, n, room);
}

// A word has at most as many tokens as bytes.
static bool add_piece(const PeVocabulary *vocabulary,
                      Scratch *scratch,
                      const Piece *piece,
                      PeTokens *tokens,
                      PeError *error)
{
    if (piece->token != PE_NO_TOKEN) return pe_tokens_add(tokens, piece->token, error);
    if (!tokens_reserve(tokens, piece->n_bytes, error)) return false;
    for (size_t at = 0; at < piece->n_bytes;) {
        const size_t n =
            pe_word_bytes(vocabulary->words, piece->bytes + at, piece->n_bytes - at);
        add_word(vocabulary, scratch, piece->bytes + at, n, tokens);
        at += n;
    }
    return true;
}

static bool scratch_init(Scratch *scratch, const Pieces *pieces, PeError *error)
{
    size_t n_most = 0;
    for (size_t i = 0; i < pieces->n; i++)
        if (pieces->pieces[i].n_bytes > n_most) n_most = pieces->pieces[i].n_bytes;
    scratch->text = malloc(2 * n_most + 4);
    return pe_merge_scratch_init(&scratch->merge, n_most, error)
           && (scratch->text != NULL || pe_fail_memory(error));
}

bool pe_tokenize(const PeVocabulary *vocabulary,
                 const char *text,
                 size_t n_bytes,
                 bool with_control,
                 PeTokens *tokens,
                 PeError *error)
{
    Pieces pieces = {0};
    Scratch scratch = {0};
    if (n_bytes > PE_TEXT_BYTES_MOST)
        return pe_fail(error, "the text has %zu bytes, more than %zu", n_bytes,
                       PE_TEXT_BYTES_MOST);
    bool ok = find_pieces(vocabulary, (PeString){text, n_bytes}, with_control, &pieces, error)
              && scratch_init(&scratch, &pieces, error);
    for (size_t i = 0; ok && i < pieces.n; i++)
        ok = add_piece(vocabulary, &scratch, &pieces.pieces[i], tokens, error);
    pe_merge_scratch_clear(&scratch.merge);
    free(scratch.text);
    free(pieces.pieces);
    return ok;
}

PeString pe_token_bytes(const PeVocabulary *vocabulary, int32_t token, bool with_control)
{
    const PeToken *it = &vocabulary->tokens[token];
    const bool is_shown = with_control || it->kind != PE_TOKEN_CONTROL;
    return is_shown ? it->bytes : (PeString){it->bytes.bytes, 0};
}

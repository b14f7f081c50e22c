// The tokens of a model: their texts, bytes and kinds, and the rules by which they are merged.
// "gpt2" vocabularies: a token's text is in the byte-level alphabet, where each byte is a
// visible character (GPT-2, Radford et al. 2019, encoder.py: bytes_to_unicode); a merge rule
// joins two tokens to a third, and its rank is its place in the list.
//
// Immutable once made: threads share it without locks.
#pragma once

#include "engine/gguf.h"
#include "engine/words.h"

#define PE_TOKENS_MOST ((size_t)1 << 20)
#define PE_NO_TOKEN (-1)

// Numbered as in tokenizer.ggml.token_type.
typedef enum {
    PE_TOKEN_NORMAL = 1,
    PE_TOKEN_UNKNOWN = 2,
    PE_TOKEN_CONTROL = 3,      // never written by a user: <|im_end|>
    PE_TOKEN_USER_DEFINED = 4, // text that is always one token
    PE_TOKEN_UNUSED = 5,
    PE_TOKEN_BYTE = 6,
} PeTokenKind;

typedef struct {
    PeString text;  // as in the file
    PeString bytes; // what it stands for in an answer
    PeTokenKind kind;
} PeToken;

// The two tokens become one.
typedef struct {
    int32_t left, right, whole;
    uint32_t rank; // the lowest is done first
} PeMerge;

typedef struct {
    size_t n_tokens;
    PeToken *tokens; // [n_tokens] by id
    PeWords words;
    bool has_whole_words; // a word that is a token is never merged from parts ("llama-bpe")
    int32_t byte_tokens[256];

    int32_t beginning, end, end_of_turn; // bos, eos, eot; PE_NO_TOKEN if the model has none
    bool adds_beginning;                 // a prompt starts with bos
    size_t n_specials;
    int32_t *specials; // [n_specials] control and user-defined tokens, longest text first

    // Inside.
    size_t n_merges;
    PeMerge *merges;  // [n_merges] by left and right
    int32_t *by_text; // [n_tokens] sorted by text, then id
    char *byte_arena; // what tokens' bytes point to
} PeVocabulary;

// Reads the tokenizer.ggml.* keys of gguf, from which texts stay borrowed. NULL with the error
// naming the key: another model than "gpt2", another way to cut words, a merge or a byte
// without a token.
PeVocabulary *pe_vocabulary_new(const PeGguf *gguf, PeError *error);
void pe_vocabulary_free(PeVocabulary *vocabulary);

// The token with that text (as in the file), or PE_NO_TOKEN; of several the first.
int32_t pe_token_find(const PeVocabulary *vocabulary, PeString text);
int32_t pe_token_find_text(const PeVocabulary *vocabulary, const char *text);

// The rule for two neighbours, or NULL.
const PeMerge *pe_merge_find(const PeVocabulary *vocabulary, int32_t left, int32_t right);

// Whether an answer ends with it: eos, eot, and the texts by which the common families end a
// turn.
bool pe_token_is_end(const PeVocabulary *vocabulary, int32_t token);

// The character that stands for a byte in the byte-level alphabet.
uint32_t pe_byte_character(unsigned char byte);

// Answers of a given form: which tokens may come next so that the answer can still become one
// of the texts that a pattern allows.
//
//     pattern → automaton        state ── bytes of each token ──→ dead: not allowed
//     tokens, in order of their bytes: what begins with bytes that are dead is passed over
//
// A state's tokens are found once and kept for the last PE_GRAMMAR_MASKS states, so that within
// a string, say, each further token costs a look. Of 49,152 tokens (2 × Xeon) a new state takes
// 0.1 ms, one within a string 0.8 ms, a kept one 0.2 µs; a grammar has PE_GRAMMAR_MASKS · 6 KB
// for them. Nothing is allocated after making.
//
// Control tokens are never allowed; tokens that end an answer are where it may end, and only
// there. Every byte has to have a token, so there always is one that goes on.
#pragma once

#include "engine/automaton.h"
#include "engine/vocabulary.h"

#define PE_GRAMMAR_MASKS 64

// A vocabulary's tokens as grammars look at them. Immutable: threads share it.
typedef struct {
    const PeVocabulary *vocabulary; // borrowed
    size_t n, n_ends, n_bytes_most; // n_bytes_most: of the longest token
    int32_t *tokens;                // [n] that answers are made of, in order of their bytes
    uint16_t *n_bytes, *shared;     // [n] of each; with how many it begins as the one before
    char *bytes;                    // those of all, in the same order
    int32_t *ends;                  // [n_ends] that end an answer
} PeTokenOrder;

// False: no memory, no token that ends an answer, a byte without a token to answer with.
bool pe_token_order_init(PeTokenOrder *order, const PeVocabulary *vocabulary, PeError *error);
void pe_token_order_clear(PeTokenOrder *order);

// An answer on its way. Not for two threads at once.
typedef struct PeGrammar PeGrammar;

// order is borrowed. NULL: see pe_automaton_init.
PeGrammar *pe_grammar_new(const PeTokenOrder *order,
                          const PePattern *pattern,
                          PePiece whole,
                          PeError *error);
void pe_grammar_free(PeGrammar *grammar);

// The tokens that may come next: sets or clears each of bits [n_tokens of the vocabulary, 64 a
// word].
void pe_grammar_allow(PeGrammar *grammar, uint64_t *bits);
// The next token was this one.
void pe_grammar_take(PeGrammar *grammar, int32_t token);
// Whether the answer is one of the texts that are allowed (or, after a token that was not, none
// any more).
bool pe_grammar_may_end(const PeGrammar *grammar);

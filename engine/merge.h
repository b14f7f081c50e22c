// Byte-pair encoding of one word: its bytes are tokens, and of all neighbours that a rule joins
// those of the lowest rank are joined, the leftmost first, until no rule applies (Sennrich et
// al. 2016). A heap of candidates makes it n log n.
#pragma once

#include "engine/vocabulary.h"

typedef struct {
    int32_t token;
    uint32_t left, right; // neighbours, by place
} PeMergeSpot;

typedef struct {
    uint32_t rank, place; // the lowest rank first, then the leftmost
    int32_t left, right;  // what stood there; if it has changed the candidate is void
    int32_t whole;
} PeMergeCandidate;

// Working memory for words of up to n_most bytes. Zero is none.
typedef struct {
    size_t n_most;
    PeMergeSpot *spots; // [n_most]
    size_t n_candidates;
    PeMergeCandidate *candidates; // [3 · n_most], a heap
} PeMergeScratch;

bool pe_merge_scratch_init(PeMergeScratch *scratch, size_t n_most, PeError *error);
void pe_merge_scratch_clear(PeMergeScratch *scratch);

// Writes the tokens of word[1 ≤ n ≤ n_most] to tokens[n]; returns how many.
size_t pe_merge_word(const PeVocabulary *vocabulary,
                     PeMergeScratch *scratch,
                     const char *word,
                     size_t n,
                     int32_t *tokens);

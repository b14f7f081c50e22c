// The n-grams of a text, n = 1 … 4, with how often each occurs: what BLEU and CIDEr compare.
// Words are what white space parts (Python's str.split()). An n-gram is known by a 64-bit hash
// of its words (XXH3): among ten million different ones two are taken for one with a chance of
// 3 in a million.
#pragma once

#include <glib.h>
#include <stdint.h>

#define PS_NGRAMS_ORDERS 4

typedef struct {
    uint64_t key;
    uint32_t n; // how often
} PsNgram;

typedef struct {
    size_t n_words;
    size_t n[PS_NGRAMS_ORDERS];    // different ones of each order
    PsNgram *of[PS_NGRAMS_ORDERS]; // [n[order]] ascending keys; order 0 is words
} PsNgrams;

PsNgrams *ps_ngrams_new(const char *text);
void ps_ngrams_free(PsNgrams *ngrams);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsNgrams, ps_ngrams_free)

// Of each text.
PsNgrams **ps_ngrams_of_all(char *const *texts, size_t n_texts);
void ps_ngrams_free_all(PsNgrams **ngrams, size_t n_texts);

// How many n-grams of an order there are, repetitions included.
size_t ps_ngrams_total(const PsNgrams *ngrams, int order);

// How often the n-gram occurs; 0 if it does not.
uint32_t ps_ngrams_find(const PsNgrams *ngrams, int order, uint64_t key);

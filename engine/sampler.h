// The next token from logits: greedy, or drawn from what is left of the distribution.
//
//     top_k largest → the most probable that together have top_p → of at least min_p times the
//     largest → sharpened by temperature → drawn
//
// The order is llama.cpp's. Of equal logits the smaller token is first. The same logits,
// options and state give the same token at one level.
#pragma once

#include "engine/kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double temperature; // 0: greedy, nothing else is looked at
    size_t top_k;       // 0: all
    double top_p;       // 1: all
    double min_p;       // 0: all
    uint64_t seed;
} PeSampling;

// A token and how probable it is.
typedef struct {
    int32_t token;
    float log_probability; // natural, of the whole distribution before anything is left out
} PeChoice;

// What is drawn from, between two tokens.
typedef struct {
    uint64_t state;
} PeRandom;

PeRandom pe_random(uint64_t seed);
double pe_random_uniform(PeRandom *random); // 0 … 1, without 1

// What is worked in.
typedef struct {
    PeChoice *choices; // [n]
    float *weights;    // [n]
} PeSamplerScratch;

bool pe_sampler_scratch_init(PeSamplerScratch *scratch, size_t n); // false: no memory
void pe_sampler_scratch_clear(PeSamplerScratch *scratch);
size_t pe_sampler_scratch_bytes(size_t n);

// logits[n] become log-probabilities. allowed (or NULL) has a bit a token; one at least is set,
// and probabilities are then those of the allowed tokens alone for drawing, but stay those of
// all in the result.
PeChoice pe_sample(PeLevel level,
                   const PeSampling *sampling,
                   PeRandom *random,
                   float *logits,
                   size_t n,
                   const uint64_t *allowed,
                   PeSamplerScratch *scratch);

// The n_top most probable of log_probabilities[n], in order; choices[n] is worked in, and
// begins with them.
void pe_most_probable(const float *log_probabilities,
                      size_t n,
                      size_t n_top,
                      PeChoice *choices);

// Answers: several sequences through one model together. A caller admits prompts whenever it
// likes; each step runs one position of every sequence that is answering, then prompts that
// wait, up to n_rows of them (continuous batching), and hands out the tokens that came of it.
//
//     admit(prompt) ─→ slot: waits → prefill, in chunks → one token a step → ends
//
// Same bits for a request on every run, for any number of threads, and whatever else shares its
// steps: products of few rows and of many are summed in two ways (kernels.h), so answers and
// prompts shorter than PE_PREFILL_ROWS run apart from longer prompts, that many rows at most.
//
// A slot keeps the keys and values of its last prompt. A prompt that begins with the same
// tokens and rows goes there and is computed from where it differs, with the same bits as
// without: only positions that were prefilled in products of many rows are taken over, and as
// many are left to compute. Not of a model with cross-attention, whose rows of media stand
// beside the positions, up to n_positions of them.
//
// All memory is made by pe_session_new; a step makes none.
#pragma once

#include "engine/model.h"
#include "engine/prompt.h"
#include "engine/sampler.h"
#include "engine/stop.h"

#define PE_SEQUENCES_MOST 256
#define PE_TOP_MOST 20 // most probable tokens that are told of each

typedef struct {
    PeLevel level;
    PePrecision precision;
    unsigned n_threads;
    size_t n_sequences; // 1 … PE_SEQUENCES_MOST
    size_t
        n_positions; // of each sequence, prompt and answer; 0: what the model was trained for
    size_t n_rows;   // of prompts in a step, ≥ 2 · PE_PREFILL_ROWS; 0: 256
    size_t n_bytes;  // more memory than this is refused; 0: no limit
} PeSessionOptions;

// A token of an answer.
typedef struct {
    PeChoice choice;
    const PeChoice *top; // [n_top] most probable, in order
    size_t n_top;
    const char *bytes; // what may be shown now: whole characters, nothing of a stop string
    size_t n_bytes;    // may be 0
    uint64_t at_ns;    // CLOCK_MONOTONIC
} PeAnswered;

typedef enum {
    PE_END_OF_TURN, // the model ended it
    PE_END_STOP,    // a stop string
    PE_END_LENGTH,  // n_tokens_most, or no position left
    PE_END_CANCELLED,
} PeEnd;

typedef struct {
    size_t n_prompt, n_reused, n_answer; // positions, of them from the cache, tokens
    uint64_t admitted_ns, started_ns, prefilled_ns, ended_ns; // CLOCK_MONOTONIC
} PeAnswerCost;

typedef struct {
    PeSampling sampling;
    size_t n_tokens_most; // ≥ 1
    size_t n_top;         // ≤ PE_TOP_MOST
    PeStops stops;        // texts borrowed until the end
    // The tokens that may come next: fills bits [n_tokens of the vocabulary, 64 a word]; NULL:
    // any. One at least has to be set. told of each token by took_token.
    void (*allow)(void *data, uint64_t *bits);
    void (*took_token)(void *data, int32_t token);

    // Called by pe_session_step. on_end is the last; the slot may be admitted to again from
    // within.
    void (*on_token)(void *data, const PeAnswered *answered);
    void (*on_end)(void *data, PeEnd end, const PeAnswerCost *cost);
    // Asked before each layer of each step it takes part in, and between steps: gone or late.
    bool (*should_stop)(void *data); // or NULL
    void *data;
} PeRequest;

typedef struct PeSession PeSession;

// What pe_session_new will take.
size_t pe_session_bytes(const PeModel *model, const PeSessionOptions *options);

// model is borrowed. NULL: sizes that cannot be, more than n_bytes, no memory.
PeSession *
pe_session_new(const PeModel *model, const PeSessionOptions *options, PeError *error);
void pe_session_free(PeSession *session); // requests under way just end, without on_end

// How many more can be admitted now.
size_t pe_session_room(const PeSession *session);

// Takes prompt over (which is then empty). False, with prompt as it was: no room, an empty
// prompt, one that leaves no position for an answer, a request that cannot be.
bool pe_session_admit(PeSession *session,
                      PePrompt *prompt,
                      const PeRequest *request,
                      PeError *error);

// One step. False if there is nothing to do.
bool pe_session_step(PeSession *session);

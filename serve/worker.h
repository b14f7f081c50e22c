// The engine's thread: one session, to which jobs are admitted as slots become free. Media are
// encoded beside it, by the threads of the connections that they came on, one at a time:
// streams go on meanwhile.
#pragma once

#include "adapters/shared/unified.h"
#include "serve/job.h"

typedef struct {
    size_t n_sequences; // answers that are made together
    unsigned n_threads; // of the session, and of the encoders
    size_t bytes_most;  // more memory than this is refused; 0: no limit
} PsServeWorkerOptions;

typedef struct PsServeWorker PsServeWorker;

// unified is borrowed. PS_ERROR_UNAVAILABLE: no memory, or more than bytes_most.
PsServeWorker *
ps_serve_worker_new(PsUnified *unified, const PsServeWorkerOptions *options, GError **error);
void ps_serve_worker_free(PsServeWorker *worker); // jobs that wait end with a problem

// Of a sequence, prompt and answer.
size_t ps_serve_worker_positions(const PsServeWorker *worker);

// Takes a reference on job, whose prompt and request are filled.
void ps_serve_worker_add(PsServeWorker *worker, PsJob *job);

// Encodes draft to prompt once nobody else encodes. PS_ERROR_DATA: client is gone or late, …
bool ps_serve_worker_encode(
    PsServeWorker *worker, PsClient *client, PsDraft *draft, PePrompt *prompt, GError **error);

// For answers that are as whole, a piece of pattern, says; the caller's. NULL: it is too large,
// or the model has no token to end an answer with.
PeGrammar *ps_serve_worker_grammar(PsServeWorker *worker,
                                   const PePattern *pattern,
                                   PePiece whole,
                                   GError **error);

// The embedding of prompt [n_embedding of the model]: see engine/embedding.h. Media alone are
// pooled as the projector makes them; with text among them all goes through the network.
bool ps_serve_worker_embed(PsServeWorker *worker,
                           PsClient *client,
                           const PePrompt *prompt,
                           float *values,
                           GError **error);

// The engine's thread: one session, to which jobs are admitted as slots become free.
#pragma once

#include "adapters/shared/unified.h"
#include "serve/job.h"

typedef struct PsServeWorker PsServeWorker;

// unified is borrowed.
PsServeWorker *
ps_serve_worker_new(PsUnified *unified, size_t n_sequences, unsigned n_threads, GError **error);
void ps_serve_worker_free(PsServeWorker *worker); // jobs that wait end with a problem

// Takes a reference on job, whose prompt and request are filled.
void ps_serve_worker_add(PsServeWorker *worker, PsJob *job);

// Adds media to a prompt, one caller at a time. False: error says why.
bool ps_serve_worker_add_media(PsServeWorker *worker,
                               bool is_sound,
                               const PsMedia *media,
                               PePrompt *prompt,
                               GError **error);

// For answers that are as whole, a piece of pattern, says; the caller's. NULL: it is too large,
// or the model has no token to end an answer with.
PeGrammar *ps_serve_worker_grammar(PsServeWorker *worker,
                                   const PePattern *pattern,
                                   PePiece whole,
                                   GError **error);

// The embedding of text [n_embedding of the model]: see engine/embedding.h.
bool ps_serve_worker_embed(PsServeWorker *worker,
                           const char *text,
                           float *values,
                           size_t *n_positions,
                           GError **error);

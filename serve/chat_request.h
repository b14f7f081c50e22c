// The body of POST /v1/chat/completions, as a job for the engine.
#pragma once

#include "serve/limits.h"
#include "serve/worker.h"

typedef struct {
    bool is_stream, with_usage, with_logprobs;
} PsChatWishes;

// Reads body into job, which is new, and encodes its media. False with PS_ERROR_DATA in words
// for the client: not JSON, a member that is out of range or not known here, media that are not
// data URLs, a request over its limits (the server's, or tighter ones of its own), a client
// that is late or gone.
bool ps_chat_request_read(PsServeWorker *worker,
                          const PsUnified *unified,
                          const PsServeLimits *limits,
                          const GString *body,
                          PsJob *job,
                          PsChatWishes *wishes,
                          GError **error);

// The body of POST /v1/chat/completions, as a job for the engine.
#pragma once

#include "serve/worker.h"

typedef struct {
    bool is_stream, with_usage, with_logprobs;
} PsChatWishes;

// Reads body[length]. NULL with PS_ERROR_DATA in words for the client: not JSON, a member that
// is out of range or not known here, media that are not data URLs.
PsJob *ps_chat_request_read(PsServeWorker *worker,
                            const PsUnified *unified,
                            const char *body,
                            size_t length,
                            PsChatWishes *wishes,
                            GError **error);

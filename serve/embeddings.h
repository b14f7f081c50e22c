// POST /v1/embeddings: one vector for each text, picture or recording of a request.
#pragma once

#include "serve/limits.h"
#include "serve/worker.h"

// The answer to body, JSON; the caller's. What is embedded:
//
//     "input": "text", or a list of texts and of {"text"}, {"image"}, {"audio"} (a data URL or
//              base64), one vector each
//     "messages": as of a chat; what they say, without marks, is one vector
//
// "encoding_format" is "float" or "base64" (little-endian float32). The limits hold for each
// vector. NULL with PS_ERROR_DATA in words for the client.
char *ps_embeddings_answer(PsServeWorker *worker,
                           const PsUnified *unified,
                           const char *model,
                           const PsServeLimits *limits,
                           PsClient *client,
                           const GString *body,
                           GError **error);

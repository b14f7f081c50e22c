// HTTP: POST /v1/chat/completions, POST /v1/embeddings, GET /v1/models[/NAME], GET /health, on
// the loopback.
#pragma once

#include "serve/limits.h"
#include "serve/worker.h"

typedef struct {
    int port; // 0: a free one
    int connections_most;
    size_t body_bytes_most;
    PsServeWorkerOptions worker;
    PsServeLimits limits; // of each request
} PsServerOptions;

typedef struct PsServer PsServer;

// unified is borrowed; model is what it is called in answers. PS_ERROR_UNAVAILABLE: no memory,
// the port is taken.
PsServer *ps_server_new(PsUnified *unified,
                        const char *model,
                        const PsServerOptions *options,
                        GError **error);
int ps_server_port(const PsServer *server);
void ps_server_free(PsServer *server); // answers under way are cut off
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsServer, ps_server_free)

// libmicrohttpd, a thread a connection: a handler may wait for the engine. Nothing but the
// loopback is listened on.
#include "serve/server.h"

#include "harness/error.h"
#include "harness/json.h"
#include "serve/chat_response.h"
#include "serve/embeddings.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>

#define IDLE_S 60
#define BLOCK_BYTES 4096
#define MODELS "/v1/models/"

struct PsServer {
    PsUnified *unified;
    char *model;
    PsServerOptions options;
    PsServeWorker *worker;
    struct MHD_Daemon *daemon;
    gint n_answers; // atomic
};

// What a connection has sent so far.
typedef struct {
    GString *body;
    bool is_too_large;
} Upload;

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *json)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(json), (void *)json, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
reply_problem(struct MHD_Connection *connection, unsigned status, const char *message)
{
    g_autoptr(GString) out = g_string_new("{\"error\":{\"message\":");
    ps_json_append_string(out, message);
    g_string_append_printf(out, ",\"type\":\"%s\",\"code\":null,\"param\":null}}",
                           status < 500 ? "invalid_request_error" : "server_error");
    return reply(connection, status, out->str);
}

static enum MHD_Result reply_too_large(struct MHD_Connection *connection)
{
    return reply_problem(connection, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
}

// ---- chat

static void answer_free(void *data)
{
    PsChatAnswer *answer = data;
    ps_client_cancel(&answer->job->client); // if the client is gone before the end
    ps_job_unref(answer->job);
    g_free(answer->id);
    g_free(answer);
}

// A piece may be longer than the buffer that it goes to.
typedef struct {
    PsChatAnswer *answer;
    char *piece;
    size_t n_sent;
} Stream;

static ssize_t stream_read(void *data, uint64_t position, char *buffer, size_t size)
{
    Stream *stream = data;
    (void)position;
    if (stream->piece == NULL) stream->piece = ps_chat_answer_next(stream->answer);
    if (stream->piece == NULL) return MHD_CONTENT_READER_END_OF_STREAM;
    const size_t left = strlen(stream->piece) - stream->n_sent, n = MIN(left, size);
    memcpy(buffer, stream->piece + stream->n_sent, n);
    stream->n_sent += n;
    if (n == left) {
        g_clear_pointer(&stream->piece, g_free);
        stream->n_sent = 0;
    }
    return (ssize_t)n;
}

static void stream_free(void *data)
{
    Stream *stream = data;
    answer_free(stream->answer);
    g_free(stream->piece);
    g_free(stream);
}

static enum MHD_Result stream_answer(struct MHD_Connection *connection, PsChatAnswer *answer)
{
    Stream *stream = g_new0(Stream, 1);
    stream->answer = answer;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, stream_read, stream, stream_free);
    MHD_add_response_header(response, "Content-Type", "text/event-stream");
    MHD_add_response_header(response, "Cache-Control", "no-cache");
    const enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

static enum MHD_Result
reply_stopped(struct MHD_Connection *connection, const PsClient *client, const GError *error)
{
    if (ps_client_was_late(client))
        return reply_problem(connection, MHD_HTTP_REQUEST_TIMEOUT,
                             "no answer until the deadline");
    return reply_problem(connection, MHD_HTTP_BAD_REQUEST, error->message);
}

static PsChatAnswer *answer_new(PsServer *server, PsJob *job, PsChatWishes wishes)
{
    PsChatAnswer *answer = g_new0(PsChatAnswer, 1);
    *answer = (PsChatAnswer){
        .job = ps_job_ref(job),
        .vocabulary = ps_unified_model(server->unified)->vocabulary,
        .model = server->model,
        .wishes = wishes,
        .id = g_strdup_printf("chatcmpl-%d", g_atomic_int_add(&server->n_answers, 1)),
        .created_s = g_get_real_time() / 1000000};
    return answer;
}

static enum MHD_Result
chat(PsServer *server, struct MHD_Connection *connection, const GString *body)
{
    g_autoptr(GError) error = NULL;
    PsChatWishes wishes;
    g_autoptr(PsJob) job = ps_job_new(ps_unified_model(server->unified)->decoder.n_embedding);
    job->client.socket = socket_of(connection);
    if (!ps_chat_request_read(server->worker, server->unified, &server->options.limits, body,
                              job, &wishes, &error))
        return reply_stopped(connection, &job->client, error);
    PsChatAnswer *answer = answer_new(server, job, wishes);
    ps_serve_worker_add(server->worker, job);
    if (wishes.is_stream) return stream_answer(connection, answer);
    g_autofree char *whole = ps_chat_answer_whole(answer, &error);
    answer_free(answer);
    return whole != NULL ? reply(connection, MHD_HTTP_OK, whole)
                         : reply_stopped(connection, &job->client, error);
}

static enum MHD_Result
embeddings(PsServer *server, struct MHD_Connection *connection, const GString *body)
{
    g_autoptr(GError) error = NULL;
    PsClient client = {.socket = socket_of(connection)};
    g_autofree char *json =
        ps_embeddings_answer(server->worker, server->unified, server->model,
                             &server->options.limits, &client, body, &error);
    return json != NULL ? reply(connection, MHD_HTTP_OK, json)
                        : reply_stopped(connection, &client, error);
}

// ---- the rest

static void append_model(GString *out, const PsServer *server)
{
    g_string_append(out, "{\"id\":");
    ps_json_append_string(out, server->model);
    g_string_append(out, ",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\"}");
}

static enum MHD_Result
models(PsServer *server, struct MHD_Connection *connection, const GString *body)
{
    (void)body;
    g_autoptr(GString) out = g_string_new("{\"object\":\"list\",\"data\":[");
    append_model(out, server);
    g_string_append(out, "]}");
    return reply(connection, MHD_HTTP_OK, out->str);
}

static enum MHD_Result
model(PsServer *server, struct MHD_Connection *connection, const GString *body)
{
    (void)body;
    g_autoptr(GString) out = g_string_new(NULL);
    append_model(out, server);
    return reply(connection, MHD_HTTP_OK, out->str);
}

static enum MHD_Result
health(PsServer *server, struct MHD_Connection *connection, const GString *body)
{
    (void)server, (void)body;
    return reply(connection, MHD_HTTP_OK, "{\"status\":\"ok\"}");
}

static const struct {
    const char *method, *path;
    enum MHD_Result (*handle)(PsServer *server,
                              struct MHD_Connection *connection,
                              const GString *body);
} routes[] = {
    {"POST", "/v1/chat/completions", chat},
    {"POST", "/v1/embeddings", embeddings},
    {"GET", "/v1/models", models},
    {"GET", MODELS ":", model},
    {"GET", "/health", health},
};

// "/v1/models/NAME" of the model that is served is "/v1/models/:".
static const char *place_of(const PsServer *server, const char *path)
{
    const char *name = g_str_has_prefix(path, MODELS) ? path + strlen(MODELS) : NULL;
    return name != NULL && strcmp(name, server->model) == 0 ? MODELS ":" : path;
}

static enum MHD_Result route(PsServer *server,
                             struct MHD_Connection *connection,
                             const char *path,
                             const char *method,
                             const Upload *upload)
{
    bool has_path = false;
    path = place_of(server, path);
    if (upload->is_too_large) return reply_too_large(connection);
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        if (strcmp(path, routes[i].path) != 0) continue;
        has_path = true;
        if (strcmp(method, routes[i].method) == 0)
            return routes[i].handle(server, connection, upload->body);
    }
    return has_path ? reply_problem(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "not this method")
                    : reply_problem(connection, MHD_HTTP_NOT_FOUND, "there is nothing there");
}

// What the headers say of the body; 0 if they do not. libmicrohttpd has checked the number.
static uint64_t body_bytes(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL ? g_ascii_strtoull(length, NULL, 10) : 0;
}

#define BODIES_READ 16 // of the size that is accepted

// Whether an answer comes before the body does: the client waits for one, or would send for
// long. Others write first, and lose an answer that comes meanwhile.
static bool is_refused_early(struct MHD_Connection *connection, size_t n_bytes_most)
{
    const uint64_t n_bytes = body_bytes(connection);
    const char *expectation =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
    return n_bytes > n_bytes_most
           && (expectation != NULL || n_bytes / BODIES_READ > n_bytes_most);
}

static enum MHD_Result handle(void *data,
                              struct MHD_Connection *connection,
                              const char *path,
                              const char *method,
                              const char *version,
                              const char *more,
                              size_t *n_more,
                              void **state)
{
    PsServer *server = data;
    Upload *upload = *state;
    (void)version;
    if (upload == NULL) {
        if (is_refused_early(connection, server->options.body_bytes_most))
            return reply_too_large(connection);
        upload = *state = g_new0(Upload, 1);
        upload->body = g_string_new(NULL);
        return MHD_YES;
    }
    if (*n_more == 0) return route(server, connection, path, method, upload);
    upload->is_too_large |= *n_more > server->options.body_bytes_most - upload->body->len;
    if (!upload->is_too_large) g_string_append_len(upload->body, more, (gssize)*n_more);
    *n_more = 0;
    return MHD_YES;
}

static void forget(void *data,
                   struct MHD_Connection *connection,
                   void **state,
                   enum MHD_RequestTerminationCode code)
{
    Upload *upload = *state;
    (void)data, (void)connection, (void)code;
    if (upload != NULL) g_string_free(upload->body, true);
    g_free(upload);
    *state = NULL;
}

// ---- life cycle

static bool listen_on(PsServer *server, GError **error)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)server->options.port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, NULL,
        NULL, handle, server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED,
        forget, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->options.connections_most,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    return server->daemon != NULL
           || ps_fail(error, PS_ERROR_UNAVAILABLE, "127.0.0.1:%d cannot be listened on",
                      server->options.port);
}

PsServer *ps_server_new(PsUnified *unified,
                        const char *model,
                        const PsServerOptions *options,
                        GError **error)
{
    g_autoptr(PsServer) server = g_new0(PsServer, 1);
    server->unified = unified;
    server->model = g_strdup(model);
    server->options = *options;
    server->worker = ps_serve_worker_new(unified, &options->worker, error);
    if (server->worker == NULL || !listen_on(server, error)) return NULL;
    return g_steal_pointer(&server);
}

int ps_server_port(const PsServer *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

void ps_server_free(PsServer *server)
{
    if (server == NULL) return;
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    ps_serve_worker_free(server->worker);
    g_free(server->model);
    g_free(server);
}

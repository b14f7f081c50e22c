// Chat completions as OpenAI defined them and most servers speak them. OPENAI_BASE_URL and
// OPENAI_API_KEY say where and as whom. The token limit goes as `max_tokens`: the newer
// `max_completion_tokens` is unknown to most compatible servers.
#include "adapters/shared/http.h"
#include "adapters/shared/openai_request.h"
#include "adapters/shared/openai_response.h"
#include "harness/json.h"

#include <curl/curl.h>
#include <string.h>

#define OFFICIAL_BASE_URL "https://api.openai.com/v1"
#define OFFICIAL_HOST "api.openai.com"

// One request under way.
#define REFUSED_MOST 200 // in a row, before the run ends

typedef struct {
    PsRequest *request;
    PsOpenaiStream stream; // initialised with the first streamed answer
    GError *refused;       // why it was not sent, or NULL
} Exchange;

typedef struct {
    PsHttp *http;
    char *url;
    char *authorization; // header, or NULL
    PsOpenaiFrame frame;
    bool has_succeeded;   // any request, ever
    int n_refused;        // answers and failures in a row that no later request would get past
    GPtrArray *exchanges; // Exchange *, all
    GPtrArray *pool;      // those not in use
    GQueue unsendable;    // Exchange * that completes in the next wait
    // During wait.
    PsCompletion done;
    void *user_data;
    GError *fatal;
} Openai;

static void exchange_free(gpointer data)
{
    Exchange *exchange = data;
    ps_openai_stream_clear(&exchange->stream);
    g_clear_error(&exchange->refused);
    g_free(exchange);
}

static Exchange *exchange_take(Openai *openai, PsRequest *request)
{
    Exchange *exchange;
    if (openai->pool->len > 0) {
        exchange = g_ptr_array_steal_index(openai->pool, openai->pool->len - 1);
    } else {
        exchange = g_new0(Exchange, 1);
        g_ptr_array_add(openai->exchanges, exchange);
    }
    exchange->request = request;
    return exchange;
}

static void stream_started(void *owner)
{
    Exchange *exchange = owner;
    if (exchange->stream.content == NULL)
        ps_openai_stream_init(&exchange->stream);
    else
        ps_openai_stream_reset(&exchange->stream);
}

static void stream_bytes(void *owner, const char *bytes, size_t n_bytes)
{
    Exchange *exchange = owner;
    ps_openai_stream_feed(&exchange->stream, bytes, n_bytes, ps_now_ns());
}

static GUri *base_uri(GError **error)
{
    const char *text = g_getenv("OPENAI_BASE_URL");
    if (text == NULL || text[0] == '\0') text = OFFICIAL_BASE_URL;
    GUri *uri = g_uri_parse(text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    if (uri != NULL && g_uri_get_host(uri) != NULL && g_uri_get_host(uri)[0] != '\0')
        return uri;
    if (uri != NULL) g_uri_unref(uri);
    return ps_fail_null(error, PS_ERROR_CONFIG,
                        "OPENAI_BASE_URL is not an http or https address");
}

// base with /chat/completions after its path; a query ("?api-version=…") stays.
static char *completions_url(GUri *base)
{
    g_autofree char *path = g_strdup(g_uri_get_path(base));
    while (g_str_has_suffix(path, "/"))
        path[strlen(path) - 1] = '\0';
    g_autofree char *whole = g_strconcat(path, "/chat/completions", NULL);
    g_autoptr(GUri) uri = g_uri_build_with_user(
        g_uri_get_flags(base), g_uri_get_scheme(base), g_uri_get_user(base),
        g_uri_get_password(base), g_uri_get_auth_params(base), g_uri_get_host(base),
        g_uri_get_port(base), whole, g_uri_get_query(base), NULL);
    return g_uri_to_string(uri);
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_iscntrl(*text)) return true;
    return false;
}

// Only OpenAI's own server is known to need a key.
static bool find_key(const GUri *base, char **header, GError **error)
{
    g_autofree char *key = g_strdup(g_getenv("OPENAI_API_KEY"));
    if (key != NULL) g_strstrip(key);
    if (key == NULL || key[0] == '\0') {
        if (g_ascii_strcasecmp(g_uri_get_host((GUri *)base), OFFICIAL_HOST) != 0) return true;
        return ps_fail(error, PS_ERROR_CONFIG,
                       "OPENAI_API_KEY is not set (and OPENAI_BASE_URL names no other server)");
    }
    if (has_control_character(key))
        return ps_fail(error, PS_ERROR_CONFIG, "OPENAI_API_KEY holds a control character");
    *header = g_strconcat("Authorization: Bearer ", key, NULL);
    return true;
}

static void openai_close(void *state)
{
    Openai *openai = state;
    ps_http_close(openai->http);
    g_ptr_array_unref(openai->exchanges);
    g_ptr_array_unref(openai->pool);
    g_queue_clear(&openai->unsendable);
    ps_openai_frame_clear(&openai->frame);
    g_clear_error(&openai->fatal);
    g_free(openai->url);
    g_free(openai->authorization);
    g_free(openai);
}

static bool connect_client(Openai *openai, const PsSystem *system, GError **error)
{
    const char *headers[] = {"Content-Type: application/json", openai->authorization, NULL};
    PsHttpOptions options = {
        .url = openai->url,
        .headers = headers,
        .max_connections = system->max_connections,
        .max_retries = system->max_retries,
        .timeout_ns = system->timeout_ns,
        .started = stream_started,
        .stream = system->stream ? stream_bytes : NULL,
    };
    openai->http = ps_http_open(&options, error);
    if (openai->http == NULL) g_prefix_error(error, "OPENAI_BASE_URL: ");
    return openai->http != NULL;
}

static void *openai_open(const PsSystem *system, GError **error)
{
    if (system->name[0] == '\0')
        return ps_fail_null(error, PS_ERROR_USAGE, "--model openai/MODEL: which model?");
    g_autoptr(GUri) base = base_uri(error);
    if (base == NULL) return NULL;
    Openai *openai = g_new0(Openai, 1);
    openai->exchanges = g_ptr_array_new_with_free_func(exchange_free);
    openai->pool = g_ptr_array_new();
    openai->url = completions_url(base);
    ps_openai_frame_init(&openai->frame, system);
    if (find_key(base, &openai->authorization, error) && connect_client(openai, system, error))
        return openai;
    openai_close(openai);
    return NULL;
}

static int openai_room(void *state)
{
    const Openai *openai = state;
    return ps_http_room(openai->http);
}

static bool openai_submit(void *state, PsRequest *request, GError **error)
{
    (void)error;
    Openai *openai = state;
    Exchange *exchange = exchange_take(openai, request);
    PsHttpCall *call = ps_http_take(openai->http);
    call->owner = exchange;
    if (ps_openai_append_body(call->body, &openai->frame, request, &exchange->refused)) {
        ps_http_send(openai->http, call);
    } else {
        ps_http_put_back(openai->http, call);
        g_queue_push_tail(&openai->unsendable, exchange);
    }
    return true;
}

static void complete(Openai *openai, Exchange *exchange, PsResponse *response)
{
    openai->done(exchange->request, response, openai->user_data);
    ps_response_clear(response);
    g_clear_error(&exchange->refused);
    g_ptr_array_add(openai->pool, exchange);
}

static void complete_unsendable(Openai *openai)
{
    Exchange *exchange;
    while ((exchange = g_queue_pop_head(&openai->unsendable)) != NULL) {
        g_auto(PsResponse) response;
        ps_response_init(&response);
        response.started_ns = response.finished_ns = ps_now_ns();
        ps_response_fail(&response, PS_OUTCOME_FAILED, "%s", exchange->refused->message);
        complete(openai, exchange, &response);
    }
}

static void read_answer(Openai *openai, const PsHttpCall *call, PsResponse *response)
{
    Exchange *exchange = call->owner;
    if (call->status < 200 || call->status > 299)
        ps_openai_read_error(response, call->status, call->answer->str, call->answer->len);
    else if (call->is_streamed)
        ps_openai_stream_finish(&exchange->stream, response);
    else
        ps_openai_read(response, call->answer->str, call->answer->len);
    openai->has_succeeded |= call->status >= 200 && call->status <= 299;
}

static void read_call(Openai *openai, const PsHttpCall *call, PsResponse *response)
{
    Exchange *exchange = call->owner;
    response->n_attempts = call->n_attempts;
    response->started_ns = call->started_ns;
    response->finished_ns = call->finished_ns;
    bool is_answered = call->end == PS_HTTP_ANSWERED;
    if (is_answered)
        read_answer(openai, call, response);
    else if (call->is_streamed && ps_openai_stream_is_complete(&exchange->stream))
        // All of it came; only the connection was not closed as it should be.
        ps_openai_stream_finish(&exchange->stream, response);
    else
        ps_response_fail(
            response, call->end == PS_HTTP_TIMED_OUT ? PS_OUTCOME_TIMED_OUT : PS_OUTCOME_FAILED,
            "%s", call->message);
}

// What no later request would get past: if none ever did, or if so many were refused one after
// the other (a key that was withdrawn, a server that went away). Sets openai->fatal if so.
static bool is_hopeless(Openai *openai, const PsHttpCall *call, const PsResponse *response)
{
    bool is_refused = call->end == PS_HTTP_UNREACHABLE || call->status == 401
                      || call->status == 403 || call->status == 404;
    openai->n_refused = is_refused ? openai->n_refused + 1 : 0;
    if (openai->has_succeeded && openai->n_refused < REFUSED_MOST) return false;
    if (call->end == PS_HTTP_UNREACHABLE)
        ps_fail(&openai->fatal, PS_ERROR_UNAVAILABLE, "OPENAI_BASE_URL: %s", response->error);
    else if (call->status == 401 || call->status == 403)
        ps_fail(&openai->fatal, PS_ERROR_CONFIG, "OPENAI_API_KEY is not accepted: %s",
                response->error);
    else if (call->status == 404)
        ps_fail(&openai->fatal, PS_ERROR_CONFIG,
                "no such model, or OPENAI_BASE_URL is not the address of its API: %s",
                response->error);
    return openai->fatal != NULL;
}

static void on_call(PsHttpCall *call, void *user_data)
{
    Openai *openai = user_data;
    if (openai->fatal != NULL) return;
    g_auto(PsResponse) response;
    ps_response_init(&response);
    read_call(openai, call, &response);
    if (!is_hopeless(openai, call, &response)) complete(openai, call->owner, &response);
}

static bool
openai_wait(void *state, int64_t timeout_ns, PsCompletion done, void *user_data, GError **error)
{
    Openai *openai = state;
    openai->done = done;
    openai->user_data = user_data;
    bool has_completed = openai->unsendable.length > 0;
    complete_unsendable(openai);
    if (!ps_http_wait(openai->http, has_completed ? 0 : timeout_ns, on_call, openai, error))
        return false;
    if (openai->fatal == NULL) return true;
    g_propagate_error(error, g_steal_pointer(&openai->fatal));
    return false;
}

static char *openai_describe(const PsSystem *system)
{
    g_autoptr(GUri) base = base_uri(NULL);
    g_autofree char *address =
        base == NULL ? g_strdup("")
                     : g_uri_to_string_partial(base, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY
                                                         | G_URI_HIDE_FRAGMENT);
    GString *out = g_string_new("{");
    ps_json_append_key(out, "base_url");
    ps_json_append_string(out, address);
    ps_json_append_key(out, "model");
    ps_json_append_string(out, system->name);
    ps_json_append_key(out, "libcurl");
    ps_json_append_string(out, curl_version_info(CURLVERSION_NOW)->version);
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

const PsAdapter ps_adapter_openai = {
    .name = "openai",
    .usage = "openai/MODEL",
    .summary = "A server that speaks the chat completions API.",
    .cannot_take = 1u << PS_PART_VIDEO | 1u << PS_PART_PAGE | 1u << PS_PART_SERIES,
    .default_connections = 64,
    .open = openai_open,
    .room = openai_room,
    .submit = openai_submit,
    .wait = openai_wait,
    .close = openai_close,
    .describe = openai_describe,
};

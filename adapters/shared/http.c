#include "adapters/shared/http.h"

#include "adapters/shared/curl_loop.h"
#include "adapters/shared/http_limit.h"
#include "adapters/shared/http_retry.h"
#include "adapters/shared/http_setup.h"
#include "harness/response.h"

#include <string.h>
#include <unistd.h>

#define DEFAULT_BACKOFF_NS (INT64_C(500) * 1000000)
#define CONNECT_TIMEOUT_MS 30000L
#define UPLOAD_BUFFER_BYTES (96L << 10) // few sends, yet from the heap: no mmap for each upload
// Of a multi handle, which searches its connections one by one. Over TLS a connection may carry
// many transfers (HTTP/2).
#define TRANSFERS_A_HANDLE 32
#define TRANSFERS_A_HANDLE_TLS 256
#define ANSWER_BUFFER_BYTES 4096L // most answers; each transfer in flight has one
// Calls that wait for a retry do not count as in flight; what they hold is bounded.
#define MAX_WAITING_CALLS 10000
#define MAX_WAITING_BYTES (32u << 20)
#define MAX_KEPT_BYTES (1u << 20) // a larger buffer is not kept for the next call

// The lists a call is in, apart from the pool, are: `open` from ps_http_send to done, in the
// order of deadlines, as they all have the same limit; and `waiting` or `over` in between.
typedef struct {
    PsHttpCall call; // first: the caller's pointer leads back
    PsHttp *http;
    CURL *easy;
    int handle; // of the loop, while running
    bool is_running;
    bool has_begun; // bytes of an answer were there in this attempt
    int64_t deadline_ns;
    int64_t retry_ns; // while waiting: when the next attempt is due
    GSequenceIter *waiting;
    GList open_link, over_link;
    char message[CURL_ERROR_SIZE];
} Call;

struct PsHttp {
    PsHttpOptions options;
    struct curl_slist *headers;
    PsHttpAddress address;
    const char *ca_file; // or NULL: the system's
    PsCurlLoop *loop;
    PsHttpLimit limit;
    PsRng rng;
    bool was_answered;  // once, by any status
    GPtrArray *calls;   // Call *, all of them
    GPtrArray *pool;    // those not in use
    GQueue open;        // sent and not done, earliest deadline first
    GSequence *waiting; // for a retry, by time
    GQueue over;        // finished, done not yet called
    PsHttpDone done;    // during ps_http_wait, with its user_data
    void *done_data;
    bool has_handed_over; // in this wait
    int n_running;
    size_t n_waiting_bytes;
};

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static bool is_event_stream(CURL *easy)
{
    char *type = NULL;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    return type != NULL && g_ascii_strncasecmp(type, "text/event-stream", 17) == 0;
}

// The first bytes of an attempt's answer decide where all of it goes.
static void begin_answer(Call *call)
{
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->has_begun = true;
    const PsHttpOptions *options = &call->http->options;
    call->call.is_streamed =
        options->stream != NULL && is_success((int)status) && is_event_stream(call->easy);
    if (call->call.is_streamed) options->started(call->call.owner);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *user_data)
{
    Call *call = user_data;
    size_t n_bytes = size * n;
    if (!call->has_begun) begin_answer(call);
    if (call->call.is_streamed) {
        call->http->options.stream(call->call.owner, bytes, n_bytes);
        return n_bytes;
    }
    if (call->call.answer->len + n_bytes > PS_HTTP_MAX_ANSWER_BYTES) return 0;
    g_string_append_len(call->call.answer, bytes, (gssize)n_bytes);
    return n_bytes;
}

static void set_options(PsHttp *http, Call *call)
{
    CURL *easy = call->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->message);
    curl_easy_setopt(easy, CURLOPT_CURLU, http->address.url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, ANSWER_BUFFER_BYTES);
    // Over TLS wait to see whether the first connection can carry the others (HTTP/2).
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, http->address.is_secure ? 1L : 0L);
    // Both, or libcurl searches the environment for each request.
    if (http->address.is_loopback) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    }
    if (http->ca_file != NULL) curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    ps_curl_loop_prepare(http->loop, easy);
}

static void call_free(gpointer data)
{
    Call *call = data;
    if (call->is_running) ps_curl_loop_remove(call->http->loop, call->easy, call->handle);
    curl_easy_cleanup(call->easy);
    g_string_free(call->call.body, true);
    g_string_free(call->call.answer, true);
    g_free(call);
}

static Call *call_new(PsHttp *http)
{
    Call *call = g_new0(Call, 1);
    call->http = http;
    call->open_link.data = call->over_link.data = call;
    call->call.body = g_string_new(NULL);
    call->call.answer = g_string_new(NULL);
    call->call.message = call->message;
    call->easy = curl_easy_init();
    if (call->easy == NULL) g_error("libcurl: out of memory");
    set_options(http, call);
    g_ptr_array_add(http->calls, call);
    return call;
}

PsHttpCall *ps_http_take(PsHttp *http)
{
    if (http->pool->len == 0) return &call_new(http)->call;
    Call *call = g_ptr_array_steal_index(http->pool, http->pool->len - 1);
    return &call->call;
}

static void empty(GString **buffer)
{
    if ((*buffer)->allocated_len > MAX_KEPT_BYTES) {
        g_string_free(*buffer, true);
        *buffer = g_string_new(NULL);
    }
    g_string_truncate(*buffer, 0);
}

void ps_http_put_back(PsHttp *http, PsHttpCall *call)
{
    empty(&call->body);
    empty(&call->answer);
    g_ptr_array_add(http->pool, call);
}

static void begin_attempt(PsHttp *http, Call *call)
{
    call->call.n_attempts++;
    call->call.status = 0;
    call->call.is_streamed = call->has_begun = false;
    g_string_truncate(call->call.answer, 0);
    call->message[0] = '\0';
    curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->call.body->len);
    curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->call.body->str);
    call->is_running = true;
    http->n_running++;
    call->call.started_ns = ps_now_ns();
    ps_curl_loop_add(http->loop, call->easy, &call->handle);
}

void ps_http_send(PsHttp *http, PsHttpCall *public_call)
{
    Call *call = (Call *)public_call;
    int64_t limit_ns = http->options.timeout_ns;
    call->call.n_attempts = 0;
    call->deadline_ns = limit_ns > 0 ? ps_now_ns() + limit_ns : INT64_MAX;
    g_queue_push_tail_link(&http->open, &call->open_link);
    begin_attempt(http, call);
}

static void finish(PsHttp *http, Call *call, PsHttpEnd end)
{
    call->call.end = end;
    call->call.finished_ns = ps_now_ns();
    g_queue_unlink(&http->open, &call->open_link);
    g_queue_push_tail_link(&http->over, &call->over_link);
}

static int compare_retries(gconstpointer first, gconstpointer second, gpointer user_data)
{
    (void)user_data;
    const Call *a = first, *b = second;
    return (a->retry_ns > b->retry_ns) - (a->retry_ns < b->retry_ns);
}

static void stop_waiting(PsHttp *http, Call *call)
{
    g_sequence_remove(call->waiting);
    call->waiting = NULL;
    http->n_waiting_bytes -= call->call.body->len;
}

// How long to wait before the next attempt: what the server asks for, or else a random time.
static int64_t retry_wait_ns(PsHttp *http, Call *call)
{
    static const struct {
        const char *name;
        int64_t scale; // of its unit to seconds
    } fields[] = {{"retry-after-ms", 1000}, {"retry-after", 1}};
    for (size_t i = 0; call->call.status != 0 && i < G_N_ELEMENTS(fields); i++) {
        struct curl_header *header;
        if (curl_easy_header(call->easy, fields[i].name, 0, CURLH_HEADER, -1, &header)
            != CURLHE_OK)
            continue;
        int64_t wait_ns = ps_http_retry_after_ns(header->value, ps_now_ns());
        if (wait_ns >= 0) return wait_ns / fields[i].scale;
    }
    return ps_http_backoff_ns(&http->rng, call->call.n_attempts, http->options.backoff_ns);
}

// Puts call among those that wait, unless it has no attempts or no time left.
static bool retry_later(PsHttp *http, Call *call, int64_t wait_ns)
{
    int64_t now_ns = ps_now_ns();
    if (call->call.n_attempts > http->options.max_retries) return false;
    if (wait_ns >= call->deadline_ns - now_ns) return false;
    g_log("adapters", G_LOG_LEVEL_DEBUG, "attempt %d: status %d %s, again in %.3f s",
          call->call.n_attempts, call->call.status, call->message, (double)wait_ns * 1e-9);
    call->retry_ns = now_ns + wait_ns;
    call->waiting = g_sequence_insert_sorted(http->waiting, call, compare_retries, NULL);
    http->n_waiting_bytes += call->call.body->len;
    return true;
}

// A server that asks for a day must not hang the run: a call that waits longer than it may
// fails.
static int64_t longest_pause_ns(const PsHttp *http, int64_t wait_ns)
{
    return http->options.timeout_ns > 0 ? MIN(wait_ns, http->options.timeout_ns) : wait_ns;
}

static void on_answer(PsHttp *http, Call *call)
{
    int status = call->call.status;
    http->was_answered = true;
    if (!ps_http_status_is_transient(status)) {
        if (is_success(status)) ps_http_limit_accept(&http->limit);
        finish(http, call, PS_HTTP_ANSWERED);
        return;
    }
    int64_t wait_ns = retry_wait_ns(http, call);
    if (ps_http_status_is_overload(status))
        ps_http_limit_refuse(&http->limit, call->call.started_ns, ps_now_ns(),
                             longest_pause_ns(http, wait_ns));
    if (!retry_later(http, call, wait_ns)) finish(http, call, PS_HTTP_ANSWERED);
}

static void on_failure(PsHttp *http, Call *call, CURLcode code)
{
    bool is_unreachable = ps_curl_is_unreachable(code);
    if (code == CURLE_WRITE_ERROR)
        g_snprintf(call->message, sizeof call->message, "the answer is larger than %u MB",
                   PS_HTTP_MAX_ANSWER_BYTES >> 20);
    else if (call->message[0] == '\0')
        g_strlcpy(call->message, curl_easy_strerror(code), sizeof call->message);
    // A server that never answered and cannot be reached is not there; one that did may be
    // starting again.
    bool may_pass = ps_curl_is_transient(code) && (!is_unreachable || http->was_answered);
    if (may_pass && retry_later(http, call, retry_wait_ns(http, call))) return;
    finish(http, call, is_unreachable ? PS_HTTP_UNREACHABLE : PS_HTTP_BROKEN);
}

static void on_done(void *owner, CURLcode code, void *user_data)
{
    PsHttp *http = user_data;
    Call *call = owner;
    call->is_running = false;
    http->n_running--;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->call.status = (int)status;
    if (code == CURLE_OK)
        on_answer(http, call);
    else
        on_failure(http, call, code);
}

static void expire_calls(PsHttp *http)
{
    while (http->open.head != NULL) {
        Call *call = http->open.head->data;
        if (call->deadline_ns == INT64_MAX || call->deadline_ns > ps_now_ns()) return;
        if (call->is_running) {
            ps_curl_loop_remove(http->loop, call->easy, call->handle);
            call->is_running = false;
            http->n_running--;
        } else if (call->waiting != NULL) {
            stop_waiting(http, call);
        }
        g_snprintf(call->message, sizeof call->message, "no answer within %g s",
                   (double)http->options.timeout_ns / 1e9);
        finish(http, call, PS_HTTP_TIMED_OUT);
    }
}

static Call *next_retry(const PsHttp *http)
{
    GSequenceIter *first = g_sequence_get_begin_iter(http->waiting);
    return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

static int free_slots(const PsHttp *http)
{
    int n_free = ps_http_limit_now(&http->limit, ps_now_ns()) - http->n_running;
    return MAX(n_free, 0);
}

static void start_retries(PsHttp *http)
{
    Call *call;
    while ((call = next_retry(http)) != NULL && call->retry_ns <= ps_now_ns()
           && free_slots(http) > 0) {
        stop_waiting(http, call);
        begin_attempt(http, call);
    }
}

int ps_http_room(const PsHttp *http)
{
    const Call *call = next_retry(http);
    if (call == NULL) return free_slots(http);
    bool is_full = g_sequence_get_length(http->waiting) >= MAX_WAITING_CALLS
                   || http->n_waiting_bytes >= MAX_WAITING_BYTES;
    return is_full || call->retry_ns <= ps_now_ns() ? 0 : free_slots(http);
}

// When there is something to do that no socket tells of.
static int64_t next_event_ns(const PsHttp *http, int64_t now_ns)
{
    int64_t event_ns = INT64_MAX;
    if (http->open.head != NULL) event_ns = ((const Call *)http->open.head->data)->deadline_ns;
    if (now_ns < http->limit.paused_until_ns) return MIN(event_ns, http->limit.paused_until_ns);
    const Call *call = next_retry(http);
    bool is_full = http->n_running >= http->limit.limit;
    return call == NULL || is_full ? event_ns : MIN(event_ns, call->retry_ns);
}

static void hand_over(void *user_data)
{
    PsHttp *http = user_data;
    guint n_over = http->over.length; // done may finish more
    for (guint i = 0; i < n_over; i++) {
        Call *call = g_queue_pop_head_link(&http->over)->data;
        http->done(&call->call, http->done_data);
        ps_http_put_back(http, &call->call);
        http->has_handed_over = true;
    }
}

bool ps_http_wait(
    PsHttp *http, int64_t timeout_ns, PsHttpDone done, void *user_data, GError **error)
{
    int64_t now_ns = ps_now_ns();
    int64_t until_ns = timeout_ns < INT64_MAX - now_ns ? now_ns + timeout_ns : INT64_MAX;
    bool was_full = ps_http_room(http) == 0;
    http->done = done;
    http->done_data = user_data;
    http->has_handed_over = false;
    for (;;) {
        expire_calls(http);
        start_retries(http);
        hand_over(http);
        if (http->has_handed_over) return true;
        now_ns = ps_now_ns();
        int64_t wake_ns = MIN(until_ns, next_event_ns(http, now_ns));
        if (!ps_curl_loop_run(http->loop, MAX(wake_ns - now_ns, 0), error)) return false;
        hand_over(http); // what timers ended
        if (http->has_handed_over || ps_now_ns() >= until_ns) return true;
        if (was_full && ps_http_room(http) > 0) return true;
    }
}

PsHttp *ps_http_open(const PsHttpOptions *options, GError **error)
{
    ps_curl_init();
    PsHttp *http = g_new0(PsHttp, 1);
    http->options = *options;
    if (options->backoff_ns <= 0) http->options.backoff_ns = DEFAULT_BACKOFF_NS;
    http->calls = g_ptr_array_new_with_free_func(call_free);
    http->pool = g_ptr_array_new();
    http->waiting = g_sequence_new(NULL);
    ps_http_limit_init(&http->limit, options->max_connections);
    ps_rng_init(&http->rng, (uint64_t)ps_now_ns(), (uint64_t)getpid());
    http->headers = ps_http_headers_new(options->headers);
    http->ca_file = g_getenv("SSL_CERT_FILE");
    if (ps_http_address_read(&http->address, options->url, error))
        http->loop = ps_curl_loop_new(http->limit.most,
                                      http->address.is_secure ? TRANSFERS_A_HANDLE_TLS
                                                              : TRANSFERS_A_HANDLE,
                                      on_done, hand_over, http, error);
    if (http->loop != NULL) return http;
    ps_http_close(http);
    return NULL;
}

void ps_http_close(PsHttp *http)
{
    if (http == NULL) return;
    g_ptr_array_unref(http->calls);
    g_ptr_array_unref(http->pool);
    g_sequence_free(http->waiting);
    ps_curl_loop_free(http->loop);
    curl_slist_free_all(http->headers);
    ps_http_address_clear(&http->address);
    g_free(http);
}

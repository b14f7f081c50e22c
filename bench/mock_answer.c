#include "mock_answer.h"

#include "mock_http.h"

#include <stdio.h>
#include <string.h>

#define CREATED "1700000000" // fixed, so that the same request gets the same bytes

static uint64_t mix(uint64_t value) // splitmix64
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

// A number in [0, 1), fixed by seed, purpose and request number.
static double unit_draw(uint64_t seed, uint64_t purpose, uint64_t number)
{
    return (double)(mix(mix(seed ^ (purpose << 56)) + number) >> 11) * 0x1p-53;
}

Fault fault_pick(const Options *options, uint64_t number)
{
    const struct {
        Fault fault;
        double rate;
    } shares[] = {
        {FAULT_ERROR, options->error_rate},
        {FAULT_RATE_LIMIT, options->rate_limit_rate},
        {FAULT_DISCONNECT, options->disconnect_rate},
        {FAULT_STALL, options->stall_rate},
        {FAULT_MALFORMED, options->malformed_rate},
    };
    double draw = unit_draw(options->seed, 1, number);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        if (draw < shares[i].rate) return shares[i].fault;
        draw -= shares[i].rate;
    }
    return FAULT_NONE;
}

int fault_status(Fault fault)
{
    switch (fault) {
    case FAULT_ERROR:
        return 500;
    case FAULT_RATE_LIMIT:
        return 429;
    case FAULT_STALL:
        return 0;
    default:
        return 200;
    }
}

uint64_t jitter_pick(const Options *options, uint64_t number)
{
    return (uint64_t)(unit_draw(options->seed, 2, number) * (double)options->jitter_ns);
}

// What the model says: the question again, or for one text in ten something wrong.
static JsonText answer_text(const ChatRequest *request)
{
    static const char wrong[] = "wrong answer";
    uint64_t hash = chat_hash(request->text.start, request->text.n_bytes);
    return hash % 10 == 0 ? (JsonText){wrong, sizeof wrong - 1} : request->text;
}

static void add_head(Buffer *out, int status, size_t n_body_bytes)
{
    buffer_add_format(out,
                      "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
                      "Content-Length: %zu\r\n",
                      status, http_reason(status), n_body_bytes);
}

static void add_json(Buffer *out, const char *body)
{
    add_head(out, 200, strlen(body));
    buffer_add_text(out, "\r\n");
    buffer_add_text(out, body);
}

// Token counts are made up: a token for every four bytes.
static size_t count_tokens(JsonText text)
{
    return text.n_bytes / 4 + 1;
}

static int usage_print(char *bytes, size_t size, JsonText question, JsonText answer)
{
    size_t n_in = count_tokens(question);
    size_t n_out = count_tokens(answer);
    return snprintf(bytes, size,
                    "\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,"
                    "\"total_tokens\":%zu}",
                    n_in, n_out, n_in + n_out);
}

static JsonText model_name(const ChatRequest *request)
{
    return request->model.start ? request->model : (JsonText){"mock", 4};
}

// The fields every answer and every event begin with, up to "choices".
static void add_preamble(Buffer *out, const ChatRequest *request, const char *object)
{
    JsonText model = model_name(request);
    buffer_add_format(
        out,
        "{\"id\":\"chatcmpl-%016llx\",\"object\":\"%s\",\"created\":" CREATED ",\"model\":\"",
        (unsigned long long)chat_hash(request->text.start, request->text.n_bytes), object);
    buffer_add(out, model.start, model.n_bytes);
}

// Log-probabilities are made up as well, of the question and the token's number. Tokens from …
// to-1 of the answer; nothing if they were not asked for.
static void add_logprobs(Buffer *out, const ChatRequest *request, size_t from, size_t to)
{
    if (!request->logprobs) return;
    uint64_t hash = chat_hash(request->text.start, request->text.n_bytes);
    buffer_add_text(out, "\"logprobs\":{\"content\":[");
    for (size_t i = from; i < to; i++)
        buffer_add_format(
            out, "%s{\"token\":\"\",\"logprob\":%g,\"bytes\":null,\"top_logprobs\":[]}",
            i > from ? "," : "", -(double)(mix(hash + i) % 64) / 64);
    buffer_add_text(out, "]},");
}

static void add_plain(Buffer *out, const ChatRequest *request, bool is_broken)
{
    static const char middle[] =
        "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    static const char after[] = "\"},", end[] = "\"finish_reason\":\"stop\"}],";
    JsonText answer = answer_text(request);
    size_t n_preamble = sizeof "{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":"
                               "\"chat.completion\",\"created\":" CREATED ",\"model\":\""
                        - 1 + model_name(request).n_bytes;
    char usage[160];
    size_t n_usage = (size_t)usage_print(usage, sizeof usage, request->text, answer);
    Buffer logprobs = {0};
    add_logprobs(&logprobs, request, 0, count_tokens(answer));
    size_t n_tail =
        is_broken ? 0 : sizeof after - 1 + logprobs.n_bytes + sizeof end - 1 + n_usage + 1;
    add_head(out, 200, n_preamble + sizeof middle - 1 + answer.n_bytes + n_tail);
    buffer_add_text(out, "\r\n");
    add_preamble(out, request, "chat.completion");
    buffer_add(out, middle, sizeof middle - 1);
    buffer_add(out, answer.start, answer.n_bytes);
    if (!is_broken) {
        buffer_add(out, after, sizeof after - 1);
        buffer_add(out, logprobs.data, logprobs.n_bytes);
        buffer_add(out, end, sizeof end - 1);
        buffer_add(out, usage, n_usage);
        buffer_add(out, "}", 1);
    }
    buffer_clear(&logprobs);
}

// One event as one HTTP chunk: "data: {preamble", before, text, after, and an empty line.
static void add_event(Buffer *out,
                      const ChatRequest *request,
                      const char *before,
                      JsonText text,
                      const char *after)
{
    static const char size_place[] = "00000000\r\n";
    size_t start = out->n_bytes;
    buffer_add(out, size_place, sizeof size_place - 1);
    buffer_add_text(out, "data: ");
    add_preamble(out, request, "chat.completion.chunk");
    buffer_add_text(out, before);
    buffer_add(out, text.start, text.n_bytes);
    buffer_add_text(out, after);
    buffer_add_text(out, "\n\n");
    char size[16];
    snprintf(size, sizeof size, "%08x", (unsigned)(out->n_bytes - start - 10));
    memcpy(out->data + start, size, 8);
    buffer_add_text(out, "\r\n");
}

static void add_content_events(Buffer *out, const ChatRequest *request, int n_chunks)
{
    static const char before[] = "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
    static const char ending[] = "\"finish_reason\":null}]}";
    JsonText answer = answer_text(request);
    size_t from = 0, n_tokens = count_tokens(answer), n = (size_t)n_chunks;
    Buffer after = {0};
    for (size_t i = 1; i <= n; i++) {
        size_t to = chat_text_boundary(answer, from, answer.n_bytes * i / n);
        after.n_bytes = 0;
        buffer_add_text(&after, "\"},");
        add_logprobs(&after, request, n_tokens * (i - 1) / n, n_tokens * i / n);
        buffer_add(&after, ending, sizeof ending); // with its NUL
        add_event(out, request, before, (JsonText){answer.start + from, to - from}, after.data);
        from = to;
    }
    buffer_clear(&after);
}

static void add_stream(Buffer *out, const ChatRequest *request, int n_chunks, bool is_broken)
{
    static const char first[] =
        "\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"";
    static const char last[] =
        "\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
    buffer_add_text(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                         "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
    const char *first_end = is_broken ? "\"},\"finish_rea" : "\"},\"finish_reason\":null}]}";
    add_event(out, request, first, (JsonText){"", 0}, first_end);
    add_content_events(out, request, n_chunks);
    add_event(out, request, last, (JsonText){"", 0}, "");
    if (request->include_usage) {
        char usage[160];
        int n = usage_print(usage, sizeof usage, request->text, answer_text(request));
        add_event(out, request, "\",\"choices\":[],", (JsonText){usage, (size_t)n}, "}");
    }
    buffer_add_text(out, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

void answer_chat(Buffer *out, const Options *options, const ChatRequest *request, Fault fault)
{
    size_t start = out->n_bytes;
    if (fault == FAULT_STALL) return;
    if (fault == FAULT_ERROR || fault == FAULT_RATE_LIMIT)
        answer_error(out, fault_status(fault), options, true);
    else if (request->stream)
        add_stream(out, request, options->n_sse_chunks, fault == FAULT_MALFORMED);
    else
        add_plain(out, request, fault == FAULT_MALFORMED);
    if (fault == FAULT_DISCONNECT) {
        const char *body = memmem(out->data + start, out->n_bytes - start, "\r\n\r\n", 4);
        size_t head_end = (size_t)(body - out->data) + 4;
        out->n_bytes = head_end + (out->n_bytes - head_end) / 2;
    }
}

size_t answer_next_event(const Buffer *out, size_t n_sent_bytes)
{
    const char *end =
        memmem(out->data + n_sent_bytes, out->n_bytes - n_sent_bytes, "\n\n\r\n", 4);
    return end ? (size_t)(end - out->data) + 4 : out->n_bytes;
}

void answer_models(Buffer *out)
{
    add_json(out, "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\","
                  "\"created\":" CREATED ",\"owned_by\":\"proofsheet\"}]}");
}

void answer_health(Buffer *out)
{
    add_json(out, "{\"status\":\"ok\"}");
}

void answer_error(Buffer *out, int status, const Options *options, bool keep_alive)
{
    char body[256];
    int n = snprintf(body, sizeof body,
                     "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,"
                     "\"code\":%d}}",
                     http_reason(status),
                     status == 429  ? "rate_limit_error"
                     : status < 500 ? "invalid_request_error"
                                    : "server_error",
                     status);
    add_head(out, status, (size_t)n);
    if (status == 429) buffer_add_format(out, "Retry-After: %g\r\n", options->retry_after_s);
    buffer_add_text(out, keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
    buffer_add(out, body, (size_t)n);
}

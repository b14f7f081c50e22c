#include "mock_chat.h"

#include <string.h>

typedef struct {
    const char *at;
    const char *end;
    int depth;    // open brackets
    JsonText key; // the key whose value comes next; start is NULL in arrays
    bool in_messages;
    bool in_stream_options;
    bool message_is_user;
    JsonText message_text;
    bool has_user;
    ChatRequest *request;
} Scan;

static bool text_is(JsonText text, const char *word)
{
    size_t n = strlen(word);
    return text.start && text.n_bytes == n && memcmp(text.start, word, n) == 0;
}

// Reads the string whose opening quote is at scan->at and steps over it.
static bool string_take(Scan *scan, JsonText *text)
{
    const char *start = scan->at + 1;
    const char *from = start;
    while (from < scan->end) {
        const char *quote = memchr(from, '"', (size_t)(scan->end - from));
        if (!quote) return false;
        const char *slash = quote;
        while (slash > start && slash[-1] == '\\')
            slash--;
        from = quote + 1;
        if ((quote - slash) % 2 == 0) {
            *text = (JsonText){start, (size_t)(quote - start)};
            scan->at = from;
            return true;
        }
    }
    return false;
}

static void space_skip(Scan *scan)
{
    while (scan->at < scan->end
           && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

// Depths: 1 the request, 3 a message, 5 a part of a message's content.
static void string_value(Scan *scan, JsonText value)
{
    if (scan->depth == 1 && text_is(scan->key, "model")) scan->request->model = value;
    if (!scan->in_messages) return;
    if (scan->depth == 3 && text_is(scan->key, "role"))
        scan->message_is_user = text_is(value, "user");
    if (scan->depth == 3 && text_is(scan->key, "content")) scan->message_text = value;
    if (scan->depth == 5 && text_is(scan->key, "text")) scan->message_text = value;
}

static bool string_step(Scan *scan)
{
    JsonText text;
    if (!string_take(scan, &text)) return false;
    space_skip(scan);
    if (scan->at < scan->end && *scan->at == ':') {
        scan->key = text;
        scan->at++;
        return true;
    }
    string_value(scan, text);
    scan->key = (JsonText){0};
    return true;
}

static void bracket_open(Scan *scan)
{
    if (scan->depth == 1) {
        scan->in_messages = text_is(scan->key, "messages");
        scan->in_stream_options = text_is(scan->key, "stream_options");
    }
    if (scan->depth == 2 && scan->in_messages) {
        scan->message_is_user = false;
        scan->message_text = (JsonText){"", 0};
    }
    scan->depth++;
    scan->key = (JsonText){0};
}

static void bracket_close(Scan *scan)
{
    scan->depth--;
    scan->key = (JsonText){0};
    if (scan->depth == 2 && scan->in_messages && scan->message_is_user) {
        scan->has_user = true;
        scan->request->text = scan->message_text;
    }
    if (scan->depth == 1) scan->in_messages = scan->in_stream_options = false;
}

static void true_value(Scan *scan)
{
    if (scan->depth == 1 && text_is(scan->key, "stream")) scan->request->stream = true;
    if (scan->depth == 1 && text_is(scan->key, "logprobs")) scan->request->logprobs = true;
    if (scan->depth == 2 && scan->in_stream_options && text_is(scan->key, "include_usage"))
        scan->request->include_usage = true;
}

bool chat_request_scan(const char *body, size_t n_bytes, ChatRequest *request)
{
    *request = (ChatRequest){0};
    Scan scan = {.at = body, .end = body + n_bytes, .request = request};
    while (scan.at < scan.end) {
        char byte = *scan.at;
        if (byte == '"') {
            if (!string_step(&scan)) return false;
            continue;
        }
        if (byte == '{' || byte == '[')
            bracket_open(&scan);
        else if (byte == '}' || byte == ']')
            bracket_close(&scan);
        else if (byte == 't')
            true_value(&scan);
        if (scan.depth <= 0 && byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t')
            break; // the closing bracket, or something outside of all brackets
        scan.at++;
    }
    return scan.depth == 0 && scan.has_user;
}

uint64_t chat_hash(const char *bytes, size_t n_bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n_bytes; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return hash;
}

// The length of the character or escape that starts at from.
static size_t unit_bytes(JsonText text, size_t from)
{
    const unsigned char *at = (const unsigned char *)text.start + from;
    size_t left = text.n_bytes - from;
    size_t n = 1;
    if (*at == '\\') {
        n = left > 1 && at[1] == 'u' ? 6 : 2;
        bool is_high = n == 6 && left > 11 && (at[2] == 'd' || at[2] == 'D')
                       && strchr("89abAB", at[3]) && at[3] != 0;
        if (is_high && at[6] == '\\' && at[7] == 'u') n = 12;
    } else if (*at >= 0xc0) {
        n = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : 2;
    }
    return n < left ? n : left;
}

size_t chat_text_boundary(JsonText text, size_t from, size_t wanted)
{
    size_t at = from;
    while (at < wanted && at < text.n_bytes)
        at += unit_bytes(text, at);
    return at;
}

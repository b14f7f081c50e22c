#include "adapters/shared/openai_message.h"

#include "harness/json.h"

#include <math.h>

static bool skip(PsJsonScan *scan)
{
    PsJsonSpan ignored;
    return ps_json_scan_value(scan, &ignored);
}

// Takes a string; null, or what is no string, is left out.
static bool take_string(PsJsonScan *scan, PsJsonSpan *span)
{
    return ps_json_scan_peek(scan) == '"' ? ps_json_scan_string(scan, span) : skip(scan);
}

static bool take_count(PsJsonScan *scan, int64_t *count)
{
    PsJsonSpan number;
    char first = ps_json_scan_peek(scan);
    if (!ps_json_scan_value(scan, &number)) return false;
    double value = g_ascii_isdigit(first) ? g_ascii_strtod(number.text, NULL) : -1;
    if (value >= 0 && value <= 1e15) *count = (int64_t)value;
    return true;
}

static bool take_content(PsJsonScan *scan, PsOpenaiMessage *message)
{
    if (ps_json_scan_peek(scan) == '[') return ps_json_scan_value(scan, &message->content_list);
    return take_string(scan, &message->content);
}

static void scan_body(PsJsonScan *scan, PsOpenaiMessage *message)
{
    PsJsonSpan key;
    message->has_message = true;
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        if (ps_json_span_equal(&key, "content"))
            take_content(scan, message);
        else if (ps_json_span_equal(&key, "refusal"))
            take_string(scan, &message->refusal);
        else
            skip(scan);
    }
}

// NAN if the value is not what the logarithm of a probability can be.
static double take_logprob(PsJsonScan *scan)
{
    PsJsonSpan number;
    char first = ps_json_scan_peek(scan);
    if (!ps_json_scan_value(scan, &number)) return NAN;
    bool is_number = first == '-' || g_ascii_isdigit(first);
    double value = is_number ? g_ascii_strtod(number.text, NULL) : NAN;
    return value <= 0 ? value : NAN;
}

static double scan_token(PsJsonScan *scan)
{
    PsJsonSpan key;
    double logprob = NAN;
    if (ps_json_scan_peek(scan) != '{') return skip(scan), NAN;
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        if (ps_json_span_equal(&key, "logprob"))
            logprob = take_logprob(scan);
        else
            skip(scan);
    }
    return logprob;
}

static void scan_tokens(PsJsonScan *scan, PsOpenaiMessage *message)
{
    for (size_t n = 0; ps_json_scan_element(scan, n); n++) {
        message->logprob_sum += scan_token(scan);
        message->n_logprobs++;
    }
}

static void scan_logprobs(PsJsonScan *scan, PsOpenaiMessage *message)
{
    PsJsonSpan key;
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        if (ps_json_span_equal(&key, "content") && ps_json_scan_peek(scan) == '[')
            scan_tokens(scan, message);
        else
            skip(scan);
    }
}

static void scan_choice(PsJsonScan *scan, PsOpenaiMessage *message)
{
    PsJsonSpan key;
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        bool is_body = ps_json_span_equal(&key, "message") || ps_json_span_equal(&key, "delta");
        if (is_body && ps_json_scan_peek(scan) == '{')
            scan_body(scan, message);
        else if (ps_json_span_equal(&key, "logprobs") && ps_json_scan_peek(scan) == '{')
            scan_logprobs(scan, message);
        else if (ps_json_span_equal(&key, "finish_reason"))
            take_string(scan, &message->finish_reason);
        else
            skip(scan);
    }
}

// Only the first choice counts: one answer is asked for.
static void scan_choices(PsJsonScan *scan, PsOpenaiMessage *message)
{
    for (size_t n = 0; ps_json_scan_element(scan, n); n++) {
        if (n == 0 && ps_json_scan_peek(scan) == '{')
            scan_choice(scan, message);
        else
            skip(scan);
    }
}

static void scan_usage(PsJsonScan *scan, PsOpenaiMessage *message)
{
    PsJsonSpan key;
    for (size_t n = 0; ps_json_scan_member(scan, n, &key); n++) {
        if (ps_json_span_equal(&key, "prompt_tokens"))
            take_count(scan, &message->input_tokens);
        else if (ps_json_span_equal(&key, "completion_tokens"))
            take_count(scan, &message->output_tokens);
        else
            skip(scan);
    }
}

static void scan_member(PsJsonScan *scan, const PsJsonSpan *key, PsOpenaiMessage *message)
{
    char first = ps_json_scan_peek(scan);
    if (first == '[' && ps_json_span_equal(key, "choices")) {
        scan_choices(scan, message);
    } else if (first == '{' && ps_json_span_equal(key, "usage")) {
        scan_usage(scan, message);
    } else {
        message->has_error |= first != 'n' && ps_json_span_equal(key, "error");
        skip(scan);
    }
}

bool ps_openai_message_scan(PsOpenaiMessage *message,
                            const char *text,
                            size_t n_bytes,
                            GError **error)
{
    PsJsonScan scan;
    PsJsonSpan key;
    *message = (PsOpenaiMessage){.input_tokens = -1, .output_tokens = -1};
    ps_json_scan_init(&scan, text, n_bytes);
    for (size_t n = 0; ps_json_scan_member(&scan, n, &key); n++)
        scan_member(&scan, &key, message);
    return ps_json_scan_finish(&scan, true, error);
}

static char *join_parts(const PsJsonSpan *list)
{
    g_autoptr(cJSON) parts = ps_json_parse(list->text, list->length, NULL);
    if (parts == NULL) return NULL;
    GString *text = g_string_new(NULL);
    const cJSON *part;
    cJSON_ArrayForEach(part, parts)
    {
        const char *piece = ps_json_string(part, "text");
        if (piece != NULL) g_string_append(text, piece);
    }
    return g_string_free(text, false);
}

char *ps_openai_message_content(const PsOpenaiMessage *message)
{
    if (message->content.text != NULL) return ps_json_span_dup(&message->content);
    return message->content_list.text != NULL ? join_parts(&message->content_list) : NULL;
}

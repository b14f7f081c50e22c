#include "adapters/shared/openai_response.h"

#include "adapters/shared/openai_message.h"
#include "harness/json.h"

#include <string.h>

// How many of the n_bytes of text to keep so that they are at most max and no half character.
static size_t kept_bytes(const char *text, size_t n_bytes, size_t max)
{
    if (n_bytes <= max) return n_bytes;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static char *beginning(const char *text, size_t n_bytes, size_t max)
{
    return g_utf8_make_valid(text, (gssize)kept_bytes(text, n_bytes, max));
}

// Decides the outcome. Any argument may be NULL.
static void conclude(PsResponse *response,
                     const char *content,
                     const char *refusal,
                     const char *finish_reason)
{
    response->finish_reason = g_strdup(finish_reason);
    bool is_filtered = finish_reason != NULL && strcmp(finish_reason, "content_filter") == 0;
    bool is_empty = content == NULL || content[0] == '\0';
    if (refusal != NULL && refusal[0] != '\0')
        ps_response_fail(response, PS_OUTCOME_REFUSED, "%s", refusal);
    else if (is_filtered)
        ps_response_fail(response, PS_OUTCOME_REFUSED, "the server's content filter");
    else if (is_empty && finish_reason != NULL && strcmp(finish_reason, "length") == 0)
        ps_response_fail(response, PS_OUTCOME_FAILED,
                         "the tokens were used up before an answer");
    else if (content == NULL)
        ps_response_fail(response, PS_OUTCOME_FAILED, "the answer holds no text");
    else
        ps_response_answer(response, content);
}

static char *dup_string(const PsJsonSpan *span)
{
    return span->text != NULL ? ps_json_span_dup(span) : NULL;
}

static void read_completion(PsResponse *response, const PsOpenaiMessage *message)
{
    g_autofree char *content = ps_openai_message_content(message);
    g_autofree char *refusal = dup_string(&message->refusal);
    g_autofree char *finish_reason = dup_string(&message->finish_reason);
    response->input_tokens = message->input_tokens;
    response->output_tokens = message->output_tokens;
    ps_response_set_logprobs(response, message->logprob_sum, message->n_logprobs);
    conclude(response, content, refusal, finish_reason);
}

void ps_openai_read(PsResponse *response, const char *body, size_t n_bytes)
{
    g_autoptr(GError) error = NULL;
    PsOpenaiMessage message;
    bool is_valid = ps_openai_message_scan(&message, body, n_bytes, &error);
    response->raw = is_valid // and so is its UTF-8
                        ? g_strndup(body, kept_bytes(body, n_bytes, PS_OPENAI_MAX_RAW_BYTES))
                        : beginning(body, n_bytes, PS_OPENAI_MAX_RAW_BYTES);
    if (!is_valid)
        ps_response_fail(response, PS_OUTCOME_FAILED,
                         "the answer is not JSON as it should be: %s", error->message);
    else if (message.has_message)
        read_completion(response, &message);
    else if (message.has_error)
        ps_openai_read_error(response, 200, body, n_bytes);
    else
        ps_response_fail(response, PS_OUTCOME_FAILED, "the answer is not a chat completion");
}

// The message within a parsed error answer, in the shapes that servers give it; borrowed.
static const char *find_message(const cJSON *answer)
{
    const cJSON *object = cJSON_IsArray(answer) ? cJSON_GetArrayItem(answer, 0) : answer;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(object, "error");
    const char *candidates[] = {
        ps_json_string(error, "message"),
        cJSON_GetStringValue(error),
        ps_json_string(object, "message"),
        ps_json_string(object, "detail"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (candidates[i] != NULL && candidates[i][0] != '\0') return candidates[i];
    return NULL;
}

static char *shorten_message(const char *text, size_t n_bytes)
{
    g_autofree char *valid = beginning(text, n_bytes, 4 * PS_OPENAI_MAX_MESSAGE_CHARS);
    g_strstrip(valid);
    if (valid[0] == '\0') return g_strdup("(no message)");
    return g_utf8_strlen(valid, -1) <= PS_OPENAI_MAX_MESSAGE_CHARS
               ? g_steal_pointer(&valid)
               : g_utf8_substring(valid, 0, PS_OPENAI_MAX_MESSAGE_CHARS);
}

char *ps_openai_error_message(const char *body, size_t n_bytes)
{
    g_autoptr(cJSON) answer = ps_json_parse(body, n_bytes, NULL);
    const char *message = find_message(answer);
    return message != NULL ? shorten_message(message, strlen(message))
                           : shorten_message(body, n_bytes);
}

// Azure's filter answers 400 with this code, OpenAI's image filter with the second.
static bool is_filter_error(const char *body, size_t n_bytes)
{
    g_autoptr(cJSON) answer = ps_json_parse(body, n_bytes, NULL);
    const char *code =
        ps_json_string(cJSON_GetObjectItemCaseSensitive(answer, "error"), "code");
    return code != NULL
           && (strcmp(code, "content_filter") == 0
               || strcmp(code, "content_policy_violation") == 0);
}

void ps_openai_read_error(PsResponse *response, int status, const char *body, size_t n_bytes)
{
    g_autofree char *message = ps_openai_error_message(body, n_bytes);
    if (is_filter_error(body, n_bytes))
        ps_response_fail(response, PS_OUTCOME_REFUSED, "%s", message);
    else if (status == 200)
        ps_response_fail(response, PS_OUTCOME_FAILED, "%s", message);
    else
        ps_response_fail(response, PS_OUTCOME_FAILED, "HTTP %d: %s", status, message);
}

void ps_openai_stream_init(PsOpenaiStream *stream)
{
    *stream = (PsOpenaiStream){.input_tokens = -1, .output_tokens = -1};
    ps_sse_init(&stream->sse);
    stream->content = g_string_new(NULL);
    stream->refusal = g_string_new(NULL);
}

static void drop_results(PsOpenaiStream *stream)
{
    g_clear_pointer(&stream->finish_reason, g_free);
    g_clear_pointer(&stream->error, g_free);
    g_clear_pointer(&stream->token_gaps_us, g_array_unref);
}

void ps_openai_stream_clear(PsOpenaiStream *stream)
{
    if (stream->content == NULL) return;
    drop_results(stream);
    ps_sse_clear(&stream->sse);
    g_string_free(stream->content, true);
    g_string_free(stream->refusal, true);
    *stream = (PsOpenaiStream){0};
}

void ps_openai_stream_reset(PsOpenaiStream *stream)
{
    drop_results(stream);
    ps_sse_reset(&stream->sse);
    g_string_truncate(stream->content, 0);
    g_string_truncate(stream->refusal, 0);
    stream->is_done = false;
    stream->first_token_ns = stream->last_token_ns = 0;
    stream->input_tokens = stream->output_tokens = -1;
    stream->n_logprobs = 0;
    stream->logprob_sum = 0;
}

static void add_token(PsOpenaiStream *stream, const char *piece)
{
    if (piece == NULL || piece[0] == '\0') return;
    g_string_append(stream->content, piece);
    int64_t gap_us = (stream->arrival_ns - stream->last_token_ns) / 1000;
    if (stream->first_token_ns == 0) {
        stream->first_token_ns = stream->arrival_ns;
    } else {
        if (stream->token_gaps_us == NULL)
            stream->token_gaps_us = g_array_new(false, false, sizeof(uint32_t));
        uint32_t gap = (uint32_t)CLAMP(gap_us, 0, UINT32_MAX);
        g_array_append_val(stream->token_gaps_us, gap);
    }
    stream->last_token_ns = stream->arrival_ns;
}

static void append_string(GString *out, const PsJsonSpan *span)
{
    g_autofree char *text = dup_string(span);
    if (text != NULL) g_string_append(out, text);
}

static void take_chunk(PsOpenaiStream *stream, const PsOpenaiMessage *chunk)
{
    if (chunk->input_tokens >= 0) stream->input_tokens = chunk->input_tokens;
    if (chunk->output_tokens >= 0) stream->output_tokens = chunk->output_tokens;
    stream->n_logprobs += chunk->n_logprobs;
    stream->logprob_sum += chunk->logprob_sum;
    g_autofree char *content = ps_openai_message_content(chunk);
    add_token(stream, content);
    append_string(stream->refusal, &chunk->refusal);
    if (chunk->finish_reason.text == NULL) return;
    g_free(stream->finish_reason);
    stream->finish_reason = ps_json_span_dup(&chunk->finish_reason);
}

static void take_event(const char *type, const char *data, size_t n_bytes, void *user_data)
{
    PsOpenaiStream *stream = user_data;
    if (stream->error != NULL || stream->is_done) return;
    stream->is_done = strcmp(data, "[DONE]") == 0;
    if (stream->is_done) return;
    g_autoptr(GError) error = NULL;
    PsOpenaiMessage chunk;
    bool is_json = ps_openai_message_scan(&chunk, data, n_bytes, &error);
    if (strcmp(type, "error") == 0 || (is_json && chunk.has_error))
        stream->error = ps_openai_error_message(data, n_bytes);
    else if (!is_json)
        stream->error = g_strdup_printf("a piece of the stream is not JSON as it should be: %s",
                                        error->message);
    else
        take_chunk(stream, &chunk);
}

void ps_openai_stream_feed(PsOpenaiStream *stream,
                           const char *bytes,
                           size_t n_bytes,
                           int64_t arrival_ns)
{
    stream->arrival_ns = arrival_ns;
    bool is_fine = ps_sse_feed(&stream->sse, bytes, n_bytes, take_event, stream)
                   && stream->content->len <= PS_SSE_MAX_EVENT_BYTES;
    if (!is_fine && stream->error == NULL)
        stream->error = g_strdup("the streamed answer is too large");
}

bool ps_openai_stream_is_complete(const PsOpenaiStream *stream)
{
    return stream->error == NULL && (stream->is_done || stream->finish_reason != NULL);
}

void ps_openai_stream_finish(PsOpenaiStream *stream, PsResponse *response)
{
    response->first_token_ns = stream->first_token_ns;
    response->token_gaps_us = g_steal_pointer(&stream->token_gaps_us);
    response->input_tokens = stream->input_tokens;
    response->output_tokens = stream->output_tokens;
    ps_response_set_logprobs(response, stream->logprob_sum, stream->n_logprobs);
    if (stream->error != NULL)
        ps_response_fail(response, PS_OUTCOME_FAILED, "%s", stream->error);
    else if (!ps_openai_stream_is_complete(stream))
        ps_response_fail(response, PS_OUTCOME_FAILED,
                         "the stream ended before the answer was complete");
    else
        conclude(response, stream->content->str, stream->refusal->str, stream->finish_reason);
}

#include "serve/chat_response.h"

#include "harness/json.h"
#include "serve/timings.h"

#include <string.h>

static const char *const reasons[] = {"stop", "stop", "length", "stop"};

// ---- pieces of JSON

static void append_head(GString *out, const PsChatAnswer *answer, const char *object)
{
    g_string_append_c(out, '{');
    ps_json_append_key(out, "id");
    ps_json_append_string(out, answer->id);
    ps_json_append_key(out, "object");
    ps_json_append_string(out, object);
    ps_json_append_key(out, "created");
    ps_json_append_integer(out, answer->created_s);
    ps_json_append_key(out, "model");
    ps_json_append_string(out, answer->model);
}

static void append_usage(GString *out, const PeAnswerCost *cost)
{
    g_string_append_printf(
        out,
        ",\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,"
        "\"total_tokens\":%zu,\"prompt_tokens_details\":{\"cached_tokens\":%zu}}",
        cost->n_prompt, cost->n_answer, cost->n_prompt + cost->n_answer, cost->n_reused);
}

static void append_choice(GString *out, const PeVocabulary *vocabulary, const PeChoice *choice)
{
    const PeString bytes = pe_token_bytes(vocabulary, choice->token, true);
    g_autofree char *text = g_strndup(bytes.bytes, bytes.n_bytes);
    g_string_append(out, "{\"token\":");
    ps_json_append_string(out, text); // bad bytes become U+FFFD; "bytes" has them all
    g_string_append(out, ",\"logprob\":");
    ps_json_append_number(out, choice->log_probability);
    g_string_append(out, ",\"bytes\":[");
    for (size_t i = 0; i < bytes.n_bytes; i++)
        g_string_append_printf(out, i > 0 ? ",%u" : "%u", (unsigned char)bytes.bytes[i]);
    g_string_append_c(out, ']');
}

static void
append_logprob(GString *out, const PeVocabulary *vocabulary, const PsJobToken *token)
{
    append_choice(out, vocabulary, &token->choice);
    g_string_append(out, ",\"top_logprobs\":[");
    for (size_t i = 0; i < token->n_top; i++) {
        if (i > 0) g_string_append_c(out, ',');
        append_choice(out, vocabulary, &token->top[i]);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "]}");
}

// ---- the whole

char *ps_chat_answer_whole(PsChatAnswer *answer, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) logprobs = g_string_new(NULL);
    for (PsJobToken *token; (token = ps_job_next(answer->job)) != NULL;
         ps_job_token_free(token)) {
        g_string_append(text, token->text);
        if (!answer->wishes.with_logprobs) continue;
        if (logprobs->len > 0) g_string_append_c(logprobs, ',');
        append_logprob(logprobs, answer->vocabulary, token);
    }
    const PsJob *job = answer->job;
    if (job->problem != NULL) return ps_fail_null(error, PS_ERROR_DATA, "%s", job->problem);
    g_autoptr(GString) out = g_string_new(NULL);
    append_head(out, answer, "chat.completion");
    g_string_append(
        out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    ps_json_append_string(out, text->str);
    g_string_append_printf(out, "},\"finish_reason\":\"%s\",\"logprobs\":", reasons[job->end]);
    if (answer->wishes.with_logprobs)
        g_string_append_printf(out, "{\"content\":[%s]}", logprobs->str);
    else
        g_string_append(out, "null");
    g_string_append(out, "}]");
    append_usage(out, &job->cost);
    ps_timings_append(out, job);
    g_string_append_c(out, '}');
    return g_strdup(out->str);
}

// ---- a stream

// rest is of the choice, more of the chunk.
static char *
chunk(const PsChatAnswer *answer, const char *delta, const char *rest, const char *more)
{
    g_autoptr(GString) out = g_string_new("data: ");
    append_head(out, answer, "chat.completion.chunk");
    g_string_append_printf(out, ",\"choices\":[{\"index\":0,\"delta\":{%s}%s}]%s}\n\n", delta,
                           rest, more);
    return g_strdup(out->str);
}

static char *token_chunk(const PsChatAnswer *answer, const PsJobToken *token)
{
    g_autoptr(GString) delta = g_string_new("\"content\":"), rest = g_string_new(NULL);
    ps_json_append_string(delta, token->text);
    g_string_append(rest, ",\"finish_reason\":null");
    if (answer->wishes.with_logprobs) {
        g_string_append(rest, ",\"logprobs\":{\"content\":[");
        append_logprob(rest, answer->vocabulary, token);
        g_string_append(rest, "]}");
    }
    return chunk(answer, delta->str, rest->str, "");
}

static char *last_chunk(const PsChatAnswer *answer)
{
    const PsJob *job = answer->job;
    g_autoptr(GString) out = g_string_new(NULL);
    if (job->problem != NULL) {
        g_string_append(out, "data: {\"error\":{\"message\":");
        ps_json_append_string(out, job->problem);
        g_string_append(out, "}}\n\n");
    } else {
        g_autofree char *reason =
            g_strdup_printf(",\"finish_reason\":\"%s\"", reasons[job->end]);
        g_autoptr(GString) timings = g_string_new(NULL);
        ps_timings_append(timings, job);
        g_autofree char *end = chunk(answer, "", reason, timings->str);
        g_string_append(out, end);
    }
    if (answer->wishes.with_usage && job->problem == NULL) {
        g_string_append(out, "data: ");
        append_head(out, answer, "chat.completion.chunk");
        g_string_append(out, ",\"choices\":[]");
        append_usage(out, &job->cost);
        g_string_append(out, "}\n\n");
    }
    g_string_append(out, "data: [DONE]\n\n");
    return g_strdup(out->str);
}

char *ps_chat_answer_next(PsChatAnswer *answer)
{
    if (answer->has_ended) return NULL;
    if (!answer->has_begun) {
        answer->has_begun = true;
        return chunk(answer, "\"role\":\"assistant\",\"content\":\"\"",
                     ",\"finish_reason\":null", "");
    }
    g_autoptr(PsJobToken) token = ps_job_next(answer->job);
    if (token != NULL) return token_chunk(answer, token);
    answer->has_ended = true;
    return last_chunk(answer);
}

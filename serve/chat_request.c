#include "serve/chat_request.h"

#include "harness/json.h"
#include "harness/response.h"
#include "serve/chat_format.h"
#include "serve/chat_prompt.h"

#include <math.h>
#include <string.h>

#define TOKENS_OF_AN_ANSWER 512 // unless max_tokens says

// ---- options

// A number of body within bounds, or the fallback if it is not there or null.
static bool number(const cJSON *body,
                   const char *name,
                   double least,
                   double most,
                   double fallback,
                   double *value,
                   GError **error)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(body, name);
    *value = fallback;
    if (member == NULL || cJSON_IsNull(member)) return true;
    *value = cJSON_IsNumber(member) ? member->valuedouble : NAN;
    return (*value >= least && *value <= most)
           || ps_fail(error, PS_ERROR_DATA, "%s is not a number from %g to %g", name, least,
                      most);
}

static bool add_stop(PsJob *job, const cJSON *stop, GError **error)
{
    PeStops *stops = &job->request.stops;
    if (!cJSON_IsString(stop) || stops->n == PE_STOPS_MOST || *stop->valuestring == '\0'
        || strlen(stop->valuestring) > PE_STOP_BYTES_MOST)
        return ps_fail(error, PS_ERROR_DATA, "stop is not at most %d texts of 1 to %d bytes",
                       PE_STOPS_MOST, PE_STOP_BYTES_MOST);
    job->stops[stops->n] = g_strdup(stop->valuestring);
    stops->texts[stops->n] = job->stops[stops->n];
    stops->n++;
    return true;
}

static bool read_stops(PsJob *job, const cJSON *body, GError **error)
{
    const cJSON *stop = cJSON_GetObjectItemCaseSensitive(body, "stop"), *one;
    if (stop == NULL || cJSON_IsNull(stop)) return true;
    if (!cJSON_IsArray(stop)) return add_stop(job, stop, error);
    cJSON_ArrayForEach(one, stop) if (!add_stop(job, one, error)) return false;
    return true;
}

static bool is_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool read_sampling(PeSampling *sampling, const cJSON *body, GError **error)
{
    double top_k, seed;
    if (!number(body, "temperature", 0, 2, 1, &sampling->temperature, error)
        || !number(body, "top_p", 1e-9, 1, 1, &sampling->top_p, error)
        || !number(body, "min_p", 0, 1, 0, &sampling->min_p, error)
        || !number(body, "top_k", 0, 1e9, 0, &top_k, error)
        || !number(body, "seed", -0x1p53, 0x1p53, 0, &seed, error))
        return false;
    sampling->top_k = (size_t)top_k;
    sampling->seed = (uint64_t)(int64_t)seed;
    return true;
}

static bool read_options(PsJob *job, const cJSON *body, PsChatWishes *wishes, GError **error)
{
    const cJSON *stream = cJSON_GetObjectItemCaseSensitive(body, "stream_options");
    double n_tokens, n_completion, n_top, n;
    *wishes = (PsChatWishes){.is_stream = is_true(body, "stream"),
                             .with_usage = is_true(stream, "include_usage"),
                             .with_logprobs = is_true(body, "logprobs")};
    if (!number(body, "max_tokens", 1, 1e6, TOKENS_OF_AN_ANSWER, &n_tokens, error)
        || !number(body, "max_completion_tokens", 1, 1e6, n_tokens, &n_completion, error)
        || !number(body, "top_logprobs", 0, PE_TOP_MOST, 0, &n_top, error)
        || !number(body, "n", 1, 1e6, 1, &n, error)
        || !read_sampling(&job->request.sampling, body, error))
        return false;
    if (n != 1) return ps_fail(error, PS_ERROR_DATA, "n has to be 1: a request has one answer");
    job->request.n_tokens_most = (size_t)n_completion;
    job->request.n_top = wishes->with_logprobs ? (size_t)n_top : 0;
    return read_stops(job, body, error);
}

// What would change the answer and is not there is refused; what is harmless is not looked at.
static bool refuse_unknown(const cJSON *body, GError **error)
{
    static const char *const lists[] = {"tools", "functions", "logit_bias"};
    double n;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, lists[i]);
        if (cJSON_GetArraySize(list) > 0)
            return ps_fail(error, PS_ERROR_DATA, "%s is not supported", lists[i]);
    }
    return number(body, "presence_penalty", 0, 0, 0, &n, error)
           && number(body, "frequency_penalty", 0, 0, 0, &n, error);
}

static PsDraft *draft_new(const PsServeWorker *worker,
                          const PsUnified *unified,
                          const PsServeLimits *limits,
                          PsJob *job)
{
    const PsDraftOptions options = {.model = ps_unified_model(unified),
                                    .senses = ps_unified_senses(unified),
                                    .budget = limits->budget,
                                    .n_positions_most = ps_serve_worker_positions(worker),
                                    .n_answer = job->request.n_tokens_most,
                                    .should_stop = ps_client_stops,
                                    .data = &job->client};
    return ps_draft_new(&options);
}

// The messages as job's prompt, encoded.
static bool read_prompt(PsJob *job,
                        PsServeWorker *worker,
                        const PsUnified *unified,
                        PsServeLimits limits,
                        const cJSON *body,
                        GError **error)
{
    if (!ps_serve_limits_read(&limits, body, error)) return false;
    if (limits.deadline_s > 0)
        job->client.deadline_ns = job->received_ns + (int64_t)(limits.deadline_s * 1e9);
    g_autoptr(PsDraft) draft = draft_new(worker, unified, &limits, job);
    bool is_ok =
        ps_chat_prompt_add(draft, ps_unified_chat(unified), &limits.ingest, body, error);
    job->drafted_ns = ps_now_ns();
    is_ok = is_ok && ps_serve_worker_encode(worker, &job->client, draft, &job->prompt, error);
    job->drafted = *ps_draft_cost(draft);
    return is_ok;
}

bool ps_chat_request_read(PsServeWorker *worker,
                          const PsUnified *unified,
                          const PsServeLimits *limits,
                          const GString *body,
                          PsJob *job,
                          PsChatWishes *wishes,
                          GError **error)
{
    g_autoptr(cJSON) json = ps_json_parse(body->str, body->len, error);
    if (json == NULL) return false;
    if (!cJSON_IsObject(json)) return ps_fail(error, PS_ERROR_DATA, "the body is no object");
    return read_options(job, json, wishes, error) && refuse_unknown(json, error)
           && ps_chat_format_read(worker, json, &job->grammar, error)
           && read_prompt(job, worker, unified, *limits, json, error);
}

#include "serve/chat_request.h"

#include "serve/chat_format.h"

#include "harness/json.h"

#include <math.h>
#include <string.h>

#define TOKENS_OF_AN_ANSWER 512 // unless max_tokens says
#define MESSAGES_MOST 1000

typedef struct {
    PsServeWorker *worker;
    const PsUnified *unified;
    PePrompt *prompt;
} Reading;

static bool add_mark(const Reading *reading, const char *mark, GError **error)
{
    return ps_engine_add_text(ps_unified_model(reading->unified), mark, strlen(mark), true,
                              reading->prompt, error);
}

static bool add_text(const Reading *reading, const char *text, GError **error)
{
    return ps_engine_add_text(ps_unified_model(reading->unified), text, strlen(text), false,
                              reading->prompt, error);
}

// ---- media

static bool add_base64(const Reading *reading, const char *text, bool is_sound, GError **error)
{
    size_t n_bytes = 0;
    guchar *decoded = g_base64_decode(text, &n_bytes);
    g_autoptr(GBytes) bytes = g_bytes_new_take(decoded, n_bytes);
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, is_sound ? "sound.wav" : NULL);
    return ps_serve_worker_add_media(reading->worker, is_sound, media, reading->prompt, error);
}

static bool add_image(const Reading *reading, const cJSON *part, GError **error)
{
    const cJSON *image = cJSON_GetObjectItemCaseSensitive(part, "image_url");
    const char *url = cJSON_IsString(image) ? image->valuestring : ps_json_string(image, "url");
    const char *comma = url != NULL ? strstr(url, ";base64,") : NULL;
    if (comma == NULL || !g_str_has_prefix(url, "data:"))
        return ps_fail(error, PS_ERROR_DATA, "image_url has to be a data URL in base64");
    return add_base64(reading, comma + strlen(";base64,"), false, error);
}

static bool add_sound(const Reading *reading, const cJSON *part, GError **error)
{
    const cJSON *sound = cJSON_GetObjectItemCaseSensitive(part, "input_audio");
    const char *data = ps_json_string(sound, "data");
    if (data == NULL) return ps_fail(error, PS_ERROR_DATA, "input_audio has no data");
    return add_base64(reading, data, true, error);
}

static bool add_part(const Reading *reading, const cJSON *part, GError **error)
{
    const char *type = ps_json_string(part, "type"), *text = ps_json_string(part, "text");
    if (type != NULL && strcmp(type, "image_url") == 0) return add_image(reading, part, error);
    if (type != NULL && strcmp(type, "input_audio") == 0)
        return add_sound(reading, part, error);
    if (type != NULL && strcmp(type, "text") == 0 && text != NULL)
        return add_text(reading, text, error);
    return ps_fail(error, PS_ERROR_DATA,
                   "a content part is neither text, image_url nor input_audio");
}

// ---- messages

static bool add_content(const Reading *reading, const cJSON *message, GError **error)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content"), *part;
    if (cJSON_IsString(content)) return add_text(reading, content->valuestring, error);
    if (!cJSON_IsArray(content))
        return ps_fail(error, PS_ERROR_DATA, "a message's content is neither text nor a list");
    cJSON_ArrayForEach(part, content) if (!add_part(reading, part, error)) return false;
    return true;
}

static bool add_message(const Reading *reading, const cJSON *message, GError **error)
{
    const PeChat *chat = ps_unified_chat(reading->unified);
    const char *role = ps_json_string(message, "role");
    const struct {
        const char *role, *before, *after;
    } roles[] = {{"user", chat->before_user, chat->after_user},
                 {"system", chat->before_system, chat->after_system},
                 {"developer", chat->before_system, chat->after_system},
                 {"assistant", chat->before_answer, chat->after_answer}};
    for (size_t i = 0; role != NULL && i < G_N_ELEMENTS(roles); i++)
        if (strcmp(role, roles[i].role) == 0)
            return add_mark(reading, roles[i].before, error)
                   && add_content(reading, message, error)
                   && add_mark(reading, roles[i].after, error);
    return ps_fail(error, PS_ERROR_DATA, "a message's role is not user, system or assistant");
}

static bool add_messages(const Reading *reading, const cJSON *body, GError **error)
{
    const PeChat *chat = ps_unified_chat(reading->unified);
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *message;
    const int n = cJSON_GetArraySize(messages);
    if (!cJSON_IsArray(messages) || n == 0 || n > MESSAGES_MOST)
        return ps_fail(error, PS_ERROR_DATA, "messages has to be a list of 1 to %d",
                       MESSAGES_MOST);
    if (!add_mark(reading, chat->beginning, error)) return false;
    cJSON_ArrayForEach(message,
                       messages) if (!add_message(reading, message, error)) return false;
    return add_mark(reading, chat->before_answer, error);
}

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
        || !number(body, "n", 1, 1, 1, &n, error)
        || !read_sampling(&job->request.sampling, body, error))
        return false;
    job->request.n_tokens_most = (size_t)n_completion;
    job->request.n_top = wishes->with_logprobs ? (size_t)n_top : 0;
    return read_stops(job, body, error);
}

PsJob *ps_chat_request_read(PsServeWorker *worker,
                            const PsUnified *unified,
                            const char *body,
                            size_t length,
                            PsChatWishes *wishes,
                            GError **error)
{
    g_autoptr(cJSON) json = ps_json_parse(body, length, error);
    if (json == NULL) return NULL;
    g_autoptr(PsJob) job = ps_job_new(ps_unified_model(unified)->decoder.n_embedding);
    const Reading reading = {worker, unified, &job->prompt};
    if (!cJSON_IsObject(json))
        return ps_fail_null(error, PS_ERROR_DATA, "the body is no object");
    if (!read_options(job, json, wishes, error)
        || !ps_chat_format_read(worker, json, &job->grammar, error)
        || !add_messages(&reading, json, error))
        return NULL;
    return g_steal_pointer(&job);
}

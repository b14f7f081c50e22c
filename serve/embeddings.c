#include "serve/embeddings.h"

#include "harness/error.h"
#include "harness/response.h"
#include "serve/content.h"
#include "serve/timings.h"

#include <string.h>

#define INPUTS_MOST 256

typedef struct {
    PsServeWorker *worker;
    const PsUnified *unified;
    PsServeLimits limits;
    PsClient *client;
    bool is_base64;
    GString *out;
    int n_vectors;
    size_t n_positions;
    PeSensesCost encoding; // of all
} Embedding;

// ---- one vector

static void append_values(Embedding *embedding, const float *values, size_t n)
{
    GString *out = embedding->out;
    g_string_append_printf(out, "%s{\"object\":\"embedding\",\"index\":%d,\"embedding\":",
                           embedding->n_vectors > 0 ? "," : "", embedding->n_vectors);
    embedding->n_vectors++;
    if (embedding->is_base64) {
        g_autofree char *text = g_base64_encode((const guchar *)values, n * sizeof *values);
        g_string_append_printf(out, "\"%s\"}", text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        g_string_append_c(out, i > 0 ? ',' : '[');
        ps_json_append_number(out, values[i]);
    }
    g_string_append(out, "]}");
}

static void add_cost(Embedding *embedding, const PsDraftCost *cost)
{
    PeSensesCost *sum = &embedding->encoding;
    sum->resize_ns += cost->encoding.resize_ns;
    sum->spectrum_ns += cost->encoding.spectrum_ns;
    sum->vision_ns += cost->encoding.vision_ns;
    sum->audio_ns += cost->encoding.audio_ns;
    sum->n_encoded += cost->encoding.n_encoded;
    sum->n_cached += cost->encoding.n_cached;
    embedding->n_positions += cost->n_positions;
}

static PsDraft *draft_new(const Embedding *embedding)
{
    const PsDraftOptions options = {.model = ps_unified_model(embedding->unified),
                                    .senses = ps_unified_senses(embedding->unified),
                                    .budget = embedding->limits.budget,
                                    .n_positions_most =
                                        ps_serve_worker_positions(embedding->worker),
                                    .should_stop = ps_client_stops,
                                    .data = embedding->client};
    return ps_draft_new(&options);
}

// What draft holds as one vector.
static bool embed(Embedding *embedding, PsDraft *draft, GError **error)
{
    PePrompt prompt = {.n_embedding =
                           ps_unified_model(embedding->unified)->decoder.n_embedding};
    g_autofree float *values = g_new(float, prompt.n_embedding);
    const bool is_ok =
        ps_serve_worker_encode(embedding->worker, embedding->client, draft, &prompt, error)
        && ps_serve_worker_embed(embedding->worker, embedding->client, &prompt, values, error);
    if (is_ok) {
        append_values(embedding, values, prompt.n_embedding);
        add_cost(embedding, ps_draft_cost(draft));
    }
    pe_prompt_clear(&prompt);
    return is_ok;
}

// ---- what is embedded

static bool add_object(PsDraft *draft, const cJSON *input, GError **error)
{
    const char *text = ps_json_string(input, "text"), *image = ps_json_string(input, "image"),
               *audio = ps_json_string(input, "audio");
    if ((text != NULL) + (image != NULL) + (audio != NULL) != 1)
        return ps_fail(error, PS_ERROR_DATA, "an input is not one text, image or audio");
    if (text != NULL) return ps_draft_add_text(draft, text, false, error);
    return ps_content_add_media(draft, image != NULL ? PS_PART_IMAGE : PS_PART_AUDIO,
                                image != NULL ? image : audio, error);
}

static bool add_input(Embedding *embedding, const cJSON *input, GError **error)
{
    g_autoptr(PsDraft) draft = draft_new(embedding);
    if (cJSON_IsObject(input))
        return add_object(draft, input, error) && embed(embedding, draft, error);
    if (!cJSON_IsString(input))
        return ps_fail(error, PS_ERROR_DATA,
                       "input is neither a text nor a list of texts, images and audio");
    return ps_draft_add_text(draft, input->valuestring, false, error)
           && embed(embedding, draft, error);
}

static bool add_messages(Embedding *embedding, const cJSON *messages, GError **error)
{
    const cJSON *message;
    g_autoptr(PsDraft) draft = draft_new(embedding);
    cJSON_ArrayForEach(message, messages)
    {
        const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content");
        if (!ps_content_add(draft, &embedding->limits.ingest, content, error)) return false;
    }
    return embed(embedding, draft, error);
}

static bool add_all(Embedding *embedding, const cJSON *body, GError **error)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages");
    const cJSON *input = cJSON_GetObjectItemCaseSensitive(body, "input"), *one;
    const int n = cJSON_GetArraySize(input);
    if (cJSON_IsArray(messages)) return add_messages(embedding, messages, error);
    if (!cJSON_IsArray(input)) return add_input(embedding, input, error);
    if (n < 1 || n > INPUTS_MOST)
        return ps_fail(error, PS_ERROR_DATA, "input has to be a list of 1 to %d", INPUTS_MOST);
    cJSON_ArrayForEach(one, input) if (!add_input(embedding, one, error)) return false;
    return true;
}

// ---- the whole

static bool read_form(Embedding *embedding, const cJSON *body, GError **error)
{
    const cJSON *dimensions = cJSON_GetObjectItemCaseSensitive(body, "dimensions");
    const char *form = ps_json_string(body, "encoding_format");
    const size_t n = ps_unified_model(embedding->unified)->decoder.n_embedding;
    embedding->is_base64 = form != NULL && strcmp(form, "base64") == 0;
    if (form != NULL && !embedding->is_base64 && strcmp(form, "float") != 0)
        return ps_fail(error, PS_ERROR_DATA, "encoding_format is neither float nor base64");
    if (cJSON_IsNumber(dimensions) && dimensions->valuedouble != (double)n)
        return ps_fail(error, PS_ERROR_DATA, "dimensions has to be %zu", n);
    return true;
}

static bool answer(Embedding *embedding, const char *model, const cJSON *body, GError **error)
{
    GString *out = embedding->out;
    if (!ps_serve_limits_read(&embedding->limits, body, error)
        || !read_form(embedding, body, error))
        return false;
    if (embedding->limits.deadline_s > 0)
        embedding->client->deadline_ns =
            ps_now_ns() + (int64_t)(embedding->limits.deadline_s * 1e9);
    g_string_append(out, "{\"object\":\"list\",\"data\":[");
    if (!add_all(embedding, body, error)) return false;
    g_string_append(out, "],\"model\":");
    ps_json_append_string(out, model);
    g_string_append_printf(
        out, ",\"usage\":{\"prompt_tokens\":%zu,\"total_tokens\":%zu},\"timings\":{",
        embedding->n_positions, embedding->n_positions);
    ps_timings_append_encoding(out, &embedding->encoding);
    g_string_append(out, "}}");
    return true;
}

char *ps_embeddings_answer(PsServeWorker *worker,
                           const PsUnified *unified,
                           const char *model,
                           const PsServeLimits *limits,
                           PsClient *client,
                           const GString *body,
                           GError **error)
{
    g_autoptr(cJSON) json = ps_json_parse(body->str, body->len, error);
    g_autoptr(GString) out = g_string_new(NULL);
    Embedding embedding = {
        .worker = worker, .unified = unified, .limits = *limits, .client = client, .out = out};
    if (json == NULL || !answer(&embedding, model, json, error)) return NULL;
    return g_strdup(out->str);
}

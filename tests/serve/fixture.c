#include "tests/serve/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

void serving_open(Serving *serving, size_t n_sequences)
{
    const PsServeWorkerOptions options = {.n_sequences = n_sequences, .n_threads = 1};
    serving->unified = ps_unified_open(FIXTURES "mini-f32/lm-f32.gguf", NULL);
    cr_assert_not_null(serving->unified);
    serving->worker = ps_serve_worker_new(serving->unified, &options, NULL);
    cr_assert_not_null(serving->worker);
}

void serving_close(Serving *serving)
{
    ps_serve_worker_free(serving->worker);
    ps_unified_unref(serving->unified);
}

PsDraft *serving_draft(const Serving *serving, bool (*should_stop)(void *data), void *data)
{
    const PsDraftOptions options = {.model = ps_unified_model(serving->unified),
                                    .senses = ps_unified_senses(serving->unified),
                                    .n_positions_most =
                                        ps_serve_worker_positions(serving->worker),
                                    .should_stop = should_stop,
                                    .data = data};
    return ps_draft_new(&options);
}

void draft_add_picture(PsDraft *draft)
{
    g_autofree char *contents = NULL;
    gsize length = 0;
    cr_assert(g_file_get_contents(FIXTURES "scene32.png", &contents, &length, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new(contents, length);
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, NULL);
    cr_assert(ps_draft_add_media(draft, PS_PART_IMAGE, media, NULL));
}

PsJob *serving_job(const Serving *serving, const char *text, size_t n_tokens)
{
    const PeModel *model = ps_unified_model(serving->unified);
    PsJob *job = ps_job_new(model->decoder.n_embedding);
    job->request.n_tokens_most = n_tokens;
    job->request.sampling.top_p = 1;
    cr_assert(ps_engine_add_text(model, text, strlen(text), false, &job->prompt, NULL));
    return job;
}

PsJob *serving_ask(const Serving *serving, const char *text, size_t n_tokens)
{
    PsJob *job = serving_job(serving, text, n_tokens);
    ps_serve_worker_add(serving->worker, job);
    return job;
}

size_t job_count(PsJob *job)
{
    size_t n = 0;
    for (PsJobToken *token; (token = ps_job_next(job)) != NULL; ps_job_token_free(token))
        n++;
    return n;
}

cJSON *json_of(const char *text)
{
    cJSON *json = ps_json_parse(text, strlen(text), NULL);
    cr_assert_not_null(json);
    return json;
}

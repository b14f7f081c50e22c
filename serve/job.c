#include "serve/job.h"

#include "harness/response.h"

#include <string.h>

#define CLIENT_LOOK_US 50000 // how often a client that waits is looked at

PsJob *ps_job_new(size_t n_embedding)
{
    PsJob *job = g_new0(PsJob, 1);
    job->n_refs = 1;
    job->prompt.n_embedding = n_embedding;
    job->client.socket = -1;
    job->received_ns = ps_now_ns();
    job->token_ns = g_array_new(false, false, sizeof(int64_t));
    g_mutex_init(&job->mutex);
    g_cond_init(&job->changed);
    g_queue_init(&job->tokens);
    return job;
}

PsJob *ps_job_ref(PsJob *job)
{
    g_atomic_int_inc(&job->n_refs);
    return job;
}

static void free_token(void *token)
{
    ps_job_token_free(token);
}

void ps_job_unref(PsJob *job)
{
    if (job == NULL || !g_atomic_int_dec_and_test(&job->n_refs)) return;
    pe_prompt_clear(&job->prompt);
    g_queue_clear_full(&job->tokens, free_token);
    for (size_t i = 0; i < job->request.stops.n; i++)
        g_free(job->stops[i]);
    pe_grammar_free(job->grammar);
    g_free(job->problem);
    g_array_unref(job->token_ns);
    g_mutex_clear(&job->mutex);
    g_cond_clear(&job->changed);
    g_free(job);
}

void ps_job_token_free(PsJobToken *token)
{
    if (token != NULL) g_free(token->text);
    g_free(token);
}

// Under mutex. The first end counts.
static void finish(PsJob *job, PeEnd end, const PeAnswerCost *cost, const char *problem)
{
    if (job->is_over) return;
    if (end == PE_END_CANCELLED && problem == NULL)
        problem = ps_client_was_late(&job->client) ? "no answer until the deadline"
                                                   : "the client has gone";
    job->is_over = true;
    job->over_ns = ps_now_ns();
    job->end = end;
    if (cost != NULL) job->cost = *cost;
    job->problem = g_strdup(problem);
}

PsJobToken *ps_job_next(PsJob *job)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&job->mutex);
    while (g_queue_is_empty(&job->tokens) && !job->is_over) {
        const int64_t until_us = g_get_monotonic_time() + CLIENT_LOOK_US;
        if (!g_cond_wait_until(&job->changed, &job->mutex, until_us)
            && ps_client_stops(&job->client))
            finish(job, PE_END_CANCELLED, NULL, NULL);
    }
    return g_queue_pop_head(&job->tokens);
}

void ps_job_add(PsJob *job, const PeAnswered *answered)
{
    PsJobToken *token = g_new(PsJobToken, 1);
    *token = (PsJobToken){.choice = answered->choice, .n_top = answered->n_top};
    memcpy(token->top, answered->top, answered->n_top * sizeof *token->top);
    g_autofree char *bytes = g_strndup(answered->bytes, answered->n_bytes);
    token->text = g_utf8_make_valid(bytes, -1);
    const int64_t now_ns = ps_now_ns();
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&job->mutex);
    g_queue_push_tail(&job->tokens, token);
    g_array_append_val(job->token_ns, now_ns);
    g_cond_signal(&job->changed);
}

void ps_job_finish(PsJob *job, PeEnd end, const PeAnswerCost *cost, const char *problem)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&job->mutex);
    finish(job, end, cost, problem);
    g_cond_signal(&job->changed);
}

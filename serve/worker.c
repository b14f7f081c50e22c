#include "serve/worker.h"

#include "harness/error.h"

#include <string.h>

#define POSITIONS_MOST 8192 // of a sequence
#define EMBED_POSITIONS_MOST 2048

struct PsServeWorker {
    PsUnified *unified;
    PeSession *session;
    GAsyncQueue *jobs; // PsJob *; one without tokens to make ends the thread
    GThread *thread;
    PsJob *last; // which ends it

    GMutex sensing; // of the two below
    PeSensesWork *senses;
    PeWork embedding;
    PeCache cache;
    bool can_embed;

    GMutex ordering;
    PeTokenOrder order; // made when the first grammar is; empty before
};

// ---- callbacks of the session

static void on_token(void *data, const PeAnswered *answered)
{
    ps_job_add(data, answered);
}

static void allow(void *data, uint64_t *bits)
{
    pe_grammar_allow(((PsJob *)data)->grammar, bits);
}

static void took_token(void *data, int32_t token)
{
    pe_grammar_take(((PsJob *)data)->grammar, token);
}

static void on_end(void *data, PeEnd end, const PeAnswerCost *cost)
{
    ps_job_finish(data, end, cost, NULL);
    ps_job_unref(data);
}

static bool is_cancelled(void *data)
{
    return g_atomic_int_get(&((PsJob *)data)->is_cancelled) != 0;
}

// Takes job's reference.
static void admit(PsServeWorker *worker, PsJob *job)
{
    PeError problem = {0};
    job->request.on_token = on_token;
    job->request.on_end = on_end;
    job->request.should_stop = is_cancelled;
    job->request.data = job;
    if (job->grammar != NULL) {
        job->request.allow = allow;
        job->request.took_token = took_token;
    }
    if (pe_session_admit(worker->session, &job->prompt, &job->request, &problem)) return;
    ps_job_finish(job, PE_END_CANCELLED, NULL, problem.message);
    ps_job_unref(job);
}

// Admits what waits, while there is room; waits itself if nothing is under way. False: the end.
static bool take_jobs(PsServeWorker *worker, bool is_idle)
{
    while (pe_session_room(worker->session) > 0) {
        PsJob *job =
            is_idle ? g_async_queue_pop(worker->jobs) : g_async_queue_try_pop(worker->jobs);
        if (job == worker->last) return false;
        if (job == NULL) return true;
        admit(worker, job);
        is_idle = false;
    }
    return true;
}

static void *run(void *data)
{
    PsServeWorker *worker = data;
    bool is_idle = true;
    while (take_jobs(worker, is_idle))
        is_idle = !pe_session_step(worker->session);
    return NULL;
}

// ---- life cycle

static PeSessionOptions
options_of(const PsUnified *unified, size_t n_sequences, unsigned n_threads)
{
    const size_t most = ps_unified_model(unified)->decoder.n_positions_most;
    return (PeSessionOptions){.level = pe_level_default(),
                              .precision = PE_PRECISION_FAST,
                              .n_threads = n_threads,
                              .n_sequences = n_sequences,
                              .n_positions = MIN(most, POSITIONS_MOST)};
}

static bool
open_embedding(PsServeWorker *worker, const PeSessionOptions *options, PeError *problem)
{
    const PeModel *model = ps_unified_model(worker->unified);
    const size_t n = MIN(options->n_positions, EMBED_POSITIONS_MOST);
    const PeWorkOptions work = {options->level, options->precision, options->n_threads, n, n};
    worker->can_embed = !model->decoder.has_cross;
    return pe_work_init(&worker->embedding, &model->decoder, &work, problem)
           && pe_cache_init(&worker->cache, &model->decoder, n, problem);
}

static bool open_engine(PsServeWorker *worker, const PeSessionOptions *options, GError **error)
{
    PeError problem = {0};
    const PeModel *model = ps_unified_model(worker->unified);
    const PeSenses *senses = ps_unified_senses(worker->unified);
    const PeSensesOptions sensing = {options->level, options->precision, options->n_threads,
                                     NULL};
    worker->session = pe_session_new(model, options, &problem);
    if (worker->session != NULL && senses != NULL)
        worker->senses = pe_senses_work_new(senses, &sensing, &problem);
    if (worker->session == NULL || (senses != NULL && worker->senses == NULL)
        || !open_embedding(worker, options, &problem))
        return ps_engine_fail(error, PS_ERROR_UNAVAILABLE, "serve", &problem);
    return true;
}

PsServeWorker *
ps_serve_worker_new(PsUnified *unified, size_t n_sequences, unsigned n_threads, GError **error)
{
    const PeSessionOptions options = options_of(unified, n_sequences, n_threads);
    PsServeWorker *worker = g_new0(PsServeWorker, 1);
    worker->unified = unified;
    worker->last = ps_job_new(1);
    worker->jobs = g_async_queue_new();
    g_mutex_init(&worker->sensing);
    g_mutex_init(&worker->ordering);
    if (open_engine(worker, &options, error)) {
        worker->thread = g_thread_new("engine", run, worker);
        return worker;
    }
    ps_serve_worker_free(worker);
    return NULL;
}

void ps_serve_worker_free(PsServeWorker *worker)
{
    if (worker == NULL) return;
    g_async_queue_push_front(worker->jobs, worker->last);
    if (worker->thread != NULL) g_thread_join(worker->thread);
    for (PsJob *job; (job = g_async_queue_try_pop(worker->jobs)) != NULL;) {
        if (job == worker->last) continue;
        ps_job_finish(job, PE_END_CANCELLED, NULL, "the server ends");
        ps_job_unref(job);
    }
    pe_session_free(worker->session);
    pe_senses_work_free(worker->senses);
    pe_work_clear(&worker->embedding);
    pe_cache_clear(&worker->cache);
    g_async_queue_unref(worker->jobs);
    ps_job_unref(worker->last);
    pe_token_order_clear(&worker->order);
    g_mutex_clear(&worker->ordering);
    g_mutex_clear(&worker->sensing);
    g_free(worker);
}

void ps_serve_worker_add(PsServeWorker *worker, PsJob *job)
{
    g_async_queue_push(worker->jobs, ps_job_ref(job));
}

// ---- beside the session

bool ps_serve_worker_add_media(PsServeWorker *worker,
                               bool is_sound,
                               const PsMedia *media,
                               PePrompt *prompt,
                               GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->sensing);
    if (worker->senses == NULL)
        return ps_fail(error, PS_ERROR_DATA, "the model has no senses (no mmproj file)");
    pe_senses_begin(worker->senses, &(PeSensesBudget){0}, NULL, NULL);
    return is_sound ? ps_engine_add_sound(worker->senses, media, prompt, error)
                    : ps_engine_add_picture(worker->senses, media, prompt, error);
}

PeGrammar *ps_serve_worker_grammar(PsServeWorker *worker,
                                   const PePattern *pattern,
                                   PePiece whole,
                                   GError **error)
{
    PeError problem = {0};
    PeGrammar *grammar = NULL;
    g_mutex_lock(&worker->ordering);
    const bool is_ok =
        worker->order.vocabulary != NULL
        || pe_token_order_init(&worker->order, ps_unified_model(worker->unified)->vocabulary,
                               &problem);
    g_mutex_unlock(&worker->ordering);
    if (is_ok) grammar = pe_grammar_new(&worker->order, pattern, whole, &problem);
    if (grammar == NULL) ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    return grammar;
}

static bool
embed(PsServeWorker *worker, const PePrompt *prompt, float *values, PeError *problem)
{
    const PeDecoder *decoder = &ps_unified_model(worker->unified)->decoder;
    PeEmbedding embedding = {.n_values = decoder->n_embedding};
    size_t row = 0;
    for (size_t i = 0; i < prompt->n_items; i++)
        for (size_t k = 0; k < prompt->items[i].n; k++)
            pe_work_set_token(&worker->embedding, decoder, row++, prompt->items[i].tokens[k]);
    pe_decoder_run(decoder, &worker->embedding, &(PeSpan){&worker->cache, 0, row}, 1, NULL,
                   NULL);
    const bool is_ok =
        pe_embedding_add_hidden(&embedding, decoder, &worker->embedding, row, problem)
        && pe_embedding_get(&embedding, values, problem);
    pe_embedding_clear(&embedding);
    return is_ok;
}

bool ps_serve_worker_embed(
    PsServeWorker *worker, const char *text, float *values, size_t *n_positions, GError **error)
{
    const PeModel *model = ps_unified_model(worker->unified);
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeError problem = {0};
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->sensing);
    if (!worker->can_embed)
        return ps_fail(error, PS_ERROR_DATA, "a model with cross-attention embeds no text");
    bool is_ok = ps_engine_add_text(model, text, strlen(text), false, &prompt, error);
    *n_positions = prompt.n_positions;
    if (is_ok && (*n_positions == 0 || *n_positions > worker->embedding.n_rows_most))
        is_ok = ps_fail(error, PS_ERROR_DATA, "a text of %zu tokens; 1 to %zu are embedded",
                        *n_positions, worker->embedding.n_rows_most);
    else if (is_ok && !embed(worker, &prompt, values, &problem))
        is_ok = ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    pe_prompt_clear(&prompt);
    return is_ok;
}

#include "serve/worker.h"

#include "harness/error.h"
#include "harness/response.h"

#include <string.h>

#define POSITIONS_MOST 8192 // of a sequence
#define EMBED_POSITIONS_MOST 2048
#define TURN_LOOK_US 20000 // how often one who waits is asked whether he still does

struct PsServeWorker {
    PsUnified *unified;
    PeSession *session;
    GAsyncQueue *jobs; // PsJob *; one without tokens to make ends the thread
    GThread *thread;
    PsJob *last; // which ends it
    size_t n_positions;

    GMutex mutex;
    GCond changed;
    bool is_taken; // under mutex: somebody has his turn with the rest
    PeSensesWork *senses;
    PeWork embedding;
    PeCache cache;
    bool can_embed; // text

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

static bool stops(void *data)
{
    return ps_client_stops(&((PsJob *)data)->client);
}

// Takes job's reference.
static void admit(PsServeWorker *worker, PsJob *job)
{
    PeError problem = {0};
    job->request.on_token = on_token;
    job->request.on_end = on_end;
    job->request.should_stop = stops;
    job->request.data = job;
    if (job->grammar != NULL) {
        job->request.allow = allow;
        job->request.took_token = took_token;
    }
    if (stops(job)) {
        on_end(job, PE_END_CANCELLED, NULL);
        return;
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

static PeSessionOptions session_options(const PsUnified *unified,
                                        const PsServeWorkerOptions *options)
{
    const size_t most = ps_unified_model(unified)->decoder.n_positions_most;
    return (PeSessionOptions){.level = pe_level_default(),
                              .precision = PE_PRECISION_FAST,
                              .n_threads = options->n_threads,
                              .n_sequences = options->n_sequences,
                              .n_positions = MIN(most, POSITIONS_MOST)};
}

static PeWorkOptions embedding_options(const PeSessionOptions *options)
{
    const size_t n = MIN(options->n_positions, EMBED_POSITIONS_MOST);
    return (PeWorkOptions){options->level, options->precision, options->n_threads, n, n};
}

static PeSensesOptions senses_options(const PsUnified *unified, const PeSessionOptions *options)
{
    return (PeSensesOptions){options->level, options->precision, options->n_threads,
                             ps_unified_cache(unified)};
}

// What open_engine will take.
static size_t bytes_of(const PsUnified *unified, const PeSessionOptions *options)
{
    const PeModel *model = ps_unified_model(unified);
    const PeSenses *senses = ps_unified_senses(unified);
    const PeWorkOptions embedding = embedding_options(options);
    const PeSensesOptions sensing = senses_options(unified, options);
    size_t n = pe_session_bytes(model, options) + pe_work_bytes(&model->decoder, &embedding)
               + pe_cache_bytes(&model->decoder, embedding.n_positions);
    if (senses != NULL) n += pe_senses_work_bytes(senses, &sensing) + PS_UNIFIED_CACHE_BYTES;
    return n;
}

static bool
open_embedding(PsServeWorker *worker, const PeSessionOptions *options, PeError *problem)
{
    const PeModel *model = ps_unified_model(worker->unified);
    const PeWorkOptions work = embedding_options(options);
    worker->can_embed = !model->decoder.has_cross;
    return pe_work_init(&worker->embedding, &model->decoder, &work, problem)
           && pe_cache_init(&worker->cache, &model->decoder, work.n_positions, problem);
}

static bool open_engine(PsServeWorker *worker, const PeSessionOptions *options, GError **error)
{
    PeError problem = {0};
    const PeModel *model = ps_unified_model(worker->unified);
    const PeSenses *senses = ps_unified_senses(worker->unified);
    const PeSensesOptions sensing = senses_options(worker->unified, options);
    worker->session = pe_session_new(model, options, &problem);
    if (worker->session != NULL && senses != NULL)
        worker->senses = pe_senses_work_new(senses, &sensing, &problem);
    if (worker->session == NULL || (senses != NULL && worker->senses == NULL)
        || !open_embedding(worker, options, &problem))
        return ps_engine_fail(error, PS_ERROR_UNAVAILABLE, "serve", &problem);
    return true;
}

static PsServeWorker *worker_new(PsUnified *unified, size_t n_positions)
{
    PsServeWorker *worker = g_new0(PsServeWorker, 1);
    worker->unified = unified;
    worker->n_positions = n_positions;
    worker->last = ps_job_new(1);
    worker->jobs = g_async_queue_new();
    g_mutex_init(&worker->mutex);
    g_mutex_init(&worker->ordering);
    g_cond_init(&worker->changed);
    return worker;
}

PsServeWorker *
ps_serve_worker_new(PsUnified *unified, const PsServeWorkerOptions *options, GError **error)
{
    const PeSessionOptions session = session_options(unified, options);
    const size_t n_bytes = bytes_of(unified, &session);
    if (options->bytes_most > 0 && n_bytes > options->bytes_most)
        return ps_fail_null(error, PS_ERROR_UNAVAILABLE,
                            "serve would take %zu MiB besides the weights, %zu are allowed",
                            n_bytes >> 20, options->bytes_most >> 20);
    PsServeWorker *worker = worker_new(unified, session.n_positions);
    if (open_engine(worker, &session, error)) {
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
    g_mutex_clear(&worker->mutex);
    g_cond_clear(&worker->changed);
    g_free(worker);
}

size_t ps_serve_worker_positions(const PsServeWorker *worker)
{
    return worker->n_positions;
}

void ps_serve_worker_add(PsServeWorker *worker, PsJob *job)
{
    job->admitted_ns = ps_now_ns();
    g_async_queue_push(worker->jobs, ps_job_ref(job));
}

// ---- beside the session

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

// Waits until nobody else encodes or embeds, as long as client does.
static bool take_turn(PsServeWorker *worker, PsClient *client, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->mutex);
    while (worker->is_taken) {
        if (ps_client_stops(client))
            return ps_fail(error, PS_ERROR_DATA, "stopped while others were encoded");
        g_cond_wait_until(&worker->changed, &worker->mutex,
                          g_get_monotonic_time() + TURN_LOOK_US);
    }
    worker->is_taken = true;
    return true;
}

static void give_turn(PsServeWorker *worker)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->mutex);
    worker->is_taken = false;
    g_cond_signal(&worker->changed);
}

bool ps_serve_worker_encode(
    PsServeWorker *worker, PsClient *client, PsDraft *draft, PePrompt *prompt, GError **error)
{
    if (ps_draft_cost(draft)->planned.n_encodes == 0)
        return ps_draft_encode(draft, NULL, prompt, error);
    if (!take_turn(worker, client, error)) return false;
    const bool is_ok = ps_draft_encode(draft, worker->senses, prompt, error);
    give_turn(worker);
    return is_ok;
}

static bool has_tokens(const PePrompt *prompt)
{
    bool has = false;
    for (size_t i = 0; i < prompt->n_items; i++)
        has |= prompt->items[i].kind == PE_ITEM_TOKENS;
    return has;
}

static void set_rows(PsServeWorker *worker, const PePrompt *prompt)
{
    const PeDecoder *decoder = &ps_unified_model(worker->unified)->decoder;
    const size_t d = decoder->n_embedding;
    size_t row = 0;
    for (size_t i = 0; i < prompt->n_items; row += prompt->items[i++].n) {
        const PeItem *item = &prompt->items[i];
        for (size_t k = 0; item->kind == PE_ITEM_TOKENS && k < item->n; k++)
            pe_work_set_token(&worker->embedding, decoder, row + k, item->tokens[k]);
        if (item->kind != PE_ITEM_TOKENS)
            memcpy(worker->embedding.x + row * d, item->rows, item->n * d * sizeof(float));
    }
}

static bool run_network(PsServeWorker *worker,
                        PsClient *client,
                        const PePrompt *prompt,
                        PeEmbedding *embedding,
                        PeError *problem)
{
    const PeDecoder *decoder = &ps_unified_model(worker->unified)->decoder;
    const PeSpan span = {&worker->cache, 0, prompt->n_positions};
    set_rows(worker, prompt);
    if (!pe_decoder_run(decoder, &worker->embedding, &span, 1, ps_client_stops, client))
        return pe_fail(problem, "stopped while embedding");
    return pe_embedding_add_hidden(embedding, decoder, &worker->embedding, span.n, problem);
}

bool ps_serve_worker_embed(PsServeWorker *worker,
                           PsClient *client,
                           const PePrompt *prompt,
                           float *values,
                           GError **error)
{
    PeEmbedding embedding = {.n_values = prompt->n_embedding};
    PeError problem = {0};
    const bool has_text = has_tokens(prompt);
    const size_t most = worker->embedding.n_rows_most;
    if (has_text && !worker->can_embed)
        return ps_fail(error, PS_ERROR_DATA, "a model with cross-attention embeds no text");
    if (has_text && prompt->n_positions > most)
        return ps_fail(error, PS_ERROR_DATA, "%zu tokens; at most %zu are embedded",
                       prompt->n_positions, most);
    if (!take_turn(worker, client, error)) return false;
    const bool is_ok = (has_text ? run_network(worker, client, prompt, &embedding, &problem)
                                 : pe_embedding_add_media(&embedding, prompt, &problem))
                       && pe_embedding_get(&embedding, values, &problem);
    give_turn(worker);
    pe_embedding_clear(&embedding);
    return is_ok || ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
}

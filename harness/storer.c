#include "harness/storer.h"

#include "harness/score.h"

#include <math.h>
#include <string.h>

#define COMMIT_ROWS 256
#define BATCH_ROWS 64
#define COMMIT_INTERVAL_NS 20000000

// What is handed over at once.
typedef struct {
    GPtrArray *works; // PsWork *; none: there are no more
    uint64_t end_item;
} Batch;

struct PsStorer {
    PsRunFile *run;
    PsRunRows *rows; // or NULL
    PsProgress *progress;
    GThread *thread;
    GAsyncQueue *batches; // Batch *
    GPtrArray *adding;    // what is not sent yet; the collector's
    uint64_t end_item;    // the collector's
    int64_t adding_since_ns;
    int backlog, has_failed, is_ending; // atomic

    // The thread's own until it is joined.
    PsScore *scores;          // room for the metrics of any task
    bool is_noted[2];         // where confidences come from: stated, of tokens
    bool has_contradictions;  // noted
    uint64_t stored_end_item; // of the batches that were stored
    bool has_folded;
    int n_uncommitted;
    int64_t uncommitted_since_ns;
    uint64_t n_stored;
    GError *error;
};

static double first_score(const PsPlanTask *task, const PsScore *scores, size_t n_scores)
{
    if (n_scores == 0 || scores[0].definition != task->task->metrics[0]) return NAN;
    return ps_metric_value(scores[0].definition, scores[0].stats);
}

static bool commit(PsStorer *storer)
{
    if (!ps_runfile_commit(storer->run, &storer->error)) return false;
    storer->n_stored += (uint64_t)storer->n_uncommitted;
    storer->n_uncommitted = 0;
    return storer->rows == NULL
           || ps_run_rows_read_on(storer->rows, storer->stored_end_item, &storer->error);
}

static bool is_commit_due(const PsStorer *storer)
{
    if (storer->n_uncommitted == 0) return false;
    return storer->n_uncommitted >= COMMIT_ROWS
           || ps_now_ns() - storer->uncommitted_since_ns >= COMMIT_INTERVAL_NS;
}

// Writes down, once, where confidences come from: a stated one and a probability of tokens are
// not the same thing to whoever calibrates them.
static bool note_confidence(PsStorer *storer, const PsResponse *response)
{
    bool is_of_tokens = response->is_confidence_of_tokens;
    if (isnan(response->confidence) || storer->is_noted[is_of_tokens]) return true;
    storer->is_noted[is_of_tokens] = true;
    g_autofree char *known = ps_runfile_get_info(storer->run, PS_RUNFILE_CONFIDENCE);
    const char *now = is_of_tokens ? PS_CONFIDENCE_OF_TOKENS : PS_CONFIDENCE_STATED;
    if (known != NULL && strstr(known, now) != NULL) return true;
    return ps_runfile_set_info(
        storer->run, PS_RUNFILE_CONFIDENCE,
        known != NULL ? PS_CONFIDENCE_STATED " and " PS_CONFIDENCE_OF_TOKENS : now,
        &storer->error);
}

static bool note_contradictions(PsStorer *storer, const PsSample *sample)
{
    if (sample->n_contradictions == 0 || storer->has_contradictions) return true;
    storer->has_contradictions = true;
    return ps_runfile_set_info(storer->run, PS_RUNFILE_CONTRADICTIONS, "stated",
                               &storer->error);
}

static bool write_down(PsStorer *storer, PsWork *work, size_t n_scores)
{
    return ps_runfile_store(storer->run, &work->item, ps_shared_sample_get(work->sample),
                            &work->response, storer->scores, n_scores, work->slices,
                            work->n_slices, &storer->error);
}

static bool store(PsStorer *storer, PsWork *work)
{
    const PsSample *sample = ps_shared_sample_get(work->sample);
    ps_work_add_trace(work);
    const PsResponse *response = &work->response;
    size_t n_scores = ps_score_response(work->task, sample, response, storer->scores);
    const bool is_written = write_down(storer, work, n_scores);
    for (size_t i = 0; i < n_scores; i++)
        ps_score_clear(&storer->scores[i]);
    if (!is_written || !note_confidence(storer, response)
        || !note_contradictions(storer, sample))
        return false;
    if (storer->n_uncommitted++ == 0) storer->uncommitted_since_ns = ps_now_ns();
    ps_progress_add(storer->progress, response->outcome,
                    first_score(work->task, storer->scores, n_scores),
                    work->task->task->metrics[0]->name);
    return !is_commit_due(storer) || commit(storer);
}

static void fail(PsStorer *storer)
{
    g_atomic_int_set(&storer->has_failed, 1);
}

static void batch_free(Batch *batch)
{
    g_ptr_array_unref(batch->works);
    g_free(batch);
}

static void store_batch(PsStorer *storer, Batch *batch)
{
    const GPtrArray *works = batch->works;
    for (guint i = 0; i < works->len && storer->error == NULL; i++)
        if (!store(storer, works->pdata[i])) fail(storer);
    storer->stored_end_item = batch->end_item;
    g_atomic_int_add(&storer->backlog, -(int)works->len);
    batch_free(batch);
}

static bool is_fold_due(PsStorer *storer)
{
    return g_atomic_int_get(&storer->is_ending) && !storer->has_folded
           && storer->n_uncommitted == 0 && storer->error == NULL;
}

static void fold(PsStorer *storer)
{
    storer->has_folded = true;
    ps_runfile_fold(storer->run);
}

// Until an empty batch says that there are no more.
static void *storer_main(void *data)
{
    PsStorer *storer = data;
    for (;;) {
        Batch *batch = g_async_queue_timeout_pop(storer->batches, COMMIT_INTERVAL_NS / 1000);
        if (batch != NULL && batch->works->len == 0) return batch_free(batch), NULL;
        if (batch != NULL) store_batch(storer, batch);
        if (storer->error == NULL && is_commit_due(storer) && !commit(storer)) fail(storer);
        if (batch == NULL && is_fold_due(storer)) fold(storer);
        ps_progress_show(storer->progress);
    }
}

static GPtrArray *works_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ps_work_free);
}

static size_t most_metrics(const PsPlan *plan)
{
    size_t most = 1;
    for (size_t i = 0; i < plan->n_tasks; i++)
        most = MAX(most, plan->tasks[i].task->n_metrics);
    return most;
}

PsStorer *
ps_storer_new(PsRunFile *run, const PsPlan *plan, PsRunRows *rows, PsProgress *progress)
{
    PsStorer *storer = g_new0(PsStorer, 1);
    storer->run = run;
    storer->rows = rows;
    storer->progress = progress;
    storer->batches = g_async_queue_new();
    storer->adding = works_new();
    storer->scores = g_new(PsScore, most_metrics(plan));
    storer->thread = g_thread_new("storer", storer_main, storer);
    return storer;
}

void ps_storer_add(PsStorer *storer, PsWork *work)
{
    if (storer->adding->len == 0) storer->adding_since_ns = ps_now_ns();
    g_ptr_array_add(storer->adding, work);
}

static void send_batch(PsStorer *storer)
{
    g_atomic_int_add(&storer->backlog, (int)storer->adding->len);
    Batch *batch = g_new(Batch, 1);
    *batch = (Batch){.works = storer->adding, .end_item = storer->end_item};
    g_async_queue_push(storer->batches, batch);
    storer->adding = works_new();
}

int64_t ps_storer_send(PsStorer *storer, uint64_t end_item)
{
    storer->end_item = end_item;
    if (storer->adding->len == 0) return INT64_MAX;
    int64_t left_ns = storer->adding_since_ns + PS_STORER_GATHER_NS - ps_now_ns();
    if (left_ns > 0 && storer->adding->len < BATCH_ROWS) return left_ns;
    send_batch(storer);
    return INT64_MAX;
}

void ps_storer_expect_end(PsStorer *storer)
{
    g_atomic_int_set(&storer->is_ending, 1);
}

int ps_storer_backlog(PsStorer *storer)
{
    return g_atomic_int_get(&storer->backlog);
}

bool ps_storer_is_well(PsStorer *storer)
{
    return g_atomic_int_get(&storer->has_failed) == 0;
}

void ps_storer_end(PsStorer *storer)
{
    if (storer->adding->len > 0) send_batch(storer);
    send_batch(storer); // empty: no more
}

bool ps_storer_finish(PsStorer *storer, uint64_t *n_stored, GError **error)
{
    g_ptr_array_unref(storer->adding);
    g_thread_join(storer->thread);
    if (storer->error == NULL) commit(storer);
    *n_stored = storer->n_stored;
    bool is_ok = storer->error == NULL;
    if (!is_ok) g_propagate_error(error, storer->error);
    g_async_queue_unref(storer->batches);
    g_free(storer->scores);
    g_free(storer);
    return is_ok;
}

// One loop on one thread: refill (next items, prepared), launch (to the adapter, when there is
// room and their time has come), wait (for answers), hand over to the storer. Media work and
// blocking adapters have threads of their own (workers.h); finished work comes back to this
// loop.
#include "harness/collect.h"

#include "harness/error.h"
#include "harness/progress.h"
#include "harness/rng.h"
#include "harness/storer.h"
#include "harness/workers.h"

#include <malloc.h>
#include <stdio.h>

#define WAIT_MOST_NS 100000000
#define WAIT_POLL_NS 1000000 // while threads of ours work beside an event-driven adapter
// At the start there is room for all that may be in flight: the first are to be on their way,
// and their answers to be read, while connections for the last are opened.
#define LAUNCHES_AT_ONCE 16

typedef struct {
    PsPlan *plan;
    PsRunFile *run;
    const PsCollectOptions *options;
    PsProgress *progress;
    PsCollectResult *result;

    // Where the next item comes from.
    uint8_t *done;     // one bit an item: it is with the storer, or there is none
    uint64_t end_item; // those before it are done
    PsSharedSample *sample;
    const PsPlanTask *task;
    uint64_t sample_id;
    int next_variant; // condition × epoch of the sample
    bool is_exhausted;

    // The load.
    PsRng arrivals;
    double next_arrival_s; // since started_ns
    int64_t started_ns;

    // Work under way.
    GQueue ready;     // prepared, not sent
    GQueue in_flight; // with the adapter or its threads
    int n_preparing;
    int n_ahead; // how many may be prepared before there is room for them
    GAsyncQueue *finished;
    PsWorkers *preparers;
    PsWorkers *answerers; // of a blocking adapter
    void *adapter_state;  // of an event-driven one

    PsStorer *storer;
    GError *error; // set while an adapter completes requests
} Collector;

// ---- the next item

static bool is_done(const Collector *collector, uint64_t item_id)
{
    return collector->done[item_id / 8] >> (item_id % 8) & 1;
}

static void set_done(Collector *collector, uint64_t item_id)
{
    collector->done[item_id / 8] |= (uint8_t)(1u << (item_id % 8));
}

// What is done moves on.
static uint64_t end_item(Collector *c)
{
    while (c->end_item < c->plan->n_items && is_done(c, c->end_item))
        c->end_item++;
    return c->end_item;
}

static bool next_sample(Collector *c, GError **error)
{
    g_clear_pointer(&c->sample, ps_shared_sample_unref);
    g_autoptr(GError) problem = NULL;
    PsSample *sample = ps_plan_next(c->plan, &c->task, &c->sample_id, &problem);
    if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), false;
    c->is_exhausted = sample == NULL;
    if (sample != NULL) c->sample = ps_shared_sample_new(sample);
    c->next_variant = 0;
    return true;
}

static int n_variants(const Collector *c)
{
    return (int)c->task->task->n_conditions * c->plan->epochs;
}

// The next item that has no response yet; NULL at the end or with error set.
static PsWork *next_work(Collector *c, GError **error)
{
    while (!c->is_exhausted) {
        if (c->sample == NULL || c->next_variant == n_variants(c)) {
            if (!next_sample(c, error)) return NULL;
            continue;
        }
        int variant = c->next_variant++;
        PsItem item = ps_plan_item(c->plan, c->task, c->sample_id, variant / c->plan->epochs,
                                   variant % c->plan->epochs);
        bool applies =
            ps_plan_applies(c->task, (size_t)item.condition, ps_shared_sample_get(c->sample));
        if (!applies) set_done(c, item.item_id);
        if (!is_done(c, item.item_id))
            return ps_work_new(c->plan, c->task, c->sample, item, c->options->verify_media);
    }
    return NULL;
}

// ---- work that comes back

static bool launch(Collector *c, int most, GError **error);

static void leave_flight(Collector *c, PsWork *work)
{
    if (work->is_in_flight) g_queue_unlink(&c->in_flight, &work->link);
    work->is_in_flight = false;
}

static void store(Collector *c, PsWork *work)
{
    set_done(c, work->item.item_id);
    ps_storer_add(c->storer, work);
}

// Of an event-driven adapter: moves the response out and stores it.
static void complete_request(PsRequest *request, PsResponse *response, void *user_data)
{
    Collector *c = user_data;
    g_autoptr(PsWork) work = request->owner;
    int64_t scheduled_ns = work->response.scheduled_ns;
    ps_response_clear(&work->response);
    work->response = *response;
    work->response.scheduled_ns = scheduled_ns;
    ps_response_init(response);
    leave_flight(c, work);
    store(c, g_steal_pointer(&work));
    // The next request goes out at once, not after the answers that came in the same moment.
    if (c->error == NULL && !c->result->was_stopped) launch(c, 1, &c->error);
}

// Preparing may overtake; arrivals may not.
static int compare_due(gconstpointer a, gconstpointer b, gpointer user_data)
{
    (void)user_data;
    int64_t first = ((const PsWork *)a)->due_ns, second = ((const PsWork *)b)->due_ns;
    return (first > second) - (first < second);
}

static bool take_finished(Collector *c, PsWork *finished, GError **error)
{
    g_autoptr(PsWork) work = finished;
    leave_flight(c, work);
    if (work->error != NULL)
        return g_propagate_error(error, g_steal_pointer(&work->error)), false;
    if (!work->is_answered) c->n_preparing--;
    if (work->is_answered || work->is_broken)
        store(c, g_steal_pointer(&work));
    else
        g_queue_insert_sorted(&c->ready, g_steal_pointer(&work), compare_due, NULL);
    return true;
}

static bool take_all_finished(Collector *c, int64_t timeout_ns, GError **error)
{
    PsWork *work = timeout_ns > 0
                       ? g_async_queue_timeout_pop(c->finished, (guint64)timeout_ns / 1000)
                       : g_async_queue_try_pop(c->finished);
    for (; work != NULL; work = g_async_queue_try_pop(c->finished))
        if (!take_finished(c, work, error)) return false;
    return true;
}

// ---- refill and launch

static void schedule(Collector *c, PsWork *work)
{
    if (c->options->rate_per_second <= 0) return;
    c->next_arrival_s += ps_rng_exponential(&c->arrivals) / c->options->rate_per_second;
    work->due_ns = c->started_ns + (int64_t)(c->next_arrival_s * 1e9);
}

static bool refill_one(Collector *c, GError **error)
{
    g_autoptr(PsWork) work = next_work(c, error);
    if (work == NULL) return c->is_exhausted;
    schedule(c, work);
    if (ps_work_is_heavy(work)) {
        c->n_preparing++;
        ps_workers_push(c->preparers, g_steal_pointer(&work));
        return true;
    }
    if (!ps_work_prepare(work, error)) return false;
    g_queue_push_tail(&c->ready, g_steal_pointer(&work));
    return true;
}

// An event-driven adapter knows best: requests that wait for a retry take no room.
static int room(const Collector *c)
{
    if (ps_storer_backlog(c->storer) > PS_STORER_MOST) return 0;
    if (c->adapter_state != NULL) return c->options->adapter->room(c->adapter_state);
    return c->options->system.max_connections - (int)c->in_flight.length;
}

static bool refill(Collector *c, GError **error)
{
    while (!c->is_exhausted && c->n_preparing + (int)c->ready.length < c->n_ahead)
        if (!refill_one(c, error)) return false;
    return true;
}

// The clock of a closed loop starts when the request is ready to go: making its body is ours.
static bool submit(Collector *c, PsWork *work, GError **error)
{
    if (!c->options->adapter->submit(c->adapter_state, &work->request, error)) return false;
    if (work->due_ns == 0) work->response.scheduled_ns = ps_now_ns();
    ps_work_drop_media(work);
    return true;
}

static bool launch_one(Collector *c, PsWork *work, GError **error)
{
    work->response.scheduled_ns = work->due_ns;
    work->is_in_flight = true;
    g_queue_push_tail_link(&c->in_flight, &work->link);
    if (c->answerers != NULL) return ps_workers_push(c->answerers, work), true;
    return submit(c, work, error);
}

// Sends what is ready, due and has room, at most so many.
static bool launch(Collector *c, int most, GError **error)
{
    int n_room = MIN(room(c), most);
    int64_t now_ns = ps_now_ns();
    while (n_room-- > 0) {
        const PsWork *first = g_queue_peek_head(&c->ready);
        if (first == NULL || first->due_ns > now_ns) return true;
        if (!launch_one(c, g_queue_pop_head(&c->ready), error)) return false;
        if (c->ready.length == 0 && !refill(c, error)) return false;
    }
    return true;
}

// ---- waiting

// Until the next arrival; one that there is no room for is not waited for.
static int64_t arrival_wait_ns(const Collector *c)
{
    const PsWork *first = g_queue_peek_head((GQueue *)&c->ready);
    if (first == NULL || room(c) <= 0) return WAIT_MOST_NS;
    int64_t left_ns = ps_ns_until(first->due_ns);
    return MIN(left_ns, WAIT_MOST_NS);
}

static bool wait(Collector *c, GError **error)
{
    if (c->is_exhausted && c->n_preparing == 0 && c->ready.length == 0)
        ps_storer_expect_end(c->storer);
    int64_t timeout_ns = arrival_wait_ns(c), gather_ns = ps_storer_send(c->storer, end_item(c));
    timeout_ns = MIN(timeout_ns, gather_ns);
    if (c->adapter_state == NULL || ((int)c->in_flight.length == 0 && c->ready.length == 0))
        return take_all_finished(c, MAX(timeout_ns, 1000), error);
    if (c->n_preparing > 0) {
        if (!take_all_finished(c, 0, error)) return false;
        timeout_ns = MIN(timeout_ns, WAIT_POLL_NS);
    }
    if (!c->options->adapter->wait(c->adapter_state, timeout_ns, complete_request, c, error))
        return false;
    if (c->error == NULL) return true;
    g_propagate_error(error, g_steal_pointer(&c->error));
    return false;
}

static bool is_idle(const Collector *c)
{
    return c->is_exhausted && c->n_preparing == 0 && (int)c->in_flight.length == 0
           && c->ready.length == 0;
}

// What is asked is answered, and paid for: a first signal waits for it, a second one kills.
static bool drain(Collector *c, GError **error)
{
    c->result->was_stopped = true;
    if (c->adapter_state == NULL) return true; // threads are waited for anyway
    if (c->in_flight.length > 0 && !c->options->is_quiet)
        fprintf(stderr, "\nstopping: waiting for %u answers (again: stop at once)\n",
                c->in_flight.length);
    while (c->in_flight.length > 0 && ps_storer_is_well(c->storer)) {
        if (!c->options->adapter->wait(c->adapter_state, WAIT_MOST_NS, complete_request, c,
                                       error))
            return false;
        ps_storer_send(c->storer, end_item(c));
    }
    return true;
}

static bool collect_all(Collector *c, GError **error)
{
    while (!is_idle(c) && ps_storer_is_well(c->storer)) {
        if (c->options->stop != NULL && *c->options->stop) return drain(c, error);
        if (!refill(c, error) || !launch(c, LAUNCHES_AT_ONCE, error)) return false;
        if (is_idle(c)) break;
        if (!wait(c, error)) return false;
    }
    return true;
}

// ---- threads

static void *preparer_open(void *user_data, int worker, GError **error)
{
    (void)worker, (void)error;
    return user_data;
}

static bool preparer_work(void *state, PsWork *work, GError **error)
{
    (void)state;
    return ps_work_prepare(work, error);
}

static void preparer_close(void *state)
{
    (void)state;
}

// The state of one thread of a blocking adapter.
typedef struct {
    const PsAdapter *adapter;
    void *worker;
    bool is_open_loop;
} Answerer;

static void *answerer_open(void *user_data, int worker, GError **error)
{
    const PsCollectOptions *options = user_data;
    void *opened = options->adapter->worker_open(&options->system, worker, error);
    if (opened == NULL) return NULL;
    Answerer *answerer = g_new(Answerer, 1);
    *answerer = (Answerer){options->adapter, opened, options->rate_per_second > 0};
    return answerer;
}

// In a closed loop the clock starts when the thread takes the request up, not when it was
// queued.
static bool answerer_work(void *state, PsWork *work, GError **error)
{
    Answerer *answerer = state;
    PsResponse *response = &work->response;
    response->started_ns = ps_now_ns();
    if (!answerer->is_open_loop) response->scheduled_ns = response->started_ns;
    if (response->n_attempts == 0) response->n_attempts = 1;
    work->is_answered =
        answerer->adapter->answer(answerer->worker, &work->request, response, error);
    if (response->finished_ns == 0) response->finished_ns = ps_now_ns();
    return work->is_answered;
}

static void answerer_close(void *state)
{
    Answerer *answerer = state;
    answerer->adapter->worker_close(answerer->worker);
    g_free(answerer);
}

// ---- life cycle

static bool start_adapter(Collector *c, GError **error)
{
    const PsCollectOptions *options = c->options;
    if (options->adapter->answer == NULL) {
        c->adapter_state = options->adapter->open(&options->system, error);
        return c->adapter_state != NULL;
    }
    const PsWorkerFunctions functions = {answerer_open, answerer_work, answerer_close};
    int n_threads = (int)MIN((uint64_t)options->system.max_connections,
                             c->result->n_items - c->result->n_before);
    c->answerers = ps_workers_new(n_threads, &functions, (void *)options, c->finished);
    return true;
}

static bool start(Collector *c, GError **error)
{
    const PsWorkerFunctions functions = {preparer_open, preparer_work, preparer_close};
    PsCollectResult *result = c->result;
    *result = (PsCollectResult){.n_items = c->plan->n_items - c->plan->n_inapplicable};
    c->done = ps_runfile_done(c->run, c->plan->n_items, &result->n_before, error);
    if (c->done == NULL) return false;
    c->finished = g_async_queue_new();
    bool is_complete = result->n_before == result->n_items;
    // Before there are threads: it may make room for thousands of open files.
    if (!is_complete && !start_adapter(c, error)) return false;
    int n_processors = (int)g_get_num_processors();
    c->n_ahead = 2 * n_processors;
    c->preparers = ps_workers_new(n_processors, &functions, c, c->finished);
    c->progress = ps_progress_new(result->n_items, result->n_before, c->options->is_quiet);
    c->storer = ps_storer_new(c->run, c->plan, c->options->rows, c->progress);
    if (is_complete) return c->is_exhausted = true;
    c->started_ns = ps_now_ns();
    ps_rng_init(&c->arrivals, c->options->load_seed, 1);
    return true;
}

// Waits for the threads and keeps the answers that they still brought.
static void stop_threads(Collector *c)
{
    g_clear_pointer(&c->preparers, ps_workers_free);
    g_clear_pointer(&c->answerers, ps_workers_free);
    PsWork *work;
    while (c->finished != NULL && (work = g_async_queue_try_pop(c->finished)) != NULL) {
        leave_flight(c, work);
        if (work->is_answered)
            store(c, work);
        else
            ps_work_free(work);
    }
}

static void finish(Collector *c)
{
    PsWork *work;
    while ((work = g_queue_pop_head(&c->ready)) != NULL)
        ps_work_free(work);
    while (c->in_flight.length > 0)
        ps_work_free(g_queue_pop_head_link(&c->in_flight)->data);
    if (c->finished != NULL) g_async_queue_unref(c->finished);
    ps_shared_sample_unref(c->sample);
    ps_progress_free(c->progress);
    g_clear_error(&c->error);
    g_free(c->done);
}

bool ps_collect(PsPlan *plan,
                PsRunFile *run,
                const PsCollectOptions *options,
                PsCollectResult *result,
                GError **error)
{
    Collector c = {.plan = plan, .run = run, .options = options, .result = result};
    g_queue_init(&c.ready);
    g_queue_init(&c.in_flight);
    bool is_ok = start(&c, error) && collect_all(&c, error);
    // What came back before a failure or a stop is kept.
    stop_threads(&c);
    if (c.storer != NULL) ps_storer_end(c.storer);
    if (c.adapter_state != NULL) options->adapter->close(c.adapter_state); // meanwhile
    if (c.storer != NULL)
        is_ok = ps_storer_finish(c.storer, &result->n_stored, is_ok ? error : NULL) && is_ok;
    finish(&c);
    malloc_trim(0); // what the requests took is the system's before a report takes its own
    return is_ok;
}

bool ps_collect_forget_failures(PsRunFile *run, GError **error)
{
    return ps_runfile_execute(
        run,
        "BEGIN IMMEDIATE;"
        "CREATE TEMP TABLE forgotten AS"
        " SELECT item_id FROM response WHERE outcome IN ('failed', 'timed out');"
        "DELETE FROM score WHERE item_id IN (SELECT item_id FROM forgotten);"
        "DELETE FROM slice WHERE item_id IN (SELECT item_id FROM forgotten);"
        "DELETE FROM span WHERE item_id IN (SELECT item_id FROM forgotten);"
        "DELETE FROM evidence WHERE item_id IN (SELECT item_id FROM forgotten);"
        "DELETE FROM response WHERE item_id IN (SELECT item_id FROM forgotten);"
        "DROP TABLE forgotten; COMMIT",
        error);
}

#include "harness/ask.h"

#define WAIT_NS 100000000

// What threads, or the completions of an event-driven adapter, share.
typedef struct {
    const PsAsk *ask;
    GMutex mutex;       // held around next and done, and for all that follows
    GHashTable *asking; // questions that are on their way
    bool is_exhausted;
    GError *error; // the first
} Asking;

static bool is_over(const Asking *asking)
{
    const PsAsk *ask = asking->ask;
    return asking->is_exhausted || asking->error != NULL || (ask->stop != NULL && *ask->stop);
}

static PsRequest *take_next(Asking *asking)
{
    if (is_over(asking)) return NULL;
    PsRequest *request = asking->ask->next(asking->ask->user_data, &asking->error);
    if (request == NULL)
        asking->is_exhausted = true;
    else
        g_hash_table_add(asking->asking, request);
    return request;
}

static void give_back(Asking *asking, PsRequest *request, const PsResponse *response)
{
    g_autoptr(GError) error = NULL;
    g_hash_table_remove(asking->asking, request);
    if (asking->ask->done(asking->ask->user_data, request, response, &error)) return;
    if (asking->error == NULL) asking->error = g_steal_pointer(&error);
}

// What an adapter that gave up still had.
static void give_rest_back(Asking *asking)
{
    g_autoptr(GList) rest = g_hash_table_get_keys(asking->asking);
    for (GList *item = rest; item != NULL; item = item->next)
        give_back(asking, item->data, NULL);
}

// ---- blocking adapters: a thread for each question on its way

typedef struct {
    Asking *asking;
    int number;
} Thread;

// Called, and left, with the mutex held.
static void answer_one(Asking *asking, void *worker, PsRequest *request)
{
    g_auto(PsResponse) response;
    ps_response_init(&response);
    g_autoptr(GError) error = NULL;
    g_mutex_unlock(&asking->mutex);
    const bool is_ok = asking->ask->adapter->answer(worker, request, &response, &error);
    g_mutex_lock(&asking->mutex);
    give_back(asking, request, is_ok ? &response : NULL);
    if (error != NULL && asking->error == NULL) asking->error = g_steal_pointer(&error);
}

// A system that is asked nothing is not opened.
static void *thread_main(void *data)
{
    g_autofree Thread *thread = data;
    Asking *asking = thread->asking;
    const PsAsk *ask = asking->ask;
    void *worker = NULL;
    PsRequest *request;
    g_mutex_lock(&asking->mutex);
    while ((request = take_next(asking)) != NULL) {
        g_autoptr(GError) error = NULL;
        if (worker == NULL)
            worker = ask->adapter->worker_open(&ask->system, thread->number, &error);
        if (worker != NULL)
            answer_one(asking, worker, request);
        else if (asking->error == NULL)
            asking->error = g_steal_pointer(&error);
    }
    g_mutex_unlock(&asking->mutex);
    if (worker != NULL) ask->adapter->worker_close(worker);
    return NULL;
}

static void ask_blocking(Asking *asking)
{
    const int n_threads = asking->ask->system.max_connections;
    g_autofree GThread **threads = g_new(GThread *, n_threads);
    for (int i = 0; i < n_threads; i++) {
        Thread *thread = g_new(Thread, 1);
        *thread = (Thread){asking, i};
        threads[i] = g_thread_new("judge", thread_main, thread);
    }
    for (int i = 0; i < n_threads; i++)
        g_thread_join(threads[i]);
}

// ---- event-driven adapters

static void complete(PsRequest *request, PsResponse *response, void *user_data)
{
    give_back(user_data, request, response);
}

static void ask_events(Asking *asking)
{
    const PsAdapter *adapter = asking->ask->adapter;
    PsRequest *request = take_next(asking);
    void *state = request != NULL ? adapter->open(&asking->ask->system, &asking->error) : NULL;
    if (state == NULL) return;
    bool is_ok = true;
    do {
        for (int room = adapter->room(state); is_ok && room > 0; room--) {
            if (request == NULL) request = take_next(asking);
            if (request == NULL) break;
            is_ok = adapter->submit(state, request, &asking->error);
            request = NULL;
        }
        if (is_ok && g_hash_table_size(asking->asking) > 0) {
            g_autoptr(GError) error = NULL;
            is_ok = adapter->wait(state, WAIT_NS, complete, asking, &error);
            if (!is_ok && asking->error == NULL) asking->error = g_steal_pointer(&error);
        }
    } while (is_ok && (!is_over(asking) || g_hash_table_size(asking->asking) > 0));
    adapter->close(state);
}

bool ps_ask(const PsAsk *ask, GError **error)
{
    Asking asking = {.ask = ask, .asking = g_hash_table_new(NULL, NULL)};
    g_mutex_init(&asking.mutex);
    if (ask->adapter->answer != NULL)
        ask_blocking(&asking);
    else
        ask_events(&asking);
    give_rest_back(&asking);
    g_mutex_clear(&asking.mutex);
    g_hash_table_unref(asking.asking);
    if (asking.error == NULL) return true;
    g_propagate_error(error, asking.error);
    return false;
}

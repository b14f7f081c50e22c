#include "harness/workers.h"

#include <criterion/criterion.h>
#include <stdatomic.h>

static atomic_bool is_taken_up;

static void *open_nothing(void *user_data, int worker, GError **error)
{
    (void)worker, (void)error;
    return user_data;
}

// Long enough for whoever frees the workers to find the second work in the queue.
static bool work_slowly(void *state, PsWork *work, GError **error)
{
    (void)state, (void)error;
    atomic_store(&is_taken_up, true);
    g_usleep(100000);
    return work->is_answered = true;
}

static void close_nothing(void *state)
{
    (void)state;
}

static PsWork *new_work(void)
{
    static PsSuiteCondition clean = {.label = (char *)"clean"};
    static const PsTask task = {.n_conditions = 1, .conditions = &clean};
    static const PsPlanTask planned = {.task = &task};
    PsSharedSample *sample = ps_shared_sample_new(ps_sample_new("s"));
    PsWork *work = ps_work_new(NULL, &planned, sample, (PsItem){0}, false);
    ps_shared_sample_unref(sample);
    return work;
}

// The collector has it in its list of what is in flight, and so must be the one to free it.
Test(workers, work_that_no_thread_took_comes_back_as_it_went_in)
{
    const PsWorkerFunctions functions = {open_nothing, work_slowly, close_nothing};
    g_autoptr(GAsyncQueue) finished = g_async_queue_new();
    PsWorkers *workers = ps_workers_new(1, &functions, &is_taken_up, finished);
    PsWork *first = new_work(), *second = new_work();
    ps_workers_push(workers, first);
    ps_workers_push(workers, second);
    while (!atomic_load(&is_taken_up))
        g_usleep(1000);
    ps_workers_free(workers);
    cr_assert_eq(g_async_queue_length(finished), 2);
    cr_assert(first->is_answered);
    cr_assert_not(second->is_answered);
    ps_work_free(first);
    ps_work_free(second);
}

#include "harness/parallel.h"

#include <glib.h>
#include <stdatomic.h>

#define THREADS_MOST 64

typedef struct {
    size_t n;
    atomic_size_t next;
    void (*function)(void *data, size_t i);
    void *data;
} Work;

static void *do_some(void *user_data)
{
    Work *work = user_data;
    for (size_t i; (i = atomic_fetch_add(&work->next, 1)) < work->n;)
        work->function(work->data, i);
    return NULL;
}

void ps_parallel(size_t n, int n_threads, void (*function)(void *data, size_t i), void *data)
{
    Work work = {.n = n, .function = function, .data = data};
    GThread *threads[THREADS_MOST];
    size_t wanted = n_threads > 0 ? (size_t)n_threads : g_get_num_processors();
    size_t n_others = MIN(MIN(wanted, n), THREADS_MOST);
    n_others -= n_others > 0;
    for (size_t i = 0; i < n_others; i++)
        threads[i] = g_thread_new("parallel", do_some, &work);
    do_some(&work);
    for (size_t i = 0; i < n_others; i++)
        g_thread_join(threads[i]);
}

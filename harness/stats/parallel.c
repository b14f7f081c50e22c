#include "harness/stats/parallel.h"

#include <glib.h>

enum { MAX_THREADS = 64 };

typedef struct {
    gsize next, n_pieces;
    void (*work)(size_t piece, void *data);
    void *data;
} Shared;

static gpointer pieces_take(gpointer data)
{
    Shared *shared = data;
    for (;;) {
        const gsize piece = (gsize)g_atomic_pointer_add(&shared->next, 1);
        if (piece >= shared->n_pieces) return NULL;
        shared->work(piece, shared->data);
    }
}

void ps_parallel(size_t n_pieces,
                 unsigned n_threads,
                 void (*work)(size_t piece, void *data),
                 void *data)
{
    Shared shared = {.n_pieces = n_pieces, .work = work, .data = data};
    GThread *threads[MAX_THREADS];
    size_t n_others = 0;
    const unsigned n_wanted = n_threads > 0 ? n_threads : g_get_num_processors();
    const size_t most = MIN(MIN(n_wanted, MAX_THREADS), n_pieces);
    while (n_others + 1 < most) {
        threads[n_others] = g_thread_try_new("statistics", pieces_take, &shared, NULL);
        if (!threads[n_others]) break; // fewer threads do the same work
        n_others++;
    }
    pieces_take(&shared);
    for (size_t i = 0; i < n_others; i++)
        g_thread_join(threads[i]);
}

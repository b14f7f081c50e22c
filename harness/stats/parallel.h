// Independent pieces of work on several threads.
#pragma once

#include <stddef.h>

// Calls work(piece, data) once for each piece 0 … n_pieces - 1, on the calling thread and up to
// n_threads - 1 others (0: a thread for each processor), in no order; returns when all are
// done. What a piece writes must be its own: then the result does not depend on n_threads.
void ps_parallel(size_t n_pieces,
                 unsigned n_threads,
                 void (*work)(size_t piece, void *data),
                 void *data);

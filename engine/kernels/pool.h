// Threads that do one thing together, again and again (inside engine/kernels).
#pragma once

#include <stddef.h>

typedef struct PePool PePool;

// n_threads ≥ 1, the caller among them. NULL if memory or threads are refused.
PePool *pe_pool_new(unsigned n_threads);
void pe_pool_free(PePool *pool);
unsigned pe_pool_n_threads(const PePool *pool);

// Calls work(data, task, thread) once for every task < n_tasks < 2^32 and returns when all are
// done. Each thread has a share, tasks n_tasks · thread / n_threads and the following, which it
// does from the first on: what it wrote in one call is in its cache in the next. One that is
// done takes the last of another's share. Not from within work, and from one thread at a time.
// A thread that has nothing to do waits for a few microseconds awake, then asleep.
void pe_pool_run(PePool *pool,
                 size_t n_tasks,
                 void (*work)(void *data, size_t task, unsigned thread),
                 void *data);

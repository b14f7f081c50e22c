#include "engine/kernels/pool.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// About 30 µs: longer than what lies between two products of a token.
#define N_SPINS 1000

typedef void (*Work)(void *data, size_t task, unsigned thread);

typedef struct {
    PePool *pool;
    pthread_t thread;
    unsigned number;
} Worker;

// A thread that woke late must not take a task of a call that is over, nor may a call wait for
// it. So tasks are taken by compare-and-swap of one word, the number of the call in its upper
// and the tasks left in its lower half, and a call waits for its tasks, not for threads.
struct PePool {
    unsigned n_threads;
    Worker *workers; // [n_threads - 1]
    Work work;       // these three are stable while a task of the call is not done
    void *data;
    size_t n_tasks;
    _Alignas(64) _Atomic uint64_t calls; // number << 32 | tasks left
    _Alignas(64) atomic_size_t n_done;
    _Alignas(64) atomic_uint bell; // rung at each call: workers sleep on it
    atomic_uint n_asleep;
    _Alignas(64) atomic_uint done_bell; // the caller sleeps on it
    atomic_bool caller_is_asleep;
    atomic_bool is_ending;
};

static void futex_wait(atomic_uint *word, unsigned value)
{
    syscall(SYS_futex, (uint32_t *)word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(atomic_uint *word)
{
    syscall(SYS_futex, (uint32_t *)word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static uint32_t tasks_left(PePool *pool)
{
    return (uint32_t)atomic_load_explicit(&pool->calls, memory_order_acquire);
}

static bool task_take(PePool *pool, size_t *task)
{
    uint64_t calls = atomic_load(&pool->calls);
    do
        if (!(uint32_t)calls) return false;
    while (!atomic_compare_exchange_weak(&pool->calls, &calls, calls - 1));
    *task = pool->n_tasks - (uint32_t)calls;
    return true;
}

static void tasks_work(PePool *pool, unsigned thread)
{
    size_t task;
    while (task_take(pool, &task)) {
        const size_t n_tasks = pool->n_tasks;
        pool->work(pool->data, task, thread);
        if (atomic_fetch_add(&pool->n_done, 1) + 1 < n_tasks) continue;
        atomic_fetch_add(&pool->done_bell, 1);
        if (atomic_load(&pool->caller_is_asleep)) futex_wake(&pool->done_bell);
    }
}

// Waits until there may be a task.
static void worker_wait(PePool *pool)
{
    const unsigned bell = atomic_load(&pool->bell);
    for (unsigned i = 0; i < N_SPINS; i++) {
        if (tasks_left(pool)) return;
        pause_briefly();
    }
    atomic_fetch_add(&pool->n_asleep, 1);
    if (!tasks_left(pool) && !atomic_load(&pool->is_ending)) futex_wait(&pool->bell, bell);
    atomic_fetch_sub(&pool->n_asleep, 1);
}

static void *worker_run(void *data)
{
    const Worker *worker = data;
    while (!atomic_load(&worker->pool->is_ending)) {
        worker_wait(worker->pool);
        tasks_work(worker->pool, worker->number);
    }
    return NULL;
}

static void bell_ring(PePool *pool)
{
    atomic_fetch_add(&pool->bell, 1);
    if (atomic_load(&pool->n_asleep)) futex_wake(&pool->bell);
}

static void done_await(PePool *pool)
{
    for (unsigned i = 0; atomic_load(&pool->n_done) < pool->n_tasks; i++) {
        if (i < N_SPINS) {
            pause_briefly();
            continue;
        }
        atomic_store(&pool->caller_is_asleep, true);
        const unsigned bell = atomic_load(&pool->done_bell);
        if (atomic_load(&pool->n_done) < pool->n_tasks) futex_wait(&pool->done_bell, bell);
        atomic_store(&pool->caller_is_asleep, false);
    }
}

void pe_pool_run(PePool *pool, size_t n_tasks, Work work, void *data)
{
    if (pool->n_threads == 1 || n_tasks < 2) {
        for (size_t task = 0; task < n_tasks; task++)
            work(data, task, 0);
        return;
    }
    pool->work = work;
    pool->data = data;
    pool->n_tasks = n_tasks;
    atomic_store(&pool->n_done, 0);
    const uint64_t number = (atomic_load(&pool->calls) >> 32) + 1;
    atomic_store(&pool->calls, number << 32 | n_tasks);
    bell_ring(pool);
    tasks_work(pool, 0);
    done_await(pool);
}

static bool workers_start(PePool *pool, unsigned n_threads)
{
    pool->workers = calloc(n_threads, sizeof *pool->workers);
    if (!pool->workers) return false;
    for (unsigned i = 1; i < n_threads; i++) {
        Worker *worker = &pool->workers[i - 1];
        *worker = (Worker){.pool = pool, .number = i};
        if (pthread_create(&worker->thread, NULL, worker_run, worker)) return false;
        pool->n_threads = i + 1;
    }
    return true;
}

PePool *pe_pool_new(unsigned n_threads)
{
    PePool *pool = aligned_alloc(_Alignof(PePool), sizeof *pool);
    if (!pool) return NULL;
    *pool = (PePool){.n_threads = 1};
    if (workers_start(pool, n_threads)) return pool;
    pe_pool_free(pool);
    return NULL;
}

void pe_pool_free(PePool *pool)
{
    if (!pool) return;
    atomic_store(&pool->is_ending, true);
    bell_ring(pool);
    for (unsigned i = 1; i < pool->n_threads; i++)
        pthread_join(pool->workers[i - 1].thread, NULL);
    free(pool->workers);
    free(pool);
}

unsigned pe_pool_n_threads(const PePool *pool)
{
    return pool->n_threads;
}

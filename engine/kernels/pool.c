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

// The tasks that a thread has left, and what they are: what it has to fetch from the caller,
// who may be far away, lies on one line. The word holds the first task and the one behind the
// last.
typedef struct {
    _Alignas(64) _Atomic uint64_t word;
    Work work; // these are stable while a task of the call is not counted
    void *data;
} Share;

// Tasks are taken by compare-and-swap of a share's word, and what they are is read afterwards:
// whoever has one keeps the call from ending, and a thread that woke late takes one of the call
// that is, or none. A call waits for its tasks, not for threads. Beside the shares, lines that
// threads wait on are apart from those that others write.
struct PePool {
    unsigned n_threads, n_workers;
    Worker *workers;                 // [n_threads - 1], of which n_workers run
    Share *shares;                   // [n_threads]
    _Alignas(64) uint32_t n_given;   // tasks of all calls, modulo 2^32; the caller's
    _Alignas(64) atomic_uint n_done; // the same
    atomic_uint done_bell;           // the caller sleeps on it
    atomic_bool caller_is_asleep;
    _Alignas(64) atomic_uint bell; // workers sleep on it
    atomic_uint n_asleep;
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

static uint32_t word_first(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

static uint32_t word_end(uint64_t word)
{
    return (uint32_t)word;
}

static bool word_is_empty(uint64_t word)
{
    return word_first(word) == word_end(word);
}

static bool has_tasks(const Share *share)
{
    return !word_is_empty(atomic_load(&share->word));
}

// The first task of a share, or, for a thread that it does not belong to, the last.
static bool task_take(Share *share, bool is_own, size_t *task)
{
    uint64_t word = atomic_load(&share->word), rest;
    do {
        if (word_is_empty(word)) return false;
        rest = is_own ? word + (UINT64_C(1) << 32) : word - 1;
    } while (!atomic_compare_exchange_weak(&share->word, &word, rest));
    *task = is_own ? word_first(word) : word_end(rest);
    return true;
}

static unsigned share_work(Share *share, bool is_own, unsigned thread)
{
    size_t task;
    unsigned n = 0;
    for (; task_take(share, is_own, &task); n++)
        share->work(share->data, task, thread);
    return n;
}

// Whoever rings has changed what the sleeper waits for, then found it asleep; a sleeper says so
// first, then looks once more.
static void bell_ring(atomic_uint *bell)
{
    atomic_fetch_add(bell, 1);
    futex_wake(bell);
}

// Once its tasks are counted, a call may be over.
static void tasks_work(PePool *pool, unsigned thread)
{
    unsigned n = 0;
    for (unsigned i = 0; i < pool->n_threads; i++)
        n += share_work(&pool->shares[(thread + i) % pool->n_threads], i == 0, thread);
    if (!n) return;
    atomic_fetch_add(&pool->n_done, n);
    if (atomic_load(&pool->caller_is_asleep)) bell_ring(&pool->done_bell);
}

// Waits until there may be a task.
static void worker_wait(PePool *pool, const Share *share)
{
    const unsigned bell = atomic_load(&pool->bell);
    for (unsigned i = 0; i < N_SPINS; i++) {
        if (has_tasks(share)) return;
        pause_briefly();
    }
    atomic_fetch_add(&pool->n_asleep, 1);
    if (!has_tasks(share) && !atomic_load(&pool->is_ending)) futex_wait(&pool->bell, bell);
    atomic_fetch_sub(&pool->n_asleep, 1);
}

static void *worker_run(void *data)
{
    const Worker *worker = data;
    PePool *pool = worker->pool;
    while (!atomic_load(&pool->is_ending)) {
        worker_wait(pool, &pool->shares[worker->number]);
        tasks_work(pool, worker->number);
    }
    return NULL;
}

static void done_await(PePool *pool)
{
    for (unsigned i = 0; atomic_load(&pool->n_done) != pool->n_given; i++) {
        if (i < N_SPINS) {
            pause_briefly();
            continue;
        }
        atomic_store(&pool->caller_is_asleep, true);
        const unsigned bell = atomic_load(&pool->done_bell);
        if (atomic_load(&pool->n_done) != pool->n_given) futex_wait(&pool->done_bell, bell);
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
    pool->n_given += (uint32_t)n_tasks;
    for (uint64_t i = pool->n_threads; i-- > 0;) {
        Share *share = &pool->shares[i];
        const uint64_t first = n_tasks * i / pool->n_threads,
                       end = n_tasks * (i + 1) / pool->n_threads;
        share->work = work;
        share->data = data;
        atomic_store(&share->word, first << 32 | end);
    }
    if (atomic_load(&pool->n_asleep)) bell_ring(&pool->bell);
    tasks_work(pool, 0);
    done_await(pool);
}

static bool shares_new(PePool *pool, unsigned n_threads)
{
    pool->shares = aligned_alloc(_Alignof(Share), n_threads * sizeof *pool->shares);
    for (unsigned i = 0; pool->shares && i < n_threads; i++)
        pool->shares[i] = (Share){0};
    return pool->shares;
}

static bool workers_start(PePool *pool, unsigned n_threads)
{
    pool->workers = calloc(n_threads, sizeof *pool->workers);
    if (!pool->workers) return false;
    for (unsigned i = 1; i < n_threads; i++) {
        Worker *worker = &pool->workers[i - 1];
        *worker = (Worker){.pool = pool, .number = i};
        if (pthread_create(&worker->thread, NULL, worker_run, worker)) return false;
        pool->n_workers++;
    }
    return true;
}

PePool *pe_pool_new(unsigned n_threads)
{
    PePool *pool = aligned_alloc(_Alignof(PePool), sizeof *pool);
    if (!pool) return NULL;
    *pool = (PePool){.n_threads = n_threads};
    if (shares_new(pool, n_threads) && workers_start(pool, n_threads)) return pool;
    pe_pool_free(pool);
    return NULL;
}

void pe_pool_free(PePool *pool)
{
    if (!pool) return;
    atomic_store(&pool->is_ending, true);
    bell_ring(&pool->bell);
    for (unsigned i = 0; i < pool->n_workers; i++)
        pthread_join(pool->workers[i].thread, NULL);
    free(pool->workers);
    free(pool->shares);
    free(pool);
}

unsigned pe_pool_n_threads(const PePool *pool)
{
    return pool->n_threads;
}

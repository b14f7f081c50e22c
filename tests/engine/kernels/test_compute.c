#include "tests/engine/kernels/data.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

Test(compute, the_environment_can_only_lower_the_level)
{
    setenv("PROOFSHEET_ENGINE_LEVEL", "plain", 1);
    cr_expect_eq(pe_level_default(), PE_LEVEL_PLAIN);
    setenv("PROOFSHEET_ENGINE_LEVEL", "fastest", 1);
    cr_expect_eq(pe_level_default(), pe_level_of_machine());
    unsetenv("PROOFSHEET_ENGINE_LEVEL");
    cr_expect_eq(pe_level_default(), pe_level_of_machine());
}

typedef struct {
    atomic_uint counts[1000];
    atomic_uint n_wrong_threads;
} Counts;

static void count(void *data, size_t task, unsigned thread)
{
    Counts *counts = data;
    atomic_fetch_add(&counts->counts[task], 1);
    if (thread >= 3) atomic_fetch_add(&counts->n_wrong_threads, 1);
}

Test(compute, every_task_is_done_once_by_the_time_the_call_returns)
{
    enum { CALLS = 2000 };
    PeCompute *compute = compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 3, 0);
    Counts counts = {0};
    unsigned expected[1000] = {0};
    for (size_t call = 0; call < CALLS; call++) {
        const size_t n_tasks = call % 17 ? call % 5 : 1000;
        // Now and then the others fall asleep.
        if (call % 100 == 0) usleep(2000);
        pe_compute_run(compute, n_tasks, count, &counts);
        for (size_t i = 0; i < n_tasks; i++)
            expected[i]++;
        for (size_t i = 0; i < n_tasks; i++)
            cr_assert_eq(atomic_load(&counts.counts[i]), expected[i]);
    }
    cr_expect_eq(atomic_load(&counts.n_wrong_threads), 0);
    pe_compute_free(compute);
}

static void count_all(void *data, size_t task, unsigned thread)
{
    (void)thread;
    atomic_fetch_add(&((atomic_uint *)data)[task], 1);
}

Test(compute, there_may_be_any_number_of_tasks)
{
    enum { TASKS = 200000 };
    PeCompute *compute = compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 3, 0);
    atomic_uint *counts = calloc(TASKS, sizeof *counts);
    pe_compute_run(compute, TASKS, count_all, counts);
    for (size_t i = 0; i < TASKS; i++)
        cr_assert_eq(atomic_load(&counts[i]), 1);
    free(counts);
    pe_compute_free(compute);
}

typedef struct {
    atomic_size_t n_done;
    size_t waiting; // the task that waits for all others
} Others;

static void await_others(void *data, size_t task, unsigned thread)
{
    enum { TASKS = 30 };
    Others *others = data;
    (void)thread;
    if (task == others->waiting)
        while (atomic_load(&others->n_done) < TASKS - 1)
            usleep(100);
    atomic_fetch_add(&others->n_done, 1);
}

// The first of a share, of the caller's and of another's.
Test(compute, a_thread_that_is_done_takes_what_is_left_of_others, .timeout = 60)
{
    PeCompute *compute = compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 3, 0);
    for (size_t waiting = 0; waiting < 30; waiting += 10) {
        Others others = {.waiting = waiting};
        pe_compute_run(compute, 30, await_others, &others);
        cr_expect_eq(atomic_load(&others.n_done), 30);
    }
    pe_compute_free(compute);
}

Test(compute, threads_without_work_sleep)
{
    PeCompute *compute = compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, 4, 0);
    Counts counts = {0};
    pe_compute_run(compute, 100, count, &counts);
    usleep(20000);
    const clock_t before = clock();
    usleep(300000);
    cr_expect_lt((double)(clock() - before) / CLOCKS_PER_SEC, 0.03);
    pe_compute_free(compute);
}

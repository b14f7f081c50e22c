#include "bench/round_trip.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PARTS = 9, TRIPS = 200, SPINS_MOST = 10000 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

// Gives the processor up now and then: there may be only one.
static void await(const atomic_uint *ball, unsigned value)
{
    for (unsigned i = 1; atomic_load(ball) != value; i++)
        if (i % SPINS_MOST == 0) sched_yield();
}

// Odd values are this thread's, even ones the caller's.
static void *other_run(void *data)
{
    atomic_uint *ball = data;
    for (unsigned i = 0; i < PARTS * TRIPS; i++) {
        await(ball, 2 * i + 1);
        atomic_store(ball, 2 * i + 2);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double round_trip_ns(void)
{
    static _Alignas(64) atomic_uint ball;
    pthread_t other;
    double parts[PARTS];
    atomic_store(&ball, 0);
    if (pthread_create(&other, NULL, other_run, &ball)) {
        fputs("no thread\n", stderr);
        exit(1);
    }
    for (unsigned i = 0; i < PARTS; i++) {
        const double start = now_ns();
        for (unsigned trip = i * TRIPS; trip < (i + 1) * TRIPS; trip++) {
            atomic_store(&ball, 2 * trip + 1);
            await(&ball, 2 * trip + 2);
        }
        parts[i] = (now_ns() - start) / TRIPS;
    }
    pthread_join(other, NULL);
    qsort(parts, PARTS, sizeof *parts, compare);
    return parts[PARTS / 2];
}

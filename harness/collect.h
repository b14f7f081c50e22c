// The collect stage: drives the system under test through its adapter and stores each response
// as soon as it is there. Killed at any point and started again, it goes on: nothing lost,
// nothing that was stored asked twice.
#pragma once

#include "harness/run_rows.h"

#include <signal.h>

typedef struct {
    const PsAdapter *adapter;
    PsSystem system;
    double rate_per_second; // > 0: open loop, Poisson arrivals at this rate; 0: closed loop
    uint64_t load_seed;     // of the arrivals
    bool verify_media;      // compare media with their stated sha256 as they are loaded
    bool is_quiet;          // no progress line
    PsRunRows *rows;        // are read on while answers are stored; or NULL
    const volatile sig_atomic_t *stop; // set from outside: end early, keeping what is stored
} PsCollectOptions;

typedef struct {
    uint64_t n_items, n_before, n_stored; // planned; stored before; stored now
    bool was_stopped;
} PsCollectResult;

// Forgets what failed or timed out, so that it is asked again.
bool ps_collect_forget_failures(PsRunFile *run, GError **error);

// Asks for every item of plan that run has no response for.
bool ps_collect(PsPlan *plan,
                PsRunFile *run,
                const PsCollectOptions *options,
                PsCollectResult *result,
                GError **error);

// Asks a stream of questions through an adapter of either shape, for stages that are not the
// run itself: no load, no clock, nothing stored.
#pragma once

#include "harness/adapter.h"

#include <signal.h>

typedef struct {
    const PsAdapter *adapter;
    PsSystem system;
    const volatile sig_atomic_t *stop; // set from outside: end early; may be NULL

    // The next question, or NULL: there are no more, or error is set. It belongs to the caller,
    // and lives until done has it.
    PsRequest *(*next)(void *user_data, GError **error);
    // Takes a question that was given by next back, with its response (borrowed), or with NULL
    // where the adapter gave up before there was one.
    bool (*done)(void *user_data,
                 PsRequest *request,
                 const PsResponse *response,
                 GError **error);
    void *user_data;
} PsAsk;

// Opens the adapter if there is a question at all, and asks until next has no more, or until
// the stop: then what is on its way is waited for. next and done are never called at the same
// time. False if one of them failed, or the adapter says that no later question could succeed.
bool ps_ask(const PsAsk *ask, GError **error);

// Whoever waits for an answer: until when, and whether it is still there.
#pragma once

#include <glib.h>
#include <stdbool.h>

// socket and deadline_ns do not change once it is shared by threads.
typedef struct {
    int socket;          // its connection; -1: nobody looks whether it is there
    int64_t deadline_ns; // of ps_now_ns; 0: none

    gint is_cancelled; // atomic: nobody waits any more
    gint is_late;      // atomic: the deadline has ended something
} PsClient;

void ps_client_cancel(PsClient *client);

// A should_stop of the engine (data: PsClient *): cancelled, late, or the other side has hung
// up. Safe from any thread.
bool ps_client_stops(void *data);

// Whether ps_client_stops has said so because of the deadline.
bool ps_client_was_late(const PsClient *client);

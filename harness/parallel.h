// Doing many independent things on a few threads.
#pragma once

#include <stddef.h>

// Calls function(data, i) for every i below n, each once, on at most n_threads threads (0: one
// per processor), this one included; returns when all are done. Which thread does which is
// open, so function writes to its own place only.
void ps_parallel(size_t n, int n_threads, void (*function)(void *data, size_t i), void *data);

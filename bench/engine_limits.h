// What the machine does at most. Each call is short, so that it can stand between two runs of
// the engine: the machine is shared, and its speed changes from one second to the next.
#pragma once

#include <stddef.h>

typedef struct EngineLimits EngineLimits;

// Ends the program if threads or memory are refused.
EngineLimits *engine_limits_new(unsigned n_threads);
void engine_limits_free(EngineLimits *limits);

// Lines of a name and a number: a loop on registers in f32 with AVX2 and with AVX-512, in bf16
// with AMX; and AMX with random operands from the second cache, in the shape of a prompt's
// products. What the machine does not have is left out. Then the distance. About 0.1 s.
void engine_limits_print(EngineLimits *limits);

// A name and a number again: how far apart two threads are (bench/round_trip.h). Nothing for
// one thread.
void engine_limits_print_distance(const EngineLimits *limits);

// How long reading n_bytes takes, once, in several places at once: of four ways to do it the
// fastest here, which the first call of this or the next function finds out.
double engine_limits_read_s(EngineLimits *limits, const void *bytes, size_t n_bytes);

// The same for n_bytes ≤ 256 MB that were not read for so long that no cache has them: the next
// ones of 1 GB, which is made by the first call.
double engine_limits_memory_s(EngineLimits *limits, size_t n_bytes);

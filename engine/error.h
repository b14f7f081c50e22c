// Why something failed, in words for a person. Every function of the engine that can fail
// returns false or NULL and fills the PeError it was given.
#pragma once

#include <stdbool.h>

typedef struct {
    char message[512]; // UTF-8, one line, ends with NUL; a longer one is cut
} PeError;

// Writes the message (error may be NULL) and returns false, so that a function can say
// `return pe_fail(error, "...")`. pe_fail_null is the same for pointers.
bool pe_fail(PeError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define pe_fail_null(...) (pe_fail(__VA_ARGS__), NULL)

// Puts "prefix: " before the message of an error that is set; returns false.
bool pe_fail_prefix(PeError *error, const char *prefix);

// For memory that was refused.
bool pe_fail_memory(PeError *error);

// clang's analyzer cannot see into another file; so it learns that these are always false.
#ifdef __clang_analyzer__
#define pe_fail(...) (pe_fail(__VA_ARGS__), false)
#define pe_fail_prefix(...) (pe_fail_prefix(__VA_ARGS__), false)
#define pe_fail_memory(...) (pe_fail_memory(__VA_ARGS__), false)
#endif

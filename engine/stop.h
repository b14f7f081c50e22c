// Stop strings, and characters that come in pieces: what of an answer may be shown already.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PE_STOPS_MOST 16
#define PE_STOP_BYTES_MOST 256

typedef struct {
    size_t n;
    const char
        *texts[PE_STOPS_MOST]; // borrowed; none is empty or longer than PE_STOP_BYTES_MOST
} PeStops;

typedef struct {
    size_t n_shown;  // bytes from the start that will stay, whatever comes
    bool is_stopped; // a stop string was found; n_shown is where it begins
} PeShown;

// Of the answer bytes[n] so far, of which n_before were shown. Held back is what may be the
// beginning of a stop string or of a character of UTF-8.
PeShown pe_stops_look(const PeStops *stops, const char *bytes, size_t n, size_t n_before);

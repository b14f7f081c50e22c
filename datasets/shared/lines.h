// Lines of a text that is too large to hold: splits what a read function delivers, in bounded
// memory. Blank lines are left out but counted; a byte order mark at the start, carriage
// returns at line ends and a missing last newline are all fine.
#pragma once

#include "harness/error.h"

#include <stddef.h>

#define PS_LINE_MAX_BYTES ((size_t)64 << 20)

// Reads up to size bytes of the text from offset on; *n_read = 0 at its end.
typedef bool (*PsLinesRead)(
    void *store, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error);

// Sees every byte of the text once, in order (for a copy).
typedef void (*PsLinesTap)(void *user_data, const char *bytes, size_t n_bytes);

typedef struct {
    size_t number;  // of the line that ps_lines_next gave last, from 1
    PsLinesTap tap; // may be NULL; to be set before the first line
    void *tap_data;

    // The rest is private.
    PsLinesRead read;
    void *store;
    char *buffer;
    size_t capacity, start, end; // buffer[start … end) is not given out yet
    guint64 offset;              // of what is read next
    bool is_at_end, is_skipping;
} PsLines;

void ps_lines_init(PsLines *lines, PsLinesRead read, void *store);
void ps_lines_clear(PsLines *lines);

// Back to the start of the text; the tap is taken off.
void ps_lines_rewind(PsLines *lines);

// The next line without its end, valid until the next call; NULL at the end. After a line
// longer than PS_LINE_MAX_BYTES (PS_ERROR_DATA) the next call goes on behind it; after a failed
// read the text is at its end.
const char *ps_lines_next(PsLines *lines, size_t *length, GError **error);

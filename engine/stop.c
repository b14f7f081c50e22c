#include "engine/stop.h"

#include <string.h>

// Where the stop string begins in bytes from start on; n if it is not there.
static size_t find(const char *stop, const char *bytes, size_t n, size_t start)
{
    const size_t length = strlen(stop);
    for (size_t i = start; i + length <= n; i++)
        if (memcmp(bytes + i, stop, length) == 0) return i;
    return n;
}

// The longest end of bytes that begins the stop string, in bytes.
static size_t held_back(const char *stop, const char *bytes, size_t n, size_t start)
{
    const size_t length = strlen(stop);
    size_t most = n - start < length ? n - start : length - 1;
    for (; most > 0; most--)
        if (memcmp(bytes + n - most, stop, most) == 0) break;
    return most;
}

static size_t character_bytes(unsigned char first)
{
    if (first >= 0xf0) return 4;
    if (first >= 0xe0) return 3;
    return first >= 0xc0 ? 2 : 1;
}

// How many bytes at the end are the beginning of a character.
static size_t unfinished(const char *bytes, size_t n, size_t start)
{
    for (size_t back = 1; back <= 3 && back <= n - start; back++) {
        const unsigned char c = (unsigned char)bytes[n - back];
        if (c < 0x80) return 0;
        if (c >= 0xc0) return character_bytes(c) > back ? back : 0;
    }
    return 0;
}

PeShown pe_stops_look(const PeStops *stops, const char *bytes, size_t n, size_t n_before)
{
    size_t first = n, held = unfinished(bytes, n, n_before);
    for (size_t i = 0; i < stops->n; i++) {
        const size_t at = find(stops->texts[i], bytes, n, n_before);
        const size_t back = held_back(stops->texts[i], bytes, n, n_before);
        first = at < first ? at : first;
        held = back > held ? back : held;
    }
    if (first < n) return (PeShown){first, true};
    return (PeShown){n - held, false};
}

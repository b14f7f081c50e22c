#include "engine/pattern.h"

#include <stdlib.h>
#include <string.h>

void pe_pattern_clear(PePattern *pattern)
{
    free(pattern->first);
    free(pattern->edges);
    *pattern = (PePattern){0};
}

// Room for one more in *array of n; false, and the pattern is full, if there is none.
static bool
make_room(PePattern *pattern, void **array, size_t n, size_t *n_room, size_t n_bytes_each)
{
    if (pattern->is_full || n < *n_room) return !pattern->is_full;
    const size_t n_more = *n_room > 0 ? 2 * *n_room : 256;
    void *larger =
        n_more <= PE_PATTERN_EDGES_MOST ? realloc(*array, n_more * n_bytes_each) : NULL;
    if (larger == NULL) return pattern->is_full = true, false;
    *array = larger;
    *n_room = n_more;
    return true;
}

uint32_t pe_pattern_state(PePattern *pattern)
{
    void *first = pattern->first;
    const bool has_room = make_room(pattern, &first, pattern->n_states, &pattern->n_states_room,
                                    sizeof *pattern->first);
    pattern->first = first;
    if (!has_room) return 0;
    pattern->first[pattern->n_states] = PE_NO_EDGE;
    return (uint32_t)pattern->n_states++;
}

static void add_edge(PePattern *pattern, uint32_t from, PePatternEdge edge)
{
    void *edges = pattern->edges;
    const bool has_room = make_room(pattern, &edges, pattern->n_edges, &pattern->n_edges_room,
                                    sizeof *pattern->edges);
    pattern->edges = edges;
    if (!has_room) return;
    edge.next = pattern->first[from];
    pattern->edges[pattern->n_edges] = edge;
    pattern->first[from] = (uint32_t)pattern->n_edges++;
}

void pe_pattern_edge(
    PePattern *pattern, uint32_t from, uint32_t to, unsigned char low, unsigned char high)
{
    add_edge(pattern, from, (PePatternEdge){.to = to, .low = low, .high = high});
}

void pe_pattern_skip(PePattern *pattern, uint32_t from, uint32_t to)
{
    add_edge(pattern, from, (PePatternEdge){.to = to, .low = 1, .high = 0});
}

PePiece pe_pattern_text(PePattern *pattern, const char *bytes, size_t n)
{
    PePiece piece;
    piece.start = piece.end = pe_pattern_state(pattern);
    for (size_t i = 0; i < n; i++) {
        const uint32_t next = pe_pattern_state(pattern);
        pe_pattern_edge(pattern, piece.end, next, (unsigned char)bytes[i],
                        (unsigned char)bytes[i]);
        piece.end = next;
    }
    return piece;
}

PePiece pe_pattern_either(PePattern *pattern, PePiece one, PePiece other)
{
    const PePiece piece = {pe_pattern_state(pattern), pe_pattern_state(pattern)};
    pe_pattern_skip(pattern, piece.start, one.start);
    pe_pattern_skip(pattern, piece.start, other.start);
    pe_pattern_skip(pattern, one.end, piece.end);
    pe_pattern_skip(pattern, other.end, piece.end);
    return piece;
}

PePiece pe_pattern_choices(PePattern *pattern, const char *const *choices, size_t n)
{
    PePiece any = pe_pattern_text(pattern, choices[0], strlen(choices[0]));
    for (size_t i = 1; i < n; i++)
        any = pe_pattern_either(pattern, any,
                                pe_pattern_text(pattern, choices[i], strlen(choices[i])));
    return any;
}

// What a text may be, as a network of states and of bytes between them: built piece by piece,
// then made an automaton (automaton.h).
//
//     text "yes" ─┐
//                 ├─ either ─ …          a piece: from start to end
//     text "no"  ─┘
//
// A pattern that has become too large says so once, when it is made an automaton; until then
// its functions go on and build nothing.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_PATTERN_EDGES_MOST ((size_t)1 << 18) // states too
#define PE_NO_EDGE UINT32_MAX

// From a state to another one: by a byte of low … high, or by none if low > high.
typedef struct {
    uint32_t to, next; // next: the state's next edge, or PE_NO_EDGE
    unsigned char low, high;
} PePatternEdge;

typedef struct {
    size_t n_states, n_edges, n_states_room, n_edges_room;
    uint32_t *first;      // [n_states] each state's first edge, or PE_NO_EDGE
    PePatternEdge *edges; // [n_edges]
    bool is_full;         // too large, or no memory
} PePattern;

// A piece of a pattern. Each can be part of one other piece only: to have it twice, build it
// twice.
typedef struct {
    uint32_t start, end;
} PePiece;

// Zeroed is empty.
void pe_pattern_clear(PePattern *pattern);

// ---- by hand

uint32_t pe_pattern_state(PePattern *pattern);
void pe_pattern_edge(
    PePattern *pattern, uint32_t from, uint32_t to, unsigned char low, unsigned char high);
void pe_pattern_skip(PePattern *pattern, uint32_t from, uint32_t to); // without a byte

// ---- by pieces

// Exactly these bytes; n may be 0.
PePiece pe_pattern_text(PePattern *pattern, const char *bytes, size_t n);
PePiece pe_pattern_either(PePattern *pattern, PePiece one, PePiece other);
// One of choices[n], each ended by NUL; n ≥ 1.
PePiece pe_pattern_choices(PePattern *pattern, const char *const *choices, size_t n);

// A pattern as a table: a state and a byte give the next state. Of any text it tells byte by
// byte whether it can still become one that the pattern allows, and whether it is one.
//
//     byte → class_of → next[state][class] → state        0: cannot any more
//
// Bytes that no state tells apart are one class. Immutable once made.
#pragma once

#include "engine/error.h"
#include "engine/pattern.h"

#define PE_AUTOMATON_STATES_MOST 16384
#define PE_AUTOMATON_DEAD 0
#define PE_AUTOMATON_START 1

typedef struct {
    size_t n_states, n_classes;
    unsigned char class_of[256];
    uint16_t *next; // [n_states, n_classes]
    bool *accepts;  // [n_states] whether the text may end here
} PeAutomaton;

// The automaton of whole, a piece of pattern, by subset construction (Rabin and Scott 1959).
// False: the pattern is full, or would need more than PE_AUTOMATON_STATES_MOST states.
bool pe_automaton_init(PeAutomaton *automaton,
                       const PePattern *pattern,
                       PePiece whole,
                       PeError *error);
void pe_automaton_clear(PeAutomaton *automaton);

// Where a byte leads from state.
static inline uint16_t
pe_automaton_step(const PeAutomaton *automaton, uint16_t state, char byte)
{
    return automaton
        ->next[state * automaton->n_classes + automaton->class_of[(unsigned char)byte]];
}

// Where bytes[n] lead from state.
uint16_t
pe_automaton_run(const PeAutomaton *automaton, uint16_t state, const char *bytes, size_t n);

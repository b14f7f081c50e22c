#include "engine/automaton.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS_MOST ((size_t)1 << 20) // states of the pattern in all sets together
#define BUCKETS 65536                  // > 2 · PE_AUTOMATON_STATES_MOST

// A state of the automaton is the set of the pattern's states that a text may have led to.
typedef struct {
    size_t first, n; // in members
} Set;

typedef struct {
    PeAutomaton *automaton;
    const PePattern *pattern;
    uint32_t end;
    Set *sets;         // [n_states]
    uint32_t *members; // of each set in order
    size_t n_members;
    uint16_t *buckets; // sets by hash; 0: none
    uint32_t *mark;    // [pattern's states] the last round that reached it
    uint32_t *waiting; // [pattern's states]
    uint32_t round;
    unsigned char *bytes; // [n_classes] one of each class
} Making;

static bool is_skip(const PePatternEdge *edge)
{
    return edge->low > edge->high;
}

// ---- classes of bytes

static void cut_classes(Making *making)
{
    PeAutomaton *automaton = making->automaton;
    bool starts[257] = {true};
    for (size_t i = 0; i < making->pattern->n_edges; i++) {
        const PePatternEdge *edge = &making->pattern->edges[i];
        if (is_skip(edge)) continue;
        starts[edge->low] = true;
        starts[edge->high + 1] = true;
    }
    size_t class = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        if (byte > 0 && starts[byte]) class ++;
        if (starts[byte]) making->bytes[class] = (unsigned char)byte;
        automaton->class_of[byte] = (unsigned char)class;
    }
    automaton->n_classes = class + 1;
}

// ---- sets

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// Whether a state says anything that its skips do not: only such ones need be members.
static bool tells(const Making *making, uint32_t state)
{
    if (state == making->end) return true;
    for (uint32_t e = making->pattern->first[state]; e != PE_NO_EDGE;
         e = making->pattern->edges[e].next)
        if (!is_skip(&making->pattern->edges[e])) return true;
    return false;
}

// Adds state and what can be reached from it without a byte to the set that is being made.
static bool reach(Making *making, uint32_t state)
{
    const PePattern *pattern = making->pattern;
    size_t n_waiting = 0;
    if (making->mark[state] == making->round) return true;
    making->mark[state] = making->round;
    making->waiting[n_waiting++] = state;
    while (n_waiting > 0) {
        state = making->waiting[--n_waiting];
        if (tells(making, state)) {
            if (making->n_members == MEMBERS_MOST) return false;
            making->members[making->n_members++] = state;
        }
        for (uint32_t e = pattern->first[state]; e != PE_NO_EDGE; e = pattern->edges[e].next) {
            const uint32_t to = pattern->edges[e].to;
            if (!is_skip(&pattern->edges[e]) || making->mark[to] == making->round) continue;
            making->mark[to] = making->round;
            making->waiting[n_waiting++] = to;
        }
    }
    return true;
}

static uint32_t hash_of(const uint32_t *members, size_t n)
{
    uint32_t hash = 2166136261u; // FNV-1a, by members
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ members[i]) * 16777619u;
    return hash ^ hash >> 15;
}

// The state of the set that lies at the end of members, a new one if there is none such yet;
// false: too many.
static bool settle(Making *making, size_t first, uint16_t *state)
{
    PeAutomaton *automaton = making->automaton;
    const uint32_t *members = making->members + first;
    const size_t n = making->n_members - first;
    *state = PE_AUTOMATON_DEAD;
    if (n == 0) return true;
    qsort(making->members + first, n, sizeof *members, compare);
    uint32_t bucket = hash_of(members, n) % BUCKETS;
    for (; making->buckets[bucket] != 0; bucket = (bucket + 1) % BUCKETS) {
        const Set *set = &making->sets[making->buckets[bucket]];
        if (set->n != n
            || memcmp(making->members + set->first, members, n * sizeof *members) != 0)
            continue;
        making->n_members = first;
        *state = making->buckets[bucket];
        return true;
    }
    if (automaton->n_states == PE_AUTOMATON_STATES_MOST) return false;
    *state = (uint16_t)automaton->n_states++;
    making->buckets[bucket] = *state;
    making->sets[*state] = (Set){first, n};
    automaton->accepts[*state] =
        bsearch(&making->end, members, n, sizeof *members, compare) != NULL;
    return true;
}

static bool step(Making *making, size_t from, size_t class, uint16_t *state)
{
    const PePattern *pattern = making->pattern;
    const Set set = making->sets[from];
    const unsigned char byte = making->bytes[class];
    const size_t first = making->n_members;
    making->round++;
    for (size_t i = 0; i < set.n; i++)
        for (uint32_t e = pattern->first[making->members[set.first + i]]; e != PE_NO_EDGE;
             e = pattern->edges[e].next)
            if (pattern->edges[e].low <= byte && byte <= pattern->edges[e].high
                && !reach(making, pattern->edges[e].to))
                return false;
    return settle(making, first, state);
}

static bool fill(Making *making, PePiece whole)
{
    PeAutomaton *automaton = making->automaton;
    uint16_t state;
    making->round = 1;
    automaton->n_states = 1; // the dead one
    if (!reach(making, whole.start) || !settle(making, 0, &state)) return false;
    for (size_t from = PE_AUTOMATON_START; from < automaton->n_states; from++)
        for (size_t class = 0; class < automaton->n_classes; class ++)
            if (!step(making, from, class,
                      &automaton->next[from * automaton->n_classes + class]))
                return false;
    return true;
}

// ---- life cycle

static bool make_room(Making *making, PeError *error)
{
    PeAutomaton *automaton = making->automaton;
    making->sets = calloc(PE_AUTOMATON_STATES_MOST, sizeof *making->sets);
    making->members = calloc(MEMBERS_MOST, sizeof *making->members);
    making->buckets = calloc(BUCKETS, sizeof *making->buckets);
    making->mark = calloc(making->pattern->n_states, sizeof *making->mark);
    making->waiting = calloc(making->pattern->n_states, sizeof *making->waiting);
    making->bytes = calloc(256, sizeof *making->bytes);
    automaton->accepts = calloc(PE_AUTOMATON_STATES_MOST, sizeof *automaton->accepts);
    return (making->sets != NULL && making->members != NULL && making->buckets != NULL
            && making->mark != NULL && making->waiting != NULL && making->bytes != NULL
            && automaton->accepts != NULL)
           || pe_fail_memory(error);
}

static bool make_table(Making *making, PePiece whole, PeError *error)
{
    PeAutomaton *automaton = making->automaton;
    cut_classes(making);
    automaton->next =
        calloc(PE_AUTOMATON_STATES_MOST * automaton->n_classes, sizeof *automaton->next);
    if (automaton->next == NULL) return pe_fail_memory(error);
    if (!fill(making, whole))
        return pe_fail(error, "what may be answered is too large: more than %d states",
                       PE_AUTOMATON_STATES_MOST);
    const size_t n_bytes = automaton->n_states * automaton->n_classes * sizeof *automaton->next;
    uint16_t *fitting = realloc(automaton->next, n_bytes);
    if (fitting != NULL) automaton->next = fitting;
    return true;
}

bool pe_automaton_init(PeAutomaton *automaton,
                       const PePattern *pattern,
                       PePiece whole,
                       PeError *error)
{
    Making making = {.automaton = automaton, .pattern = pattern, .end = whole.end};
    *automaton = (PeAutomaton){0};
    if (pattern->is_full)
        return pe_fail(error, "what may be answered is too large: more than %zu parts",
                       PE_PATTERN_EDGES_MOST);
    const bool is_ok = make_room(&making, error) && make_table(&making, whole, error);
    free(making.sets);
    free(making.members);
    free(making.buckets);
    free(making.mark);
    free(making.waiting);
    free(making.bytes);
    if (!is_ok) pe_automaton_clear(automaton);
    return is_ok;
}

void pe_automaton_clear(PeAutomaton *automaton)
{
    free(automaton->next);
    free(automaton->accepts);
    *automaton = (PeAutomaton){0};
}

uint16_t
pe_automaton_run(const PeAutomaton *automaton, uint16_t state, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && state != PE_AUTOMATON_DEAD; i++)
        state = pe_automaton_step(automaton, state, bytes[i]);
    return state;
}

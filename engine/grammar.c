#include "engine/grammar.h"

#include <stdlib.h>
#include <string.h>

struct PeGrammar {
    const PeTokenOrder *order;
    PeAutomaton automaton;
    uint16_t state;
    uint16_t *path; // [n_bytes_most + 1] the states that a token's bytes lead through

    size_t n_words;    // of a mask
    uint64_t *masks;   // [PE_GRAMMAR_MASKS, n_words]
    uint16_t *mask_of; // [n_states] mask + 1; 0: none is kept
    uint16_t state_of[PE_GRAMMAR_MASKS];
    size_t next_mask; // the oldest
};

// ---- the order of tokens

typedef struct {
    PeString bytes;
    int32_t token;
} Entry;

static int compare(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    const size_t n = x->bytes.n_bytes < y->bytes.n_bytes ? x->bytes.n_bytes : y->bytes.n_bytes;
    const int difference = memcmp(x->bytes.bytes, y->bytes.bytes, n);
    if (difference != 0) return difference;
    if (x->bytes.n_bytes != y->bytes.n_bytes)
        return x->bytes.n_bytes < y->bytes.n_bytes ? -1 : 1;
    return x->token < y->token ? -1 : 1;
}

static uint16_t shared_bytes(PeString a, PeString b)
{
    size_t n = 0;
    while (n < a.n_bytes && n < b.n_bytes && a.bytes[n] == b.bytes[n])
        n++;
    return (uint16_t)n;
}

static bool can_answer(const PeVocabulary *vocabulary, int32_t token)
{
    const PeToken *it = &vocabulary->tokens[token];
    return it->kind == PE_TOKEN_NORMAL && it->bytes.n_bytes > 0
           && it->bytes.n_bytes < UINT16_MAX && !pe_token_is_end(vocabulary, token);
}

// The tokens by number; returns how many bytes they have together.
static size_t list_tokens(PeTokenOrder *order, Entry *entries)
{
    const PeVocabulary *vocabulary = order->vocabulary;
    size_t n_bytes = 0;
    for (int32_t token = 0; (size_t)token < vocabulary->n_tokens; token++) {
        if (pe_token_is_end(vocabulary, token)) order->ends[order->n_ends++] = token;
        if (!can_answer(vocabulary, token)) continue;
        entries[order->n++] = (Entry){vocabulary->tokens[token].bytes, token};
        n_bytes += vocabulary->tokens[token].bytes.n_bytes;
    }
    return n_bytes;
}

static void fill_order(PeTokenOrder *order, const Entry *entries)
{
    char *at = order->bytes;
    for (size_t i = 0; i < order->n; i++) {
        const PeString bytes = entries[i].bytes;
        order->tokens[i] = entries[i].token;
        order->n_bytes[i] = (uint16_t)bytes.n_bytes;
        order->shared[i] = i > 0 ? shared_bytes(entries[i - 1].bytes, bytes) : 0;
        memcpy(at, bytes.bytes, bytes.n_bytes);
        at += bytes.n_bytes;
        if (bytes.n_bytes > order->n_bytes_most) order->n_bytes_most = bytes.n_bytes;
    }
}

// So that every state of every automaton has a token that goes on.
static bool has_every_byte(const PeVocabulary *vocabulary, PeError *error)
{
    for (int byte = 0; byte < 256; byte++)
        if (!can_answer(vocabulary, vocabulary->byte_tokens[byte]))
            return pe_fail(error, "byte 0x%02x has no token that an answer may be made of",
                           (unsigned)byte);
    return true;
}

static bool sort_tokens(PeTokenOrder *order, Entry *entries, PeError *error)
{
    const size_t n_bytes = list_tokens(order, entries);
    if (order->n_ends == 0) return pe_fail(error, "the model has no token that ends an answer");
    if (!has_every_byte(order->vocabulary, error)) return false;
    order->bytes = malloc(n_bytes + 1);
    if (order->bytes == NULL) return pe_fail_memory(error);
    qsort(entries, order->n, sizeof *entries, compare);
    fill_order(order, entries);
    return true;
}

bool pe_token_order_init(PeTokenOrder *order, const PeVocabulary *vocabulary, PeError *error)
{
    const size_t n = vocabulary->n_tokens;
    Entry *entries = calloc(n, sizeof *entries);
    *order = (PeTokenOrder){.vocabulary = vocabulary,
                            .tokens = calloc(n, sizeof *order->tokens),
                            .n_bytes = calloc(n, sizeof *order->n_bytes),
                            .shared = calloc(n, sizeof *order->shared),
                            .ends = calloc(n, sizeof *order->ends)};
    const bool is_ok = entries != NULL && order->tokens != NULL && order->n_bytes != NULL
                               && order->shared != NULL && order->ends != NULL
                           ? sort_tokens(order, entries, error)
                           : pe_fail_memory(error);
    free(entries);
    if (!is_ok) pe_token_order_clear(order);
    return is_ok;
}

void pe_token_order_clear(PeTokenOrder *order)
{
    free(order->tokens);
    free(order->n_bytes);
    free(order->shared);
    free(order->bytes);
    free(order->ends);
    *order = (PeTokenOrder){0};
}

// ---- life cycle

PeGrammar *pe_grammar_new(const PeTokenOrder *order,
                          const PePattern *pattern,
                          PePiece whole,
                          PeError *error)
{
    PeGrammar *grammar = calloc(1, sizeof *grammar);
    if (grammar == NULL) return pe_fail_memory(error), NULL;
    if (!pe_automaton_init(&grammar->automaton, pattern, whole, error))
        return free(grammar), NULL;
    grammar->order = order;
    grammar->state = PE_AUTOMATON_START;
    grammar->n_words = (order->vocabulary->n_tokens + 63) / 64;
    grammar->path = calloc(order->n_bytes_most + 1, sizeof *grammar->path);
    grammar->masks = calloc(PE_GRAMMAR_MASKS * grammar->n_words, sizeof *grammar->masks);
    grammar->mask_of = calloc(grammar->automaton.n_states, sizeof *grammar->mask_of);
    if (grammar->path != NULL && grammar->masks != NULL && grammar->mask_of != NULL)
        return grammar;
    pe_grammar_free(grammar);
    return pe_fail_memory(error), NULL;
}

void pe_grammar_free(PeGrammar *grammar)
{
    if (grammar == NULL) return;
    pe_automaton_clear(&grammar->automaton);
    free(grammar->path);
    free(grammar->masks);
    free(grammar->mask_of);
    free(grammar);
}

// ---- an answer

static void set_bit(uint64_t *bits, int32_t token)
{
    bits[token / 64] |= (uint64_t)1 << (token % 64);
}

// Fills mask, which is zero, for grammar's state. n_alive: how many bytes of the token last
// looked at lead somewhere, and path the states they lead to.
static void find_allowed(PeGrammar *grammar, uint64_t *mask)
{
    const PeTokenOrder *order = grammar->order;
    const PeAutomaton *automaton = &grammar->automaton;
    const char *bytes = order->bytes;
    uint16_t *path = grammar->path;
    size_t n_alive = 0;
    bool is_dead = false; // the byte after those leads nowhere
    path[0] = grammar->state;
    for (size_t i = 0; i < order->n; bytes += order->n_bytes[i++]) {
        if (is_dead && order->shared[i] > n_alive) continue;
        if (order->shared[i] < n_alive) n_alive = order->shared[i];
        is_dead = false;
        while (n_alive < order->n_bytes[i] && !is_dead) {
            const uint16_t next = pe_automaton_step(automaton, path[n_alive], bytes[n_alive]);
            is_dead = next == PE_AUTOMATON_DEAD;
            if (!is_dead) path[++n_alive] = next;
        }
        if (!is_dead) set_bit(mask, order->tokens[i]);
    }
}

static uint64_t *make_mask(PeGrammar *grammar)
{
    const size_t slot = grammar->next_mask;
    uint64_t *mask = grammar->masks + slot * grammar->n_words;
    grammar->next_mask = (slot + 1) % PE_GRAMMAR_MASKS;
    grammar->mask_of[grammar->state_of[slot]] = 0;
    grammar->mask_of[grammar->state] = (uint16_t)(slot + 1);
    grammar->state_of[slot] = grammar->state;
    memset(mask, 0, grammar->n_words * sizeof *mask);
    if (grammar->state != PE_AUTOMATON_DEAD) find_allowed(grammar, mask);
    for (size_t i = 0; pe_grammar_may_end(grammar) && i < grammar->order->n_ends; i++)
        set_bit(mask, grammar->order->ends[i]);
    return mask;
}

void pe_grammar_allow(PeGrammar *grammar, uint64_t *bits)
{
    const size_t kept = grammar->mask_of[grammar->state];
    const uint64_t *mask =
        kept > 0 ? grammar->masks + (kept - 1) * grammar->n_words : make_mask(grammar);
    memcpy(bits, mask, grammar->n_words * sizeof *bits);
}

void pe_grammar_take(PeGrammar *grammar, int32_t token)
{
    const PeVocabulary *vocabulary = grammar->order->vocabulary;
    const PeString bytes = vocabulary->tokens[token].bytes;
    if (pe_token_is_end(vocabulary, token)) return;
    grammar->state =
        pe_automaton_run(&grammar->automaton, grammar->state, bytes.bytes, bytes.n_bytes);
}

bool pe_grammar_may_end(const PeGrammar *grammar)
{
    // Where no text leads, which no caller comes to that asks before it takes, an answer ends.
    return grammar->state == PE_AUTOMATON_DEAD || grammar->automaton.accepts[grammar->state];
}

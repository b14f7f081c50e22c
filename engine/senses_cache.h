// Remembers what encoders have made, by the content that they made it of: a tile or a chunk of
// sound that comes again costs a hash. Bounded in bytes; what was not used for longest goes
// first. All functions may be called by several threads at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct PeSensesCache PeSensesCache;

// SHA-256, so that nobody can make a picture that is taken for another.
typedef struct {
    uint8_t bytes[32];
} PeHash;

// Of label (what the bytes are, and how they are encoded) and of the bytes.
PeHash pe_hash(const char *label, const void *bytes, size_t n_bytes);

// n_bytes_most bounds all it holds, its own tables included. NULL without memory.
PeSensesCache *pe_senses_cache_new(size_t n_bytes_most);
void pe_senses_cache_free(PeSensesCache *cache);

// Copies the n_values kept for hash to values. False if there are none.
bool pe_senses_cache_find(PeSensesCache *cache,
                          const PeHash *hash,
                          float *values,
                          size_t n_values);

// Keeps a copy of values, unless they are more than the whole bound or memory is refused.
void pe_senses_cache_add(PeSensesCache *cache,
                         const PeHash *hash,
                         const float *values,
                         size_t n_values);

typedef struct {
    size_t n_hits, n_misses; // of pe_senses_cache_find
    size_t n_entries, n_bytes;
    size_t n_dropped; // to make room
} PeSensesCacheCounts;

PeSensesCacheCounts pe_senses_cache_counts(PeSensesCache *cache);

#include "engine/senses_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry {
    PeHash hash;
    struct Entry *next_of_bucket;
    struct Entry *newer, *older; // by last use
    size_t n_values;
    float values[]; // [n_values]
} Entry;

#define N_BUCKETS 1024

struct PeSensesCache {
    pthread_mutex_t lock;
    size_t n_bytes_most;
    PeSensesCacheCounts counts;
    Entry *newest, *oldest;
    Entry *buckets[N_BUCKETS];
};

PeSensesCache *pe_senses_cache_new(size_t n_bytes_most)
{
    PeSensesCache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) return NULL;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return NULL;
    }
    cache->n_bytes_most = n_bytes_most;
    cache->counts.n_bytes = sizeof *cache;
    return cache;
}

void pe_senses_cache_free(PeSensesCache *cache)
{
    if (cache == NULL) return;
    for (Entry *entry = cache->newest, *older; entry != NULL; entry = older) {
        older = entry->older;
        free(entry);
    }
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

// ---- The order of use

static void unlink_entry(PeSensesCache *cache, Entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(PeSensesCache *cache, Entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

// ---- The table

static Entry **bucket_of(PeSensesCache *cache, const PeHash *hash)
{
    return &cache->buckets[(hash->bytes[0] | hash->bytes[1] << 8) % N_BUCKETS];
}

static Entry *entry_find(PeSensesCache *cache, const PeHash *hash)
{
    Entry *entry = *bucket_of(cache, hash);
    while (entry != NULL && memcmp(&entry->hash, hash, sizeof *hash) != 0)
        entry = entry->next_of_bucket;
    return entry;
}

static size_t entry_bytes(size_t n_values)
{
    return sizeof(Entry) + n_values * sizeof(float);
}

static void drop_oldest(PeSensesCache *cache)
{
    Entry *entry = cache->oldest, **at = bucket_of(cache, &entry->hash);
    while (*at != entry)
        at = &(*at)->next_of_bucket;
    *at = entry->next_of_bucket;
    cache->oldest = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = NULL;
    cache->counts.n_bytes -= entry_bytes(entry->n_values);
    cache->counts.n_entries--;
    cache->counts.n_dropped++;
    free(entry);
}

bool pe_senses_cache_find(PeSensesCache *cache,
                          const PeHash *hash,
                          float *values,
                          size_t n_values)
{
    pthread_mutex_lock(&cache->lock);
    Entry *entry = entry_find(cache, hash);
    const bool is_hit = entry != NULL && entry->n_values == n_values;
    if (is_hit) {
        memcpy(values, entry->values, n_values * sizeof *values);
        unlink_entry(cache, entry);
        link_newest(cache, entry);
    }
    (*(is_hit ? &cache->counts.n_hits : &cache->counts.n_misses))++;
    pthread_mutex_unlock(&cache->lock);
    return is_hit;
}

static void add_locked(PeSensesCache *cache, Entry *entry)
{
    const size_t n_bytes = entry_bytes(entry->n_values);
    Entry **bucket = bucket_of(cache, &entry->hash);
    while (cache->counts.n_bytes + n_bytes > cache->n_bytes_most)
        drop_oldest(cache);
    entry->next_of_bucket = *bucket;
    *bucket = entry;
    link_newest(cache, entry);
    cache->counts.n_bytes += n_bytes;
    cache->counts.n_entries++;
}

void pe_senses_cache_add(PeSensesCache *cache,
                         const PeHash *hash,
                         const float *values,
                         size_t n_values)
{
    if (sizeof *cache + entry_bytes(n_values) > cache->n_bytes_most) return;
    Entry *entry = malloc(entry_bytes(n_values));
    if (entry == NULL) return;
    entry->hash = *hash;
    entry->n_values = n_values;
    memcpy(entry->values, values, n_values * sizeof *values);
    pthread_mutex_lock(&cache->lock);
    // Another thread may have been faster.
    const bool is_new = entry_find(cache, hash) == NULL;
    if (is_new) add_locked(cache, entry);
    pthread_mutex_unlock(&cache->lock);
    if (!is_new) free(entry);
}

PeSensesCacheCounts pe_senses_cache_counts(PeSensesCache *cache)
{
    pthread_mutex_lock(&cache->lock);
    const PeSensesCacheCounts counts = cache->counts;
    pthread_mutex_unlock(&cache->lock);
    return counts;
}

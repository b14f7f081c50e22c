#include "engine/senses_cache.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void hash_print(const PeHash *hash, char text[65])
{
    for (size_t i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
}

// The examples of FIPS 180-4 (NIST, "SHA256.pdf").
Test(senses_cache, hash_is_sha_256)
{
    static const struct {
        const char *text, *hash;
    } cases[] = {
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    };
    char text[65];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t n_label = 0; n_label <= strlen(cases[i].text); n_label++) {
            char label[64] = {0};
            memcpy(label, cases[i].text, n_label);
            const PeHash hash =
                pe_hash(label, cases[i].text + n_label, strlen(cases[i].text) - n_label);
            hash_print(&hash, text);
            cr_assert_str_eq(text, cases[i].hash);
        }
}

static PeHash hash_of(int i)
{
    return pe_hash("", &i, sizeof i);
}

static void add(PeSensesCache *cache, int i)
{
    const float values[256] = {(float)i};
    const PeHash hash = hash_of(i);
    pe_senses_cache_add(cache, &hash, values, 256);
}

static bool has(PeSensesCache *cache, int i)
{
    float values[256] = {-1};
    const PeHash hash = hash_of(i);
    const bool is_there = pe_senses_cache_find(cache, &hash, values, 256);
    cr_assert_eq(values[0], is_there ? (float)i : -1);
    return is_there;
}

Test(senses_cache, least_recently_used_goes_first_and_the_bound_holds)
{
    const size_t n_bytes_most = 16384;
    PeSensesCache *cache = pe_senses_cache_new(n_bytes_most);
    add(cache, 0);
    for (int i = 1; i < 200; i++) {
        add(cache, i);
        cr_assert(has(cache, 0));
        cr_assert(has(cache, i));
        cr_assert_leq(pe_senses_cache_counts(cache).n_bytes, n_bytes_most);
    }
    const PeSensesCacheCounts counts = pe_senses_cache_counts(cache);
    cr_assert_eq(counts.n_hits, 2 * 199);
    cr_assert_eq(counts.n_entries + counts.n_dropped, 200);
    cr_assert_gt(counts.n_entries, 3);
    cr_assert_not(has(cache, 1));
    cr_assert_eq(pe_senses_cache_counts(cache).n_misses, 1);
    pe_senses_cache_free(cache);
}

Test(senses_cache, same_content_is_kept_once_and_another_size_is_not_given)
{
    PeSensesCache *cache = pe_senses_cache_new(1 << 20);
    const PeHash hash = hash_of(7);
    float values[2];
    add(cache, 7);
    add(cache, 7);
    cr_assert_eq(pe_senses_cache_counts(cache).n_entries, 1);
    cr_assert_not(pe_senses_cache_find(cache, &hash, values, 2));
    pe_senses_cache_free(cache);
}

Test(senses_cache, what_is_larger_than_the_bound_is_not_kept)
{
    PeSensesCache *cache = pe_senses_cache_new(64);
    add(cache, 1);
    cr_assert_not(has(cache, 1));
    cr_assert_eq(pe_senses_cache_counts(cache).n_entries, 0);
    pe_senses_cache_free(cache);
}

static void *find_and_add(void *data)
{
    for (int i = 0; i < 2000; i++)
        if (!has(data, i * 7 % 40)) add(data, i * 7 % 40);
    return NULL;
}

Test(senses_cache, threads_share_it)
{
    PeSensesCache *cache = pe_senses_cache_new(32768);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, find_and_add, cache);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    const PeSensesCacheCounts counts = pe_senses_cache_counts(cache);
    cr_assert_eq(counts.n_hits + counts.n_misses, 8000);
    cr_assert_leq(counts.n_bytes, 32768);
    cr_assert_gt(counts.n_dropped, 0);
    pe_senses_cache_free(cache);
}

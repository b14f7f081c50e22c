#include "harness/stats/radix.h"

#include <glib.h>
#include <string.h>

// Eleven bits a pass: six passes, and a table of counts that stays in the first-level cache.
enum { DIGIT_BITS = 11, N_DIGITS = 1 << DIGIT_BITS, N_PASSES = 6, FEW = 64 };

static void insertion_sort(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        size_t place = i;
        for (; place > 0 && keys[place - 1] > key; place--)
            keys[place] = keys[place - 1];
        keys[place] = key;
    }
}

static size_t digit_of(uint64_t key, int pass)
{
    return key >> (pass * DIGIT_BITS) & (N_DIGITS - 1);
}

// How often each digit occurs, in one pass for all.
static void digits_count(size_t counts[N_PASSES][N_DIGITS], const uint64_t *keys, size_t n)
{
    memset(counts, 0, sizeof(size_t[N_PASSES][N_DIGITS]));
    for (size_t i = 0; i < n; i++) {
        for (int pass = 0; pass < N_PASSES; pass++)
            counts[pass][digit_of(keys[i], pass)]++;
    }
}

static void
keys_spread(const uint64_t *from, uint64_t *to, size_t n, int pass, size_t starts[N_DIGITS])
{
    size_t next = 0;
    for (size_t digit = 0; digit < N_DIGITS; digit++) {
        const size_t count = starts[digit];
        starts[digit] = next;
        next += count;
    }
    for (size_t i = 0; i < n; i++)
        to[starts[digit_of(from[i], pass)]++] = from[i];
}

void ps_radix_sort(uint64_t *keys, size_t n)
{
    if (n <= FEW) {
        insertion_sort(keys, n);
        return;
    }
    g_autofree uint64_t *space = g_new(uint64_t, n);
    g_autofree void *table = g_malloc(sizeof(size_t[N_PASSES][N_DIGITS]));
    size_t(*counts)[N_DIGITS] = table;
    digits_count(counts, keys, n);
    uint64_t *from = keys, *to = space;
    for (int pass = 0; pass < N_PASSES; pass++) {
        if (counts[pass][digit_of(from[0], pass)] == n) continue; // all have the same digit
        keys_spread(from, to, n, pass, counts[pass]);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) memcpy(keys, from, n * sizeof *keys);
}

static const uint64_t sign_bit = (uint64_t)1 << 63;

// Numbers ordered as the doubles are: negative ones have all bits turned, others the sign bit.
void ps_radix_sort_doubles(double *values, size_t n)
{
    if (n == 0) return;
    g_autofree uint64_t *keys = g_new(uint64_t, n);
    memcpy(keys, values, n * sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] ^= keys[i] & sign_bit ? UINT64_MAX : sign_bit;
    ps_radix_sort(keys, n);
    for (size_t i = 0; i < n; i++)
        keys[i] ^= keys[i] & sign_bit ? sign_bit : UINT64_MAX;
    memcpy(values, keys, n * sizeof *keys);
}

// Exact where there are few different sums: the values are dealt into two halves whose sums are
// listed in order, and for each sum of one half the sums of the other that suffice are a range
// that only grows.
#include "harness/stats/sign_flip_private.h"

#include <math.h>

enum { MAX_SUMS = 1 << 18 };

// ---- Lists of sums

void ps_signed_sums_init(PsSignedSums *list)
{
    list->n = 1;
    list->sums = g_new(PsSignedSum, 1);
    list->sums[0] = (PsSignedSum){0, 1};
}

void ps_signed_sums_clear(PsSignedSums *list)
{
    g_free(list->sums);
}

static void merge(const PsSignedSum *from, PsSignedSum *to, size_t middle, size_t end)
{
    size_t i = 0, k = middle;
    for (size_t place = 0; place < end; place++) {
        const bool first = i < middle && (k >= end || from[i].sum <= from[k].sum);
        to[place] = first ? from[i++] : from[k++];
    }
}

// Merges neighbouring runs of `length` until there is one; returns the buffer that holds it.
static PsSignedSum *merge_runs(PsSignedSum *from, PsSignedSum *to, size_t n, size_t length)
{
    for (; length < n; length *= 2) {
        for (size_t start = 0; start < n; start += 2 * length) {
            const size_t end = MIN(2 * length, n - start);
            merge(from + start, to + start, MIN(length, end), end);
        }
        PsSignedSum *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

// Each number of positive signs gives a run, in order as the list is.
void ps_signed_sums_add(PsSignedSums *list, double value, uint32_t count)
{
    const size_t n = list->n * ((size_t)count + 1);
    PsSignedSum *runs = g_new(PsSignedSum, n), *space = g_new(PsSignedSum, n);
    for (uint32_t k = 0; k <= count; k++) {
        const double shift = (2.0 * k - count) * value;
        const double chance = exp(lgamma(count + 1.0) - lgamma(k + 1.0)
                                  - lgamma(count - k + 1.0) - count * M_LN2);
        PsSignedSum *run = runs + k * list->n;
        for (size_t i = 0; i < list->n; i++)
            run[i] = (PsSignedSum){list->sums[i].sum + shift, list->sums[i].weight * chance};
    }
    PsSignedSum *sorted = merge_runs(runs, space, n, list->n);
    g_free(list->sums);
    g_free(sorted == runs ? space : runs);
    *list = (PsSignedSums){n, sorted};
}

// ---- Two halves

// Deals each value, the most frequent ones first, to the half with fewer sums. False if one
// gets too many.
static bool deal(const PsSignFlips *flips, bool *is_second)
{
    size_t n_sums[2] = {1, 1};
    uint32_t next = UINT32_MAX;
    while (next > 0) {
        uint32_t count = 0;
        for (size_t i = 0; i < flips->n_values; i++) {
            if (flips->values[i].count < next) count = MAX(count, flips->values[i].count);
        }
        for (size_t i = 0; i < flips->n_values; i++) {
            if (flips->values[i].count != count) continue;
            is_second[i] = n_sums[1] < n_sums[0];
            n_sums[is_second[i]] *= (size_t)count + 1;
            if (n_sums[is_second[i]] > MAX_SUMS) return false;
        }
        next = count;
    }
    return true;
}

// P(first + second ≥ least). Goes up the first list, whose larger sums need less of the second.
static double chance_of(const PsSignedSums *first, const PsSignedSums *second, double least)
{
    double chance = 0, enough = 0;
    size_t k = second->n;
    for (size_t i = 0; i < first->n; i++) {
        const double needed = least - first->sums[i].sum;
        while (k > 0 && second->sums[k - 1].sum >= needed)
            enough += second->sums[--k].weight;
        chance += first->sums[i].weight * enough;
    }
    return fmin(1, chance);
}

bool ps_sign_flip_meet(const PsSignFlips *flips, PsSignFlip *result)
{
    enum { MAX_VALUES = 36 }; // each at least doubles the sums of a half
    bool is_second[MAX_VALUES] = {0};
    if (flips->n_values > MAX_VALUES || !deal(flips, is_second)) return false;
    PsSignedSums halves[2];
    ps_signed_sums_init(&halves[0]);
    ps_signed_sums_init(&halves[1]);
    for (size_t i = 0; i < flips->n_values; i++) {
        const PsMagnitude *magnitude = &flips->values[i];
        ps_signed_sums_add(&halves[is_second[i]], magnitude->value, magnitude->count);
    }
    result->greater = chance_of(&halves[0], &halves[1], flips->observed - flips->slack);
    result->less = chance_of(&halves[0], &halves[1], -flips->observed - flips->slack);
    ps_signed_sums_clear(&halves[0]);
    ps_signed_sums_clear(&halves[1]);
    return true;
}

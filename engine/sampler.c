#include "engine/sampler.h"

#include "engine/evaluate.h"

#include <math.h>
#include <stdlib.h>

// splitmix64 (Steele, Lea and Flood 2014).
static uint64_t next(PeRandom *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

PeRandom pe_random(uint64_t seed)
{
    return (PeRandom){seed};
}

double pe_random_uniform(PeRandom *random)
{
    return (double)(next(random) >> 11) * 0x1p-53;
}

static bool is_allowed(const uint64_t *allowed, size_t token)
{
    return allowed == NULL || (allowed[token / 64] >> (token % 64) & 1);
}

static bool is_before(const PeChoice *a, const PeChoice *b)
{
    if (a->log_probability != b->log_probability)
        return a->log_probability > b->log_probability;
    return a->token < b->token;
}

static int compare(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : 1;
}

// Puts the n_top first of choices[n] at their beginning, in no order: Hoare's selection.
static void select_first(PeChoice *choices, size_t n, size_t n_top)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        const PeChoice pivot = choices[low + (high - low - 1) / 2]; // never the last
        size_t i = low, j = high - 1;
        for (;; i++, j--) {
            while (is_before(&choices[i], &pivot))
                i++;
            while (is_before(&pivot, &choices[j]))
                j--;
            if (i >= j) break;
            const PeChoice swapped = choices[i];
            choices[i] = choices[j];
            choices[j] = swapped;
        }
        if (n_top <= j + 1)
            high = j + 1;
        else
            low = j + 1;
        if (low >= n_top) return;
    }
}

static size_t list_allowed(const float *log_probabilities,
                           size_t n,
                           const uint64_t *allowed,
                           PeChoice *choices)
{
    size_t n_allowed = 0;
    for (size_t i = 0; i < n; i++)
        if (is_allowed(allowed, i))
            choices[n_allowed++] = (PeChoice){(int32_t)i, log_probabilities[i]};
    return n_allowed;
}

void pe_most_probable(const float *log_probabilities, size_t n, size_t n_top, PeChoice *scratch)
{
    list_allowed(log_probabilities, n, NULL, scratch);
    n_top = n_top < n ? n_top : n;
    select_first(scratch, n, n_top);
    qsort(scratch, n_top, sizeof *scratch, compare);
}

static PeChoice greedy(const float *log_probabilities, size_t n, const uint64_t *allowed)
{
    PeChoice best = {-1, -INFINITY};
    for (size_t i = 0; i < n; i++)
        if (is_allowed(allowed, i)
            && (best.token < 0 || log_probabilities[i] > best.log_probability))
            best = (PeChoice){(int32_t)i, log_probabilities[i]};
    return best;
}

// How many of the sorted choices stay; one at least.
static size_t cut(const PeSampling *sampling, const PeChoice *choices, size_t n)
{
    double whole = 0, sum = 0;
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++)
        whole += exp((double)choices[i].log_probability);
    while (n_left < n && (sampling->top_p >= 1 || sum < sampling->top_p * whole))
        sum += exp((double)choices[n_left++].log_probability);
    n_left = n_left > 0 ? n_left : 1;
    if (!(sampling->min_p > 0)) return n_left;
    const double least = log(sampling->min_p) + choices[0].log_probability;
    while (n_left > 1 && choices[n_left - 1].log_probability < least)
        n_left--;
    return n_left;
}

static PeChoice
draw(const PeSampling *sampling, PeRandom *random, const PeChoice *choices, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += exp((choices[i].log_probability - choices[0].log_probability)
                   / sampling->temperature);
    double left = pe_random_uniform(random) * sum;
    for (size_t i = 0; i < n; i++) {
        left -= exp((choices[i].log_probability - choices[0].log_probability)
                    / sampling->temperature);
        if (left < 0) return choices[i];
    }
    return choices[n - 1];
}

PeChoice pe_sample(const PeSampling *sampling,
                   PeRandom *random,
                   float *logits,
                   size_t n,
                   const uint64_t *allowed,
                   PeChoice *scratch)
{
    pe_log_softmax(logits, n);
    if (!(sampling->temperature > 0)) return greedy(logits, n, allowed);
    size_t n_left = list_allowed(logits, n, allowed, scratch);
    if (sampling->top_k > 0 && sampling->top_k < n_left) {
        select_first(scratch, n_left, sampling->top_k);
        n_left = sampling->top_k;
    }
    qsort(scratch, n_left, sizeof *scratch, compare);
    return draw(sampling, random, scratch, cut(sampling, scratch, n_left));
}

#include "engine/sampler.h"

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

// Hoare's partition of choices low … high - 1, at least two: none from the result on is before
// one in front of it, and there are some on both sides.
static size_t partition(PeChoice *choices, size_t low, size_t high)
{
    const PeChoice pivot = choices[low + (high - low - 1) / 2]; // never the last
    size_t i = low, j = high - 1;
    for (;; i++, j--) {
        while (is_before(&choices[i], &pivot))
            i++;
        while (is_before(&pivot, &choices[j]))
            j--;
        if (i >= j) return j + 1;
        const PeChoice swapped = choices[i];
        choices[i] = choices[j];
        choices[j] = swapped;
    }
}

// Puts the n_top first of choices[n] at their beginning, in no order.
static void select_first(PeChoice *choices, size_t n, size_t n_top)
{
    size_t low = 0, high = n;
    while (high - low > 1 && low < n_top) {
        const size_t middle = partition(choices, low, high);
        if (n_top <= middle)
            high = middle;
        else
            low = middle;
    }
}

static double weigh(const float *weights, const PeChoice *choices, size_t first, size_t end)
{
    double sum = 0;
    for (size_t i = first; i < end; i++)
        sum += weights[choices[i].token];
    return sum;
}

// Puts at the beginning of choices[n], in no order, those that together have `least` of the
// weights, the most probable before the others; how many they are, one at least.
static size_t select_weight(PeChoice *choices, size_t n, const float *weights, double least)
{
    size_t low = 0, high = n;
    double before = 0;
    while (high - low > 1) {
        const size_t middle = partition(choices, low, high);
        const double sum = before + weigh(weights, choices, low, middle);
        if (sum >= least) {
            high = middle;
        } else {
            low = middle;
            before = sum;
        }
    }
    return high;
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

void pe_most_probable(const float *log_probabilities, size_t n, size_t n_top, PeChoice *choices)
{
    list_allowed(log_probabilities, n, NULL, choices);
    n_top = n_top < n ? n_top : n;
    select_first(choices, n, n_top);
    qsort(choices, n_top, sizeof *choices, compare);
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

// ---- What is left of the distribution: each returns how many choices stay, at the beginning

// Those of a weight that is at least so much; one at least, for where a broken model's weights
// are no numbers.
static size_t keep_heavy(PeChoice *choices, size_t n, const float *weights, double least)
{
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++)
        if (weights[choices[i].token] >= least) choices[n_left++] = choices[i];
    return n_left > 0 ? n_left : 1;
}

static size_t keep_top_k(PeChoice *choices, size_t n, size_t top_k)
{
    if (top_k == 0 || top_k >= n) return n;
    select_first(choices, n, top_k);
    return top_k;
}

// What is lighter than a share of the rest that may go weighs less than that rest, so all of it
// goes: mostly nearly everything.
static size_t keep_top_p(PeChoice *choices, size_t n, const float *weights, double top_p)
{
    if (top_p >= 1) return n;
    const double whole = weigh(weights, choices, 0, n);
    n = keep_heavy(choices, n, weights, (1 - top_p) * whole / (double)n);
    return select_weight(choices, n, weights, top_p * whole);
}

static float most_probable(const PeChoice *choices, size_t n)
{
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, choices[i].log_probability);
    return most;
}

static size_t keep_min_p(PeChoice *choices, size_t n, const float *weights, double min_p)
{
    double most = 0;
    for (size_t i = 0; min_p > 0 && i < n; i++)
        most = fmax(most, weights[choices[i].token]);
    return min_p > 0 ? keep_heavy(choices, n, weights, min_p * most) : n;
}

static PeChoice draw(PeRandom *random, const PeChoice *choices, size_t n, const float *weights)
{
    double left = pe_random_uniform(random) * weigh(weights, choices, 0, n);
    for (size_t i = 0; i + 1 < n; i++) {
        left -= weights[choices[i].token];
        if (left < 0) return choices[i];
    }
    return choices[n - 1];
}

PeChoice pe_sample(PeLevel level,
                   const PeSampling *sampling,
                   PeRandom *random,
                   float *logits,
                   size_t n,
                   const uint64_t *allowed,
                   PeSamplerScratch *scratch)
{
    PeChoice *choices = scratch->choices;
    float *weights = scratch->weights;
    pe_log_softmax(level, logits, n);
    if (!(sampling->temperature > 0)) return greedy(logits, n, allowed);
    size_t n_left = list_allowed(logits, n, allowed, choices);
    const float most = most_probable(choices, n_left);
    pe_exp(level, logits, n, most, 1, weights);
    n_left = keep_top_k(choices, n_left, sampling->top_k);
    n_left = keep_top_p(choices, n_left, weights, sampling->top_p);
    n_left = keep_min_p(choices, n_left, weights, sampling->min_p);
    pe_exp(level, logits, n, most, (float)(1 / sampling->temperature), weights);
    return draw(random, choices, n_left, weights);
}

bool pe_sampler_scratch_init(PeSamplerScratch *scratch, size_t n)
{
    *scratch = (PeSamplerScratch){malloc(n * sizeof *scratch->choices), pe_rows_new(1, n)};
    return scratch->choices != NULL && scratch->weights != NULL;
}

void pe_sampler_scratch_clear(PeSamplerScratch *scratch)
{
    free(scratch->choices);
    free(scratch->weights);
    *scratch = (PeSamplerScratch){0};
}

size_t pe_sampler_scratch_bytes(size_t n)
{
    return n * (sizeof(PeChoice) + sizeof(float));
}

#include "harness/stats/permutation.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

// An arrangement is a set of bits, one a value; T is a sum over the values, of on[i] where the
// bit is set and of off[i] where it is not. The sums over each eight values are tabled.
enum { MAX_VALUES = 63, MAX_BYTES = 8, TABLE = 256 };

typedef struct {
    size_t n_values, n_bytes;
    double on[MAX_VALUES], off[MAX_VALUES];
    double sums[MAX_BYTES][TABLE];
} Arrangements;

typedef struct {
    double observed, slack;
    uint64_t n, n_less, n_greater, n_beyond;
} Counts;

static const PsPermutation no_answer = {NAN, NAN, NAN, NAN, NAN};

static void arrangements_table(Arrangements *all)
{
    all->n_bytes = (all->n_values + 7) / 8;
    for (size_t byte = 0; byte < all->n_bytes; byte++) {
        const size_t first = 8 * byte, count = MIN(8, all->n_values - first);
        for (size_t bits = 0; bits < TABLE; bits++) {
            double sum = 0;
            for (size_t i = 0; i < count; i++)
                sum += bits >> i & 1 ? all->on[first + i] : all->off[first + i];
            all->sums[byte][bits] = sum;
        }
    }
}

static double arrangement_sum(const Arrangements *all, uint64_t bits)
{
    double sum = 0;
    for (size_t byte = 0; byte < all->n_bytes; byte++)
        sum += all->sums[byte][bits >> (8 * byte) & 0xff];
    return sum;
}

// The slack is scipy's, or what adding the values may cost if they are much larger than T.
static void counts_init(Counts *counts, const Arrangements *all, uint64_t observed)
{
    double size = 1;
    for (size_t i = 0; i < all->n_values; i++)
        size += fmax(fabs(all->on[i]), fabs(all->off[i])) / 16;
    counts->observed = arrangement_sum(all, observed);
    counts->slack = 1e-14 * fmax(size, fabs(counts->observed));
}

static void counts_add(Counts *counts, double sum)
{
    counts->n++;
    counts->n_less += sum <= counts->observed + counts->slack;
    counts->n_greater += sum >= counts->observed - counts->slack;
    counts->n_beyond += fabs(sum) >= fabs(counts->observed) - counts->slack;
}

static PsPermutation counts_finish(const Counts *counts)
{
    const double n = (double)counts->n;
    PsPermutation result = {.statistic = counts->observed,
                            .less = (double)counts->n_less / n,
                            .greater = (double)counts->n_greater / n,
                            .abs_two_sided = (double)counts->n_beyond / n};
    result.two_sided = fmin(1, 2 * fmin(result.less, result.greater));
    return result;
}

static bool all_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) return false;
    }
    return true;
}

PsPermutation ps_permutation_paired(const double *a, const double *b, size_t n)
{
    if (n == 0 || n > MAX_VALUES) return no_answer;
    const uint64_t n_arrangements = (uint64_t)1 << n;
    if (n_arrangements > PS_PERMUTATION_MAX_ARRANGEMENTS) return no_answer;
    if (!all_finite(a, n) || !all_finite(b, n)) return no_answer;
    Arrangements all = {.n_values = n};
    for (size_t i = 0; i < n; i++) {
        all.on[i] = (a[i] - b[i]) / (double)n;
        all.off[i] = -all.on[i];
    }
    arrangements_table(&all);
    Counts counts = {0};
    counts_init(&counts, &all, n_arrangements - 1);
    for (uint64_t bits = 0; bits < n_arrangements; bits++)
        counts_add(&counts, arrangement_sum(&all, bits));
    return counts_finish(&counts);
}

static double combinations(size_t n, size_t k)
{
    double count = 1;
    for (size_t i = 1; i <= k; i++)
        count *= (double)(n - k + i) / (double)i;
    return count;
}

// The next larger number with as many bits set.
static uint64_t next_same_count(uint64_t bits)
{
    const uint64_t lowest = bits & -bits, ripple = bits + lowest;
    return ripple | (((bits ^ ripple) >> 2) / lowest);
}

PsPermutation
ps_permutation_independent(const double *a, size_t n_a, const double *b, size_t n_b)
{
    const size_t n = n_a + n_b;
    if (n_a == 0 || n_b == 0 || n_a > MAX_VALUES || n_b > MAX_VALUES || n > MAX_VALUES)
        return no_answer;
    if (combinations(n, n_a) > PS_PERMUTATION_MAX_ARRANGEMENTS) return no_answer;
    if (!all_finite(a, n_a) || !all_finite(b, n_b)) return no_answer;
    Arrangements all = {.n_values = n};
    for (size_t i = 0; i < n; i++) {
        const double value = i < n_a ? a[i] : b[i - n_a];
        all.on[i] = value / (double)n_a;
        all.off[i] = -value / (double)n_b;
    }
    arrangements_table(&all);
    Counts counts = {0};
    const uint64_t first = ((uint64_t)1 << n_a) - 1, end = (uint64_t)1 << n;
    counts_init(&counts, &all, first);
    for (uint64_t bits = first; bits < end; bits = next_same_count(bits))
        counts_add(&counts, arrangement_sum(&all, bits));
    return counts_finish(&counts);
}

#include "harness/stats/krippendorff.h"

#include "harness/stats/sort.h"

#include <glib.h>
#include <math.h>

// The values that pair up, by how often each was given.
typedef struct {
    double *at;     // [n] different values, ascending
    double *counts; // [n]
    double *below;  // [n] how many values are smaller
    size_t n;
    double n_given;
} Levels;

static size_t n_judged(const double *unit, size_t n_raters)
{
    size_t n = 0;
    for (size_t i = 0; i < n_raters; i++)
        n += !isnan(unit[i]);
    return n;
}

static void levels_init(Levels *levels, const double *values, size_t n_units, size_t n_raters)
{
    g_autofree double *given = g_new(double, n_units *n_raters + 1);
    size_t n = 0;
    for (size_t u = 0; u < n_units; u++) {
        const double *unit = values + u * n_raters;
        if (n_judged(unit, n_raters) < 2) continue;
        for (size_t i = 0; i < n_raters; i++)
            if (!isnan(unit[i])) given[n++] = unit[i];
    }
    ps_sort(given, n);
    *levels = (Levels){g_new(double, n + 1), g_new(double, n + 1), g_new(double, n + 1), 0,
                       (double)n};
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || given[i] != given[i - 1]) {
            levels->at[levels->n] = given[i];
            levels->below[levels->n] = (double)i;
            levels->counts[levels->n++] = 0;
        }
        levels->counts[levels->n - 1]++;
    }
}

static void levels_clear(Levels *levels)
{
    g_free(levels->at);
    g_free(levels->counts);
    g_free(levels->below);
}

static size_t level_of(const Levels *levels, double value)
{
    size_t low = 0, high = levels->n;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (levels->at[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// The disagreement of a pair of different values.
static double distance(PsKrippendorff level, const Levels *levels, size_t c, size_t k)
{
    if (c == k) return 0;
    if (level == PS_KRIPPENDORFF_NOMINAL) return 1;
    const size_t least = MIN(c, k), most = MAX(c, k);
    const double between = levels->below[most] - levels->below[least] - levels->counts[least];
    const double d = between + (levels->counts[least] + levels->counts[most]) / 2;
    return d * d;
}

// Every unit's pairs count as many as it has values.
static double observed_disagreement(PsKrippendorff level,
                                    const Levels *levels,
                                    const double *values,
                                    size_t n_units,
                                    size_t n_raters)
{
    double total = 0;
    for (size_t u = 0; u < n_units; u++) {
        const double *unit = values + u * n_raters;
        const size_t n = n_judged(unit, n_raters);
        double sum = 0;
        for (size_t i = 0; n >= 2 && i < n_raters; i++) {
            for (size_t j = 0; j < n_raters; j++) {
                if (i == j || isnan(unit[i]) || isnan(unit[j])) continue;
                sum += distance(level, levels, level_of(levels, unit[i]),
                                level_of(levels, unit[j]));
            }
        }
        if (n >= 2) total += sum / (double)(n - 1);
    }
    return total / levels->n_given;
}

static double expected_disagreement(PsKrippendorff level, const Levels *levels)
{
    double total = 0;
    for (size_t c = 0; c < levels->n; c++)
        for (size_t k = 0; k < levels->n; k++)
            total += levels->counts[c] * levels->counts[k] * distance(level, levels, c, k);
    return total / (levels->n_given * (levels->n_given - 1));
}

double ps_krippendorff_alpha(PsKrippendorff level,
                             const double *values,
                             size_t n_units,
                             size_t n_raters)
{
    Levels levels;
    levels_init(&levels, values, n_units, n_raters);
    double alpha = NAN;
    if (levels.n >= 2) {
        alpha = 1
                - observed_disagreement(level, &levels, values, n_units, n_raters)
                      / expected_disagreement(level, &levels);
    }
    levels_clear(&levels);
    return alpha;
}

#include "harness/stats/percentile_difference.h"

#include "harness/rng.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>

// One system's rows in ascending order.
typedef struct {
    double *values;    // [n_rows] ascending
    uint32_t *sources; // [n_rows] of each
    size_t start;      // the place of the percentile of all rows
    uint32_t *below;   // [n_sources] rows of each before start
} System;

typedef struct {
    double value;
    uint32_t source, row;
} Row;

static int compare_rows(const void *a, const void *b)
{
    const Row *first = a, *second = b;
    if (first->value != second->value) return first->value < second->value ? -1 : 1;
    return (first->source > second->source) - (first->source < second->source);
}

static System system_new(const double *values,
                         const uint32_t *sources,
                         size_t n_rows,
                         size_t n_sources,
                         double percentile)
{
    g_autofree Row *rows = g_new(Row, n_rows);
    for (size_t i = 0; i < n_rows; i++)
        rows[i] = (Row){.value = values[i], .source = sources[i]};
    qsort(rows, n_rows, sizeof *rows, compare_rows);
    System system = {
        .values = g_new0(double, n_rows),
        .sources = g_new0(uint32_t, n_rows),
        .start = ps_percentile_rank(n_rows, percentile) - 1,
        .below = g_new0(uint32_t, n_sources),
    };
    for (size_t i = 0; i < n_rows; i++) {
        system.values[i] = rows[i].value;
        system.sources[i] = rows[i].source;
        if (i < system.start) system.below[rows[i].source]++;
    }
    return system;
}

static void system_clear(System *system)
{
    g_free(system->values);
    g_free(system->sources);
    g_free(system->below);
}

// The value at rank (from 1) of the rows, each as often as its source was drawn. A draw's
// percentile is near that of all rows, so the walk starts there.
static double
system_percentile(const System *system, const uint16_t *drawn, size_t n_sources, uint64_t rank)
{
    uint64_t n_before = 0;
    for (size_t s = 0; s < n_sources; s++)
        n_before += (uint64_t)drawn[s] * system->below[s];
    size_t at = system->start;
    while (n_before >= rank)
        n_before -= drawn[system->sources[--at]];
    for (;; at++) {
        n_before += drawn[system->sources[at]];
        if (n_before >= rank) return system->values[at];
    }
}

// Numbers the sources by place; returns how many there are.
static size_t number_sources(const uint32_t *clusters, size_t n_rows, uint32_t *sources)
{
    size_t n_sources = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (i == 0 || clusters[i] != clusters[i - 1]) n_sources++;
        sources[i] = (uint32_t)n_sources - 1;
    }
    return n_sources;
}

static void draw_sources(PsRng *rng, uint16_t *drawn, size_t n_sources)
{
    for (size_t s = 0; s < n_sources; s++)
        drawn[s] = 0;
    for (size_t s = 0; s < n_sources; s++)
        drawn[ps_rng_below(rng, n_sources)]++;
}

static void draw_differences(PsPercentileDifference *result,
                             const System systems[2],
                             const uint32_t *n_rows_of,
                             double percentile,
                             uint64_t seed)
{
    size_t n_sources = result->n_clusters;
    g_autofree uint16_t *drawn = g_new(uint16_t, n_sources);
    for (size_t d = 0; d < result->n_draws; d++) {
        PsRng rng;
        ps_rng_init(&rng, seed, d);
        draw_sources(&rng, drawn, n_sources);
        uint64_t n_drawn = 0;
        for (size_t s = 0; s < n_sources; s++)
            n_drawn += (uint64_t)drawn[s] * n_rows_of[s];
        uint64_t rank = ps_percentile_rank(n_drawn, percentile);
        result->differences[d] = system_percentile(&systems[1], drawn, n_sources, rank)
                                 - system_percentile(&systems[0], drawn, n_sources, rank);
    }
    ps_sort(result->differences, result->n_draws);
}

PsPercentileDifference ps_percentile_difference(const double *first,
                                                const double *second,
                                                const uint32_t *clusters,
                                                size_t n_rows,
                                                double percentile,
                                                size_t n_draws,
                                                uint64_t seed)
{
    g_autofree uint32_t *sources = g_new0(uint32_t, n_rows);
    size_t n_sources = number_sources(clusters, n_rows, sources);
    g_autofree uint32_t *n_rows_of = g_new0(uint32_t, n_sources);
    for (size_t i = 0; i < n_rows; i++)
        n_rows_of[sources[i]]++;
    System systems[] = {system_new(first, sources, n_rows, n_sources, percentile),
                        system_new(second, sources, n_rows, n_sources, percentile)};
    PsPercentileDifference result = {
        .first = systems[0].values[systems[0].start],
        .second = systems[1].values[systems[1].start],
        .differences = g_new(double, n_draws),
        .n_draws = n_draws,
        .n_clusters = n_sources,
    };
    draw_differences(&result, systems, n_rows_of, percentile, seed);
    result.low = ps_percentile(result.differences, n_draws, 2.5);
    result.high = ps_percentile(result.differences, n_draws, 97.5);
    system_clear(&systems[0]);
    system_clear(&systems[1]);
    return result;
}

void ps_percentile_difference_clear(PsPercentileDifference *difference)
{
    g_free(difference->differences);
    *difference = (PsPercentileDifference){0};
}

#include "harness/stats/percentile_swap.h"

#include "harness/rng.h"
#include "harness/stats/percentiles.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

// A row of either system.
typedef struct {
    double value;
    uint32_t source;
    uint32_t system; // 0 or 1
} Row;

// The rows of both systems together.
typedef struct {
    Row *rows; // [2 n_rows] ascending
    size_t n_sources, n_different;
    size_t rank;         // of the percentile among one system's rows, from 1
    size_t start;        // where a system's percentile is about to be
    int64_t *difference; // [n_sources] rows of each before start: of system 0, less of system 1
    uint8_t *is_swapped; // [n_sources]
} Swaps;

static int compare_rows(const void *a, const void *b)
{
    const Row *first = a, *second = b;
    if (first->value != second->value) return first->value < second->value ? -1 : 1;
    if (first->source != second->source) return first->source < second->source ? -1 : 1;
    return (first->system > second->system) - (first->system < second->system);
}

static Swaps swaps_new(const double *first,
                       const double *second,
                       const uint32_t *clusters,
                       size_t n_rows,
                       double percentile)
{
    Swaps swaps = {.rows = g_new(Row, 2 * n_rows),
                   .rank = ps_percentile_rank(n_rows, percentile)};
    bool is_different = false;
    for (size_t i = 0; i < n_rows; i++) {
        bool is_new = i == 0 || clusters[i] != clusters[i - 1];
        bool was_different = is_different && !is_new;
        is_different = was_different || first[i] != second[i];
        swaps.n_different += is_different && !was_different;
        swaps.n_sources += is_new;
        uint32_t source = (uint32_t)swaps.n_sources - 1;
        swaps.rows[2 * i] = (Row){first[i], source, 0};
        swaps.rows[2 * i + 1] = (Row){second[i], source, 1};
    }
    qsort(swaps.rows, 2 * n_rows, sizeof *swaps.rows, compare_rows);
    swaps.start = 2 * swaps.rank - 1;
    swaps.difference = g_new0(int64_t, swaps.n_sources);
    swaps.is_swapped = g_new0(uint8_t, swaps.n_sources);
    for (size_t at = 0; at < swaps.start; at++)
        swaps.difference[swaps.rows[at].source] += swaps.rows[at].system == 0 ? 1 : -1;
    return swaps;
}

static void swaps_clear(Swaps *swaps)
{
    g_free(swaps->rows);
    g_free(swaps->difference);
    g_free(swaps->is_swapped);
}

static bool belongs(const Swaps *swaps, size_t at, uint32_t system)
{
    const Row *row = &swaps->rows[at];
    return (row->system ^ swaps->is_swapped[row->source]) == system;
}

// The percentile of a system, n_before of whose rows lie before start.
static double percentile_of(const Swaps *swaps, uint32_t system, size_t n_before)
{
    size_t at = swaps->start;
    while (n_before >= swaps->rank)
        n_before -= belongs(swaps, --at, system);
    for (;; at++) {
        n_before += belongs(swaps, at, system);
        if (n_before == swaps->rank) return swaps->rows[at].value;
    }
}

// The difference second - first as the systems are now swapped.
static double difference_of(const Swaps *swaps)
{
    int64_t lead = 0; // of the first before start
    for (size_t s = 0; s < swaps->n_sources; s++)
        lead += swaps->is_swapped[s] ? -swaps->difference[s] : swaps->difference[s];
    size_t n_first = (size_t)((int64_t)swaps->start + lead) / 2;
    return percentile_of(swaps, 1, swaps->start - n_first) - percentile_of(swaps, 0, n_first);
}

static void draw_swaps(Swaps *swaps, PsRng *rng)
{
    uint64_t bits = 0;
    for (size_t s = 0; s < swaps->n_sources; s++, bits >>= 1) {
        if (s % 64 == 0) bits = ps_rng_next(rng);
        swaps->is_swapped[s] = bits & 1;
    }
}

PsPercentileSwap ps_percentile_swap(const double *first,
                                    const double *second,
                                    const uint32_t *clusters,
                                    size_t n_rows,
                                    double percentile,
                                    size_t n_draws,
                                    uint64_t seed)
{
    Swaps swaps = swaps_new(first, second, clusters, n_rows, percentile);
    double observed = difference_of(&swaps);
    size_t n_greater = 1, n_less = 1;
    for (size_t d = 0; d < n_draws; d++) {
        PsRng rng;
        ps_rng_init(&rng, seed, d);
        draw_swaps(&swaps, &rng);
        double difference = difference_of(&swaps);
        n_greater += difference >= observed;
        n_less += difference <= observed;
    }
    double n = (double)n_draws + 1;
    PsPercentileSwap result = {.greater = (double)n_greater / n,
                               .less = (double)n_less / n,
                               .least = fmax(exp2(-(double)swaps.n_different), 1 / n)};
    swaps_clear(&swaps);
    return result;
}

#include "harness/rng.h"
#include "harness/stats/percentile_swap.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define MOST 120

// The definition: every way to swap, each with its percentiles from sorted rows.
static double share_by_definition(const double *first,
                                  const double *second,
                                  const uint32_t *clusters,
                                  size_t n_rows,
                                  double percentile,
                                  unsigned n_sources)
{
    double observed = 0;
    unsigned n_reached = 0;
    for (unsigned swaps = 0; swaps < 1u << n_sources; swaps++) {
        double a[MOST], b[MOST];
        for (size_t i = 0; i < n_rows; i++) {
            bool is_swapped = swaps >> clusters[i] & 1;
            a[i] = is_swapped ? second[i] : first[i];
            b[i] = is_swapped ? first[i] : second[i];
        }
        ps_sort(a, n_rows);
        ps_sort(b, n_rows);
        double difference =
            ps_percentile(b, n_rows, percentile) - ps_percentile(a, n_rows, percentile);
        if (swaps == 0) observed = difference;
        n_reached += difference >= observed;
    }
    return n_reached / (double)(1u << n_sources);
}

// 40,000 draws: a standard error of at most 0.0025.
Test(percentile_swap, agrees_with_its_definition)
{
    const uint32_t clusters[] = {0, 0, 0, 1, 2, 2, 3, 4, 4, 5};
    PsRng rng;
    ps_rng_init(&rng, 1, 1);
    for (int round = 0; round < 5; round++) {
        double first[10], second[10];
        for (int i = 0; i < 10; i++) {
            first[i] = (double)ps_rng_below(&rng, 8);
            second[i] = (double)ps_rng_below(&rng, 10);
        }
        for (double percentile = 10; percentile <= 90; percentile += 40) {
            double expected = share_by_definition(first, second, clusters, 10, percentile, 6);
            PsPercentileSwap got =
                ps_percentile_swap(first, second, clusters, 10, percentile, 40000, 7);
            cr_expect_float_eq(got.greater, expected, 0.01, "%g: %g, %g", percentile,
                               got.greater, expected);
        }
    }
}

Test(percentile_swap, equal_systems_tell_nothing)
{
    const double values[] = {1, 2, 3};
    const uint32_t clusters[] = {0, 1, 2};
    PsPercentileSwap got = ps_percentile_swap(values, values, clusters, 3, 90, 100, 1);
    cr_expect_eq(got.greater, 1);
    cr_expect_eq(got.less, 1);
    cr_expect_eq(got.least, 1);
}

Test(percentile_swap, the_two_directions_mirror_each_other)
{
    const double first[] = {5, 1, 4, 2, 8}, second[] = {6, 3, 4, 9, 7};
    const uint32_t clusters[] = {0, 0, 1, 2, 3};
    PsPercentileSwap forward = ps_percentile_swap(first, second, clusters, 5, 50, 500, 3);
    PsPercentileSwap back = ps_percentile_swap(second, first, clusters, 5, 50, 500, 3);
    cr_expect_eq(forward.greater, back.less);
    cr_expect_eq(forward.less, back.greater);
}

// Three of four sources differ, so no p can be below 1/8.
Test(percentile_swap, least_counts_the_sources_that_differ)
{
    const double first[] = {1, 1, 1, 1, 1, 1}, second[] = {2, 3, 1, 2, 2, 1};
    const uint32_t clusters[] = {0, 0, 1, 2, 3, 3};
    cr_expect_float_eq(ps_percentile_swap(first, second, clusters, 6, 50, 1000, 1).least, 0.125,
                       1e-15);
    cr_expect_float_eq(ps_percentile_swap(first, second, clusters, 6, 50, 4, 1).least, 0.2,
                       1e-15);
}

// ---- how often it alarms

static void draw(double *first,
                 double *second,
                 uint32_t *clusters,
                 size_t n,
                 size_t per_source,
                 double slower,
                 PsRng *rng)
{
    double luck[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        if (i % per_source == 0) luck[0] = ps_rng_normal(rng), luck[1] = ps_rng_normal(rng);
        double common = ps_rng_normal(rng);
        first[i] = floor(1e8 * exp(0.4 * common + 0.4 * luck[0] + 0.2 * ps_rng_normal(rng)));
        second[i] = floor((1 + slower) * 1e8
                          * exp(0.4 * common + 0.4 * luck[1] + 0.2 * ps_rng_normal(rng)));
        clusters[i] = (uint32_t)(i / per_source);
    }
}

static double alarm_rate(size_t n, size_t per_source, double percentile, double slower)
{
    const int n_rounds = 1000;
    int n_alarms = 0;
    double first[MOST], second[MOST];
    uint32_t clusters[MOST];
    PsRng rng;
    ps_rng_init(&rng, 20261126, n);
    for (int round = 0; round < n_rounds; round++) {
        draw(first, second, clusters, n, per_source, slower, &rng);
        PsPercentileSwap got =
            ps_percentile_swap(first, second, clusters, n, percentile, 499, (uint64_t)round);
        n_alarms += got.greater <= 0.05;
    }
    return (double)n_alarms / n_rounds;
}

// 0.05 and three standard errors. A bootstrap's p alarms at 0.071 in the first case; taking the
// rows of a source as independent, at 0.11 in the last.
Test(percentile_swap, equal_systems_seldom_alarm, .timeout = 300)
{
    cr_expect_leq(alarm_rate(10, 1, 90, 0), 0.07);
    cr_expect_leq(alarm_rate(60, 1, 90, 0), 0.07);
    cr_expect_leq(alarm_rate(60, 3, 50, 0), 0.07);
}

Test(percentile_swap, slower_systems_do)
{
    cr_expect_geq(alarm_rate(90, 3, 50, 0.5), 0.9);
    cr_expect_leq(alarm_rate(90, 3, 50, -0.5), 0.001);
}

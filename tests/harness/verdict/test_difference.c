#include "harness/rng.h"
#include "harness/stats/mcnemar.h"
#include "harness/verdict/difference.h"

#include <criterion/criterion.h>
#include <math.h>

enum { MOST = 5000 };

static const PsMetric share = {.name = "share",
                               .direction = PS_HIGHER_IS_BETTER,
                               .form = PS_FORM_RATIO,
                               .range = PS_RANGE_BINARY,
                               .n_stats = 2};
static const PsMetric rate = {.name = "rate",
                              .direction = PS_LOWER_IS_BETTER,
                              .form = PS_FORM_RATIO,
                              .range = PS_RANGE_POSITIVE,
                              .n_stats = 2};
static const PsMetric latency = {.name = "latency",
                                 .direction = PS_LOWER_IS_BETTER,
                                 .form = PS_FORM_PERCENTILE,
                                 .percentile = 90,
                                 .range = PS_RANGE_POSITIVE,
                                 .n_stats = 1};

// Two systems on the same rows.
typedef struct {
    size_t n_rows;
    double first[2 * MOST], second[2 * MOST];
    bool in_first[MOST], in_second[MOST];
    uint32_t clusters[MOST], rows[MOST];
} Pair;

static Pair pair;

static void pair_init(size_t n_rows, size_t rows_per_source)
{
    pair.n_rows = n_rows;
    for (size_t i = 0; i < n_rows; i++) {
        pair.in_first[i] = pair.in_second[i] = true;
        pair.clusters[i] = (uint32_t)(i / rows_per_source);
        pair.rows[i] = (uint32_t)i;
        pair.first[2 * i + 1] = pair.second[2 * i + 1] = 1;
    }
}

static PsDifference compare(const PsMetric *metric, double margin)
{
    const PsStatColumn first = {
        .metric = metric, .stats = pair.first, .is_defined = pair.in_first};
    const PsStatColumn second = {
        .metric = metric, .stats = pair.second, .is_defined = pair.in_second};
    return ps_difference(&first, &second, pair.clusters, pair.rows, pair.n_rows, margin);
}

// Rows 0 … b-1: right in the first only; b … b+c-1: in the second only; then both right.
static void set_table(size_t b, size_t c)
{
    for (size_t i = 0; i < pair.n_rows; i++) {
        pair.first[2 * i] = i < b || i >= b + c;
        pair.second[2 * i] = i >= b;
    }
}

Test(difference, shares_of_independent_rows_are_tested_as_mcnemar_does)
{
    pair_init(100, 1);
    set_table(15, 4);
    PsDifference got = compare(&share, NAN);
    cr_expect_float_eq(got.p, ps_mcnemar(15, 4).exact, 1e-12);
    cr_expect(got.p_worse < 0.01 && got.p_better > 0.99);
    cr_expect_float_eq(got.difference.value, -0.11, 1e-12);
    cr_expect(got.difference.high < 0);
    cr_expect_eq(got.n_worse, 15);
    cr_expect_eq(got.n_better, 4);
    cr_expect_eq(got.n_same, 81);
}

Test(difference, rows_of_one_source_count_once)
{
    pair_init(100, 1);
    set_table(12, 0);
    double alone = compare(&share, NAN).p_worse;
    pair_init(100, 4); // the twelve rows are three sources
    set_table(12, 0);
    PsDifference got = compare(&share, NAN);
    cr_expect_float_eq(alone, exp2(-12), 1e-12);
    cr_expect_float_eq(got.p_worse, exp2(-3), 1e-12);
    cr_expect_float_eq(got.p_least, exp2(-3), 1e-12);
}

Test(difference, a_direction_decides_what_is_worse)
{
    pair_init(60, 1);
    for (size_t i = 0; i < 60; i++) {
        pair.first[2 * i] = 1;
        pair.second[2 * i] = i < 20 ? 3 : 1;
        pair.first[2 * i + 1] = pair.second[2 * i + 1] = 10;
    }
    PsDifference got = compare(&rate, NAN);
    cr_expect_float_eq(got.p_worse, exp2(-20), 1e-15);
    cr_expect_eq(got.n_worse, 20);
    cr_expect_float_eq(got.difference.value, 40.0 / 600, 1e-12);
}

// Systems that give texts of other lengths for the same rows and the same rate do not differ.
Test(difference, denominators_may_differ)
{
    pair_init(200, 1);
    for (size_t i = 0; i < 200; i++) {
        pair.first[2 * i] = i % 3;
        pair.first[2 * i + 1] = 10;
        pair.second[2 * i] = 2.0 * (double)((i + 1) % 3);
        pair.second[2 * i + 1] = 20;
    }
    PsDifference got = compare(&rate, NAN);
    cr_expect(fabs(got.difference.value) < 0.01);
    cr_expect(got.p > 0.5, "%g", got.p);
    for (size_t i = 0; i < 200; i++)
        pair.second[2 * i] += 2;
    got = compare(&rate, NAN);
    cr_expect(got.p_worse < 1e-4, "%g", got.p_worse);
}

Test(difference, a_margin_is_ruled_out_by_enough_rows_only)
{
    pair_init(50, 1);
    set_table(3, 3);
    cr_expect(compare(&share, 0.05).p_beyond_margin > 0.05);
    pair_init(2000, 1);
    set_table(100, 100);
    cr_expect(compare(&share, 0.05).p_beyond_margin < 1e-6);
    cr_expect(isnan(compare(&share, NAN).p_beyond_margin));
}

Test(difference, rows_with_a_value_in_one_system_are_counted_and_left_out)
{
    pair_init(40, 1);
    set_table(0, 0);
    for (size_t i = 0; i < 10; i++)
        pair.in_second[i] = false;
    pair.in_first[39] = false;
    PsDifference got = compare(&share, NAN);
    cr_expect_eq(got.n_only_first, 10);
    cr_expect_eq(got.n_only_second, 1);
    cr_expect_eq(got.difference.n, 29);
    for (size_t i = 0; i < 40; i++)
        pair.in_second[i] = false;
    got = compare(&share, NAN);
    cr_expect_not(got.difference.is_defined);
    cr_expect(isnan(got.p_worse) && isnan(got.p));
}

// ---- percentiles

// The second system is slower by the factor; the same draws of both.
static void set_latencies(size_t n_rows, size_t rows_per_source, double factor, uint64_t seed)
{
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    pair_init(n_rows, rows_per_source);
    double of_source = 1;
    for (size_t i = 0; i < n_rows; i++) {
        if (i % rows_per_source == 0) of_source = 0.5 + ps_rng_exponential(&rng);
        pair.first[i] = 100 * of_source * (0.8 + 0.4 * ps_rng_uniform(&rng));
        pair.second[i] = factor * 100 * of_source * (0.8 + 0.4 * ps_rng_uniform(&rng));
    }
}

Test(difference, a_slower_system_is_found_by_few_and_by_many_sources)
{
    const size_t sizes[] = {300, MOST};
    for (size_t s = 0; s < 2; s++) {
        set_latencies(sizes[s], 1, 1.3, 3);
        PsDifference got = compare(&latency, 10);
        cr_expect(got.p_worse < 0.05, "%zu: %g", sizes[s], got.p_worse);
        cr_expect(got.difference.low > 0 || s == 0);
        cr_expect(got.p_beyond_margin > 0.5);
    }
}

// The two ways to make an interval agree where both can be used.
Test(difference, bootstrap_and_influence_agree)
{
    set_latencies(3999, 1, 1.1, 4);
    PsDifference drawn = compare(&latency, NAN);
    set_latencies(4001, 1, 1.1, 4);
    PsDifference computed = compare(&latency, NAN);
    cr_expect_str_neq(drawn.difference.method, computed.difference.method);
    cr_expect_float_eq(drawn.difference.error, computed.difference.error,
                       0.15 * drawn.difference.error, "%g, %g", drawn.difference.error,
                       computed.difference.error);
}

// Of 400 pairs of the same system about 5 % may look worse, whatever the sources.
Test(difference, percentiles_of_the_same_system_raise_few_alarms)
{
    size_t n_alarms = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        set_latencies(120, 4, 1, 100 + seed);
        n_alarms += compare(&latency, NAN).p_worse <= 0.05;
    }
    cr_expect(n_alarms <= 33, "%zu of 400", n_alarms); // 20 ± 3 standard errors
}

Test(difference, the_same_latencies_are_the_same)
{
    set_latencies(200, 2, 1, 5);
    for (size_t i = 0; i < 200; i++)
        pair.second[i] = pair.first[i];
    PsDifference got = compare(&latency, 10);
    cr_expect_eq(got.difference.value, 0);
    cr_expect_eq(got.p_worse, 1);
    cr_expect_eq(got.p_least, 1);
    cr_expect(got.p_beyond_margin < 1e-9);
}

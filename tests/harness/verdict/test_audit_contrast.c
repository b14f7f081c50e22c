#include "harness/rng.h"
#include "harness/verdict/audit/contrast.h"

#include <criterion/criterion.h>
#include <math.h>

static const PsMetric binary = {.form = PS_FORM_RATIO, .range = PS_RANGE_BINARY, .n_stats = 2};
static const PsMetric graded = {.form = PS_FORM_RATIO, .range = PS_RANGE_UNIT, .n_stats = 2};
static const PsMetric errors = {
    .form = PS_FORM_RATIO, .range = PS_RANGE_POSITIVE, .n_stats = 2};
static const PsMetric median = {
    .form = PS_FORM_PERCENTILE, .percentile = 50, .range = PS_RANGE_POSITIVE, .n_stats = 1};

#define MOST 4000

typedef struct {
    double stats[2 * MOST];
    uint32_t clusters[MOST];
    bool is_group[MOST];
    size_t n;
} Draw;

static void add(Draw *draw, double numerator, double denominator, uint32_t cluster, bool group)
{
    draw->stats[2 * draw->n] = numerator;
    draw->stats[2 * draw->n + 1] = denominator;
    draw->clusters[draw->n] = cluster;
    draw->is_group[draw->n++] = group;
}

static PsContrast contrast_of(const PsMetric *metric, const Draw *draw)
{
    const PsRows rows = {.n_rows = draw->n, .stats = draw->stats, .clusters = draw->clusters};
    return ps_contrast(metric, &rows, draw->is_group);
}

// What a population looks like: sources have an effect of their own on the chance of an error.
typedef struct {
    size_t n_group, n_rest; // sources
    size_t rows_per_source;
    bool is_crossed; // every source has rows in both
    double p_group, p_rest;
    double source_spread; // added to p, one sign or the other
} Population;

static void draw_rows(
    Draw *draw, PsRng *rng, const Population *of, uint32_t source, bool group, double shift)
{
    double p = (group ? of->p_group : of->p_rest) + shift;
    for (size_t i = 0; i < of->rows_per_source; i++)
        add(draw, ps_rng_uniform(rng) < p, 1, source, group);
}

static void draw_population(Draw *draw, PsRng *rng, const Population *of)
{
    uint32_t source = 0;
    draw->n = 0;
    size_t n_sources = of->is_crossed ? of->n_group : of->n_group + of->n_rest;
    for (; source < n_sources; source++) {
        double shift = ps_rng_below(rng, 2) ? of->source_spread : -of->source_spread;
        if (of->is_crossed || source < of->n_group)
            draw_rows(draw, rng, of, source, true, shift);
        if (of->is_crossed || source >= of->n_group)
            draw_rows(draw, rng, of, source, false, shift);
    }
}

typedef struct {
    double coverage, rejected;
} Simulated;

static Simulated simulate(const PsMetric *metric, const Population *of, size_t n_draws)
{
    static Draw draw;
    PsRng rng;
    ps_rng_init(&rng, 1, 2);
    double truth = of->p_group - of->p_rest;
    Simulated simulated = {0, 0};
    for (size_t i = 0; i < n_draws; i++) {
        draw_population(&draw, &rng, of);
        PsContrast contrast = contrast_of(metric, &draw);
        cr_assert(contrast.difference.has_interval);
        simulated.coverage +=
            contrast.difference.low <= truth && truth <= contrast.difference.high;
        simulated.rejected += contrast.p <= 0.05;
    }
    simulated.coverage /= (double)n_draws;
    simulated.rejected /= (double)n_draws;
    return simulated;
}

// Groups that are alike are found to differ in at most about 5 % of draws, whatever their size
// and however rows share sources.
Test(audit_contrast, no_difference_is_not_found)
{
    const Population populations[] = {
        {100, 300, 1, false, 0.1, 0.1, 0}, {12, 400, 1, false, 0.2, 0.2, 0},
        {30, 30, 1, false, 0.05, 0.05, 0}, {40, 120, 4, false, 0.3, 0.3, 0.25},
        {8, 100, 5, false, 0.3, 0.3, 0.2}, {100, 100, 2, true, 0.3, 0.3, 0.3},
        {30, 30, 5, true, 0.4, 0.4, 0.35},
    };
    for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
        Simulated simulated = simulate(&binary, &populations[i], 4000);
        cr_expect(simulated.rejected <= 0.06, "population %zu: %g", i, simulated.rejected);
        cr_expect(simulated.coverage >= 0.94, "population %zu: %g", i, simulated.coverage);
    }
}

// What is there is found, and the interval holds the truth.
Test(audit_contrast, a_planted_difference_is_found)
{
    const Population populations[] = {{200, 600, 1, false, 0.25, 0.1, 0},
                                      {100, 300, 4, false, 0.35, 0.2, 0.15},
                                      {200, 200, 2, true, 0.45, 0.35, 0.3}};
    for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
        Simulated simulated = simulate(&binary, &populations[i], 2000);
        cr_expect(simulated.rejected >= 0.8, "population %zu: %g", i, simulated.rejected);
        cr_expect(simulated.coverage >= 0.935, "population %zu: %g", i, simulated.coverage);
    }
}

// Sources that have rows on both sides cancel: the interval is shorter than for sources of
// their own.
Test(audit_contrast, sources_on_both_sides_count_once)
{
    static Draw crossed, apart;
    PsRng rng;
    ps_rng_init(&rng, 3, 4);
    for (uint32_t source = 0; source < 200; source++) {
        bool is_hard = source % 2;
        for (int row = 0; row < 6; row++) {
            double error = ps_rng_uniform(&rng) < (is_hard ? 0.9 : 0.1);
            add(&crossed, error, 1, source, row % 2);
            add(&apart, error, 1, row % 2 ? source : source + 200, row % 2);
        }
    }
    // clusters must ascend: the rest first, then the group
    static Draw sorted;
    for (int side = 1; side >= 0; side--)
        for (size_t i = 0; i < apart.n; i++)
            if (apart.is_group[i] == side)
                add(&sorted, apart.stats[2 * i], 1, apart.clusters[i], apart.is_group[i]);
    PsEstimate together = contrast_of(&binary, &crossed).difference;
    PsEstimate separate = contrast_of(&binary, &sorted).difference;
    cr_assert_float_eq(together.value, separate.value, 1e-12);
    cr_expect_lt(together.error, 0.75 * separate.error);
}

// Ten of ten wrong against none of a hundred is surely worse, though neither side varies.
Test(audit_contrast, sides_that_are_all_alike_have_an_interval)
{
    static Draw draw;
    for (uint32_t i = 0; i < 110; i++)
        add(&draw, i < 10, 1, i, i < 10);
    PsContrast contrast = contrast_of(&binary, &draw);
    cr_assert_float_eq(contrast.difference.value, 1, 1e-12);
    cr_expect_gt(contrast.difference.low, 0.5);
    cr_expect_lt(contrast.difference.low, 0.9);
    cr_expect_lt(contrast.p, 0.001);
}

// The interval of Agresti and Caffo at independent rows, with t for z: (x + 1)/(n + 2).
Test(audit_contrast, independent_rows_get_one_more_of_each)
{
    static Draw draw;
    for (uint32_t i = 0; i < 50; i++)
        add(&draw, i < 8 || (i >= 20 && i < 23), 1, i, i < 20);
    PsEstimate difference = contrast_of(&binary, &draw).difference;
    double a = 9.0 / 22, b = 4.0 / 32;
    cr_assert_float_eq(difference.value, 0.4 - 0.1, 1e-12);
    cr_assert_float_eq(difference.centre, a - b, 1e-12);
    cr_assert_float_eq(difference.error, sqrt(a * (1 - a) / 22 + b * (1 - b) / 32), 1e-9);
}

Test(audit_contrast, graded_scores_and_ratios_have_differences)
{
    static Draw draw;
    PsRng rng;
    ps_rng_init(&rng, 5, 6);
    for (uint32_t i = 0; i < 400; i++) {
        bool group = i < 100;
        add(&draw, (group ? 0.5 : 0.3) + 0.2 * ps_rng_uniform(&rng), 1, i, group);
    }
    PsContrast contrast = contrast_of(&graded, &draw);
    cr_expect(contrast.difference.low < 0.2 && contrast.difference.high > 0.2);
    cr_expect_lt(contrast.p, 1e-6);
    contrast = contrast_of(&errors, &draw);
    cr_expect(contrast.difference.low < 0.2 && contrast.difference.high > 0.2);
    cr_expect_gt(contrast.difference.low, 0.15);
}

Test(audit_contrast, percentiles_are_contrasted_by_their_intervals)
{
    double stats[600];
    uint32_t clusters[600];
    bool is_group[600];
    PsRng rng;
    ps_rng_init(&rng, 7, 8);
    for (uint32_t i = 0; i < 600; i++) {
        is_group[i] = i < 200;
        stats[i] = (is_group[i] ? 150 : 100) + 20 * ps_rng_normal(&rng);
        clusters[i] = i;
    }
    const PsRows rows = {.n_rows = 600, .stats = stats, .clusters = clusters};
    PsContrast contrast = ps_contrast(&median, &rows, is_group);
    cr_expect(contrast.difference.low < 50 && contrast.difference.high > 50);
    cr_expect_gt(contrast.difference.low, 40);
    cr_expect_lt(contrast.p, 1e-6);
}

Test(audit_contrast, a_group_that_is_everything_has_no_rest)
{
    static Draw draw;
    for (uint32_t i = 0; i < 20; i++)
        add(&draw, i % 2, 1, i, true);
    PsContrast contrast = contrast_of(&binary, &draw);
    cr_assert(contrast.group.is_defined);
    cr_assert_not(contrast.difference.is_defined);
    cr_assert(isnan(contrast.p));
}

Test(audit_contrast, one_source_has_no_interval)
{
    static Draw draw;
    for (uint32_t i = 0; i < 40; i++)
        add(&draw, i % 2, 1, i < 10 ? 0 : i, i < 10);
    PsContrast contrast = contrast_of(&binary, &draw);
    cr_assert(contrast.difference.is_defined);
    cr_assert_not(contrast.difference.has_interval);
    cr_assert(isnan(contrast.p));
}

#include "harness/verdict/spread.h"

#include "harness/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const PsMetric accuracy = {
    .name = "accuracy", .form = PS_FORM_RATIO, .range = PS_RANGE_BINARY, .n_stats = 2};
static const PsMetric error_rate = {
    .name = "wer", .form = PS_FORM_RATIO, .range = PS_RANGE_POSITIVE, .n_stats = 2};
static const PsMetric p90 = {.name = "p90",
                             .form = PS_FORM_PERCENTILE,
                             .range = PS_RANGE_POSITIVE,
                             .percentile = 90,
                             .n_stats = 1};

#define N_SOURCES 12
#define N_SAMPLES 3 // of a source
#define N_EPOCHS 4
#define N_ROWS (N_SOURCES * N_SAMPLES * N_EPOCHS)

// A table of rows in canonical order, with two runs' columns.
typedef struct {
    PsTaskRows table;
    uint32_t clusters[N_ROWS], conditions[N_ROWS], epochs[N_ROWS], rows[N_ROWS];
    PsNameHash samples[N_ROWS];
    PsStatColumn first, second;
    double first_stats[2 * N_ROWS], second_stats[2 * N_ROWS];
    bool is_defined[N_ROWS];
} Fixture;

static void fixture_init(Fixture *made, const PsMetric *metric)
{
    *made = (Fixture){0};
    for (uint32_t i = 0; i < N_ROWS; i++) {
        made->rows[i] = i;
        made->epochs[i] = i % N_EPOCHS;
        made->samples[i].low = i / N_EPOCHS;
        made->clusters[i] = i / (N_EPOCHS * N_SAMPLES);
        made->is_defined[i] = true;
    }
    made->table = (PsTaskRows){.n_rows = N_ROWS,
                               .clusters = made->clusters,
                               .conditions = made->conditions,
                               .epochs = made->epochs,
                               .samples = made->samples};
    made->first = (PsStatColumn){
        .metric = metric, .stats = made->first_stats, .is_defined = made->is_defined};
    made->second = (PsStatColumn){
        .metric = metric, .stats = made->second_stats, .is_defined = made->is_defined};
}

// Errors in 5 to 12 words; sources and samples are unlike.
static void draw_errors(Fixture *made, uint64_t seed)
{
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < N_ROWS; i++) {
        double hard = made->clusters[i] % 4, sample = (double)(made->samples[i].low % 3);
        double words = 5 + (double)(made->samples[i].low % 8);
        made->first_stats[2 * i] = hard + sample + floor(2 * ps_rng_uniform(&rng));
        made->second_stats[2 * i] = 2 * (hard + sample) + floor(2 * ps_rng_uniform(&rng));
        made->first_stats[2 * i + 1] = made->second_stats[2 * i + 1] = words;
    }
}

static PsSpread of_pair(const Fixture *made)
{
    return ps_spread_of_pair(&made->table, &made->first, &made->second, made->rows, N_ROWS);
}

static PsSpread of_run(const Fixture *made)
{
    return ps_spread_of_run(&made->table, &made->second, made->rows, N_ROWS);
}

// With as many rows everywhere, the parts put together are the clustered error of the interval,
// to rounding: another way to the same number.
Test(spread, parts_together_are_the_error_of_the_interval)
{
    static Fixture made;
    fixture_init(&made, &error_rate);
    draw_errors(&made, 3);
    const PsRows first = {
        .n_rows = N_ROWS, .stats = made.first_stats, .clusters = made.clusters};
    const PsRows second = {
        .n_rows = N_ROWS, .stats = made.second_stats, .clusters = made.clusters};
    PsSpread spread = of_pair(&made);
    cr_assert_not(spread.parts.is_cut);
    cr_expect_float_eq(ps_power_error(&spread.parts, &spread.design, 1),
                       ps_estimate_difference(&error_rate, &first, &second).error, 1e-12);
    spread = of_run(&made);
    cr_assert_not(spread.parts.is_cut);
    cr_expect_float_eq(ps_power_error(&spread.parts, &spread.design, 1),
                       ps_estimate(&error_rate, &second).error, 1e-12);
    cr_expect_float_eq(spread.value.value, ps_estimate(&error_rate, &second).value, 1e-15);
}

Test(spread, epochs_repeat_a_sample_under_one_condition)
{
    static Fixture made;
    fixture_init(&made, &error_rate);
    draw_errors(&made, 3);
    PsSpread spread = of_run(&made);
    cr_expect_eq(spread.design.n_samples, N_SOURCES * N_SAMPLES);
    cr_expect_float_eq(ps_spread_epochs(&spread), N_EPOCHS, 1e-12);
    for (size_t i = 0; i < N_ROWS; i++) {
        made.conditions[i] = made.epochs[i] / 2;
        made.epochs[i] %= 2;
    }
    spread = of_run(&made);
    cr_expect_eq(spread.design.n_samples, 2 * N_SOURCES * N_SAMPLES);
    cr_expect_eq(spread.design.n_sources, N_SOURCES);
    cr_expect_float_eq(ps_spread_epochs(&spread), 2, 1e-12);
}

static void set_all(double *stats, double value)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        stats[2 * i] = value;
        stats[2 * i + 1] = 1;
    }
}

// Twelve sources, all right, are not certain to the last digit; nor are two runs that agree.
Test(spread, rows_all_alike_are_never_certain)
{
    static Fixture made;
    fixture_init(&made, &accuracy);
    set_all(made.first_stats, 1);
    set_all(made.second_stats, 1);
    const PsRows rows = {
        .n_rows = N_ROWS, .stats = made.first_stats, .clusters = made.clusters};
    PsSpread spread = of_run(&made);
    cr_assert(spread.why == NULL && spread.note != NULL);
    cr_expect_float_eq(spread.parts.sources, 13.0 / 14 * 1 / 14, 1e-12);
    spread = of_pair(&made);
    cr_assert(spread.why == NULL && spread.note != NULL);
    cr_expect_float_eq(ps_power_error(&spread.parts, &spread.design, 1),
                       ps_estimate_difference(&accuracy, &rows, &rows).error, 1e-12);
    made.second.metric = &error_rate;
    cr_expect_str_eq(of_run(&made).why, "all rows are alike");
}

Test(spread, what_has_no_parts_says_why)
{
    static Fixture made;
    fixture_init(&made, &accuracy);
    draw_errors(&made, 5);
    memset(made.clusters, 0, sizeof made.clusters);
    cr_expect_str_eq(of_run(&made).why, "one source");
    made.second.metric = &p90;
    cr_expect_str_eq(of_run(&made).why, "percentiles are not covered");
    made.second.metric = &accuracy;
    for (size_t i = 0; i < N_ROWS; i++)
        made.second_stats[2 * i + 1] = 0;
    cr_expect_str_eq(of_run(&made).why, "the denominator is zero");
    memset(made.is_defined, 0, sizeof made.is_defined);
    cr_expect_str_eq(of_run(&made).why, "no row has a value");
    cr_expect_eq(of_run(&made).design.n_rows, 0);
}

// 0.8 · 0.2, a quarter of it between sources; epochs multiply rows, not samples.
Test(spread, a_plan_assumes_what_nobody_measured)
{
    static Fixture made;
    fixture_init(&made, &accuracy);
    const uint32_t rows[] = {0, 4, 8, 12};
    PsSpread spread = ps_spread_of_plan(&made.table, rows, 4, 0.8, 0.25, 5);
    cr_expect_eq(spread.design.n_sources, 2);
    cr_expect_eq(spread.design.n_samples, 4);
    cr_expect_eq(spread.design.n_rows, 20);
    cr_expect_float_eq(spread.parts.sources, 0.04, 1e-15);
    cr_expect_float_eq(ps_power_error(&spread.parts, &spread.design, 1),
                       sqrt(0.04 * 10 / 16 + 0.12 / 4), 1e-12);
}

// Ratios of sums in which many rows have no part: precision (answers "no" are not looked at)
// and F1.
#include "harness/estimate.h"
#include "harness/rng.h"
#include "harness/stats/intervals.h"

#include <criterion/criterion.h>
#include <math.h>

static const PsMetric precision = {
    .name = "precision", .form = PS_FORM_RATIO, .range = PS_RANGE_UNIT, .n_stats = 2};
static const PsMetric f1 = {
    .name = "f1", .form = PS_FORM_RATIO, .range = PS_RANGE_UNIT, .n_stats = 2};

#define MOST 1000

typedef struct {
    double stats[2 * MOST];
    uint32_t clusters[MOST];
    size_t n;
} Draw;

static PsRows rows_of(const Draw *draw)
{
    return (PsRows){.n_rows = draw->n, .stats = draw->stats, .clusters = draw->clusters};
}

static void draw_row(Draw *draw, const PsMetric *metric, bool is_yes, bool says_yes, uint32_t c)
{
    const bool is_f1 = metric == &f1;
    draw->stats[2 * draw->n] = is_yes && says_yes ? (is_f1 ? 2 : 1) : 0;
    draw->stats[2 * draw->n + 1] = (is_f1 ? is_yes : 0) + says_yes;
    draw->clusters[draw->n++] = c;
}

Test(estimate_sums, rows_without_a_part_do_not_count)
{
    Draw draw = {.n = 0};
    for (uint32_t i = 0; i < 100; i++)
        draw_row(&draw, &precision, true, i < 4, i);
    PsRows rows = rows_of(&draw);
    PsEstimate got = ps_estimate(&precision, &rows);
    cr_assert_eq(got.value, 1);
    cr_assert_eq(got.n, 4);
    cr_assert_float_eq(got.low, ps_wilson(4, 4, 0.95).low, 1e-12);
}

Test(estimate_sums, without_any_part_there_is_no_value)
{
    Draw draw = {.n = 0};
    draw_row(&draw, &precision, true, false, 0);
    PsRows rows = rows_of(&draw);
    cr_assert_not(ps_estimate(&precision, &rows).is_defined);
    cr_assert_not(ps_estimate_difference(&precision, &rows, &rows).is_defined);
}

// ---- coverage, by simulation

typedef struct {
    const PsMetric *metric;
    size_t n;
    double p_yes;            // of the truth
    double hit, false_alarm; // says yes where it is, where it is not
} Scenario;

static double true_value(const Scenario *s, double hit, double false_alarm)
{
    const double tp = s->p_yes * hit, fp = (1 - s->p_yes) * false_alarm;
    return s->metric == &f1 ? 2 * tp / (tp + fp + s->p_yes) : tp / (tp + fp);
}

// The second system repeats the first in 70 % of the rows, and is worse in the others.
static double coverage(const Scenario *s, bool is_difference)
{
    static Draw first, second;
    PsRng rng;
    ps_rng_init(&rng, 20261126, s->n);
    const double hit = 0.7 * s->hit + 0.3 * 0.5, alarm = 0.7 * s->false_alarm + 0.3 * 0.3;
    const double value = true_value(s, s->hit, s->false_alarm);
    const double truth = is_difference ? true_value(s, hit, alarm) - value : value;
    const int n_draws = 2000;
    int n_covered = 0;
    for (int i = 0; i < n_draws; i++) {
        first.n = second.n = 0;
        for (uint32_t row = 0; row < s->n; row++) {
            const bool is_yes = ps_rng_uniform(&rng) < s->p_yes;
            const bool says = ps_rng_uniform(&rng) < (is_yes ? s->hit : s->false_alarm);
            const bool is_same = ps_rng_uniform(&rng) < 0.7;
            const bool other = ps_rng_uniform(&rng) < (is_yes ? 0.5 : 0.3);
            draw_row(&first, s->metric, is_yes, says, row);
            draw_row(&second, s->metric, is_yes, is_same ? says : other, row);
        }
        const PsRows a = rows_of(&first), b = rows_of(&second);
        const PsEstimate got = is_difference ? ps_estimate_difference(s->metric, &a, &b)
                                             : ps_estimate(s->metric, &a);
        n_covered += got.has_interval && got.low <= truth && truth <= got.high;
    }
    return (double)n_covered / n_draws;
}

Test(estimate_sums, intervals_cover_the_truth, .timeout = 300)
{
    static const Scenario cases[] = {
        {&precision, 60, 0.5, 0.8, 0.2},    {&precision, 200, 0.1, 0.9, 0.05},
        {&precision, 100, 0.5, 0.95, 0.02}, {&precision, 400, 0.5, 0.3, 0.1},
        {&f1, 60, 0.5, 0.8, 0.2},           {&f1, 200, 0.1, 0.9, 0.05},
        {&f1, 100, 0.5, 0.95, 0.02},        {&f1, 400, 0.5, 0.3, 0.1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const double value = coverage(&cases[i], false), difference = coverage(&cases[i], true);
        cr_expect(value >= 0.92 && value <= 0.995, "value %zu: %.3f", i, value);
        cr_expect_geq(difference, 0.93, "difference %zu: %.3f", i, difference);
    }
}

// ---- root mean squares

static const PsMetric root = {
    .name = "rmse", .form = PS_FORM_ROOT, .range = PS_RANGE_POSITIVE, .n_stats = 2};

static void draw_square(Draw *draw, double error, uint32_t cluster)
{
    draw->stats[2 * draw->n] = error * error;
    draw->stats[2 * draw->n + 1] = 1;
    draw->clusters[draw->n++] = cluster;
}

Test(estimate_sums, the_root_is_taken_of_the_mean)
{
    Draw first = {.n = 0}, second = {.n = 0};
    for (uint32_t i = 0; i < 30; i++) {
        draw_square(&first, i % 2 ? 1 : 7, i);
        draw_square(&second, i % 2 ? 3 : 0, i);
    }
    const PsRows a = rows_of(&first), b = rows_of(&second);
    const PsEstimate value = ps_estimate(&root, &a);
    cr_expect_float_eq(value.value, 5, 1e-12);
    cr_expect(value.has_interval && value.low > 3.5 && value.high < 6.5);
    cr_expect_float_eq(ps_estimate_difference(&root, &a, &b).value, sqrt(4.5) - 5, 1e-12);
}

Test(estimate_sums, intervals_of_roots_cover_the_truth, .timeout = 300)
{
    static Draw first, second;
    PsRng rng;
    ps_rng_init(&rng, 20261126, 5);
    int n_values = 0, n_differences = 0;
    const int n_draws = 2000;
    for (int i = 0; i < n_draws; i++) {
        first.n = second.n = 0;
        for (uint32_t row = 0; row < 100; row++) {
            // Uniform errors in ±3 and ±4, that go together: mean squares 3 and 16/3.
            const double u = 2 * ps_rng_uniform(&rng) - 1, other = 2 * ps_rng_uniform(&rng) - 1;
            draw_square(&first, 3 * u, row);
            draw_square(&second, 4 * (row % 2 ? u : other), row);
        }
        const PsRows a = rows_of(&first), b = rows_of(&second);
        const PsEstimate value = ps_estimate(&root, &a),
                         difference = ps_estimate_difference(&root, &a, &b);
        const double truth = 4 / sqrt(3) - sqrt(3);
        n_values += value.low <= sqrt(3) && sqrt(3) <= value.high;
        n_differences += difference.low <= truth && truth <= difference.high;
    }
    cr_expect(n_values >= 1870 && n_values <= 1940, "%d of %d", n_values, n_draws);
    cr_expect(n_differences >= 1870 && n_differences <= 1940, "%d of %d", n_differences,
              n_draws);
}

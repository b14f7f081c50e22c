#include "harness/rng.h"
#include "harness/stats/binomial.h"
#include "harness/stats/distributions.h"
#include "harness/stats/means.h"
#include "harness/stats/parallel.h"
#include "harness/stats/resample.h"
#include "harness/stats/resample_private.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>
#include <string.h>

enum { MOST = 12000, N_DRAWS = 2000 };

// ---- Pieces of work

static void piece_mark(size_t piece, void *data)
{
    g_atomic_int_inc((gint *)data + piece);
}

Test(parallel, each_piece_is_done_once)
{
    gint done[1000] = {0};
    for (unsigned n_threads = 0; n_threads < 6; n_threads++)
        ps_parallel(1000, n_threads, piece_mark, done);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(done[i], 6);
    ps_parallel(0, 3, piece_mark, NULL);
}

// ---- Binomial counts

// χ² of two million draws against the exact chances, cells of at least 20 expected. By chance
// it is beyond the limit once in some ten thousand seeds.
static void expect_binomial(uint64_t n, double p)
{
    enum { N = 2000000 };
    g_autofree unsigned *counts = g_new0(unsigned, n + 1);
    PsRng rng;
    ps_rng_init(&rng, n, 7);
    for (int i = 0; i < N; i++) {
        const uint64_t k = ps_binomial_draw(&rng, n, p);
        cr_assert_leq(k, n);
        counts[k]++;
    }
    double below = 0, expected = 0, observed = 0, chi2 = 0, df = -1;
    for (uint64_t k = 0; k <= n; k++) {
        const double cdf = k < n ? ps_binomial_cdf(k, n, p) : 1;
        expected += N * (cdf - below);
        observed += counts[k];
        below = cdf;
        if (expected < 20 || N * (1 - cdf) < 20) continue;
        chi2 += (observed - expected) * (observed - expected) / expected;
        expected = observed = 0;
        df++;
    }
    if (expected > 0) chi2 += (observed - expected) * (observed - expected) / expected;
    df++;
    cr_expect(chi2 < df + 4 * sqrt(2 * df) + 8, "n %u p %g: %g of %g", (unsigned)n, p, chi2,
              df);
}

Test(binomial, draws_have_the_binomial_distribution)
{
    expect_binomial(1, 0.3);
    expect_binomial(40, 0.1);
    expect_binomial(40, 0.6);
    expect_binomial(1000, 0.004);
    expect_binomial(1000, 0.3);
    expect_binomial(100000, 0.0409);
    expect_binomial(100000, 0.99);
}

Test(binomial, certain_results_take_no_chance)
{
    PsRng rng;
    ps_rng_init(&rng, 1, 1);
    cr_expect_eq(ps_binomial_draw(&rng, 100, 0), 0);
    cr_expect_eq(ps_binomial_draw(&rng, 100, 1), 100);
    cr_expect_eq(ps_binomial_draw(&rng, 100, 1.0000001), 100);
    cr_expect_eq(ps_binomial_draw(&rng, 0, 0.5), 0);
}

// ---- Picking

// Each row of n stands out in turn: the picks are uniform, whether the block is full or not.
Test(resample, each_row_is_picked_equally_often)
{
    static const size_t sizes[] = {1, 2, 3, 7, 64, 100, 999, 1024, 4096};
    enum { N = 400000 };
    static double block[4096];
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const size_t n_block_rows = sizes[i] > 1024 ? 4096 : 1024;
        for (size_t row = 0; row < sizes[i]; row += sizes[i] / 3 + 1) {
            PsPicker picker;
            ps_picker_init(&picker, 5, row);
            block[row] = 1;
            double sum = 0;
            ps_picker_add(&picker, block, n_block_rows, sizes[i], 1, N, &sum);
            block[row] = 0;
            const double p = 1.0 / (double)sizes[i], sd = sqrt(N * p * (1 - p));
            cr_expect(fabs(sum - N * p) <= 5 * sd, "%zu of %zu: %g", row, sizes[i], sum);
        }
    }
}

// Rows that are not there are not counted: n picks are n rows, for any n and any width.
Test(resample, as_many_rows_are_picked_as_are_wanted)
{
    enum { N_ROWS = 37, N_BLOCK_ROWS = 64 };
    static double block[N_BLOCK_ROWS * 4];
    PsPicker picker;
    ps_picker_init(&picker, 7, 0);
    for (size_t width = 1; width <= 4; width *= 2) {
        for (size_t i = 0; i < N_BLOCK_ROWS * width; i++)
            block[i] = i < N_ROWS * width;
        for (size_t n = 0; n < 5000; n += 1 + n / 3) {
            double sums[4] = {0};
            ps_picker_add(&picker, block, N_BLOCK_ROWS, N_ROWS, width, n, sums);
            for (size_t k = 0; k < width; k++)
                cr_expect_eq(sums[k], (double)n);
        }
    }
}

Test(resample, wide_rows_are_picked_whole)
{
    static double block[1024 * 4];
    for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 4; k++)
            block[4 * i + k] = i * (k + 1);
    }
    PsPicker picker;
    ps_picker_init(&picker, 5, 0);
    double two[2] = {0}, four[4] = {0};
    ps_picker_add(&picker, block, 1024, 300, 4, 12345, four);
    ps_picker_add(&picker, block, 1024, 600, 2, 12345, two);
    cr_expect(four[0] > 0 && two[0] > 0);
    for (int k = 1; k < 4; k++)
        cr_expect_eq(four[k], (k + 1) * four[0]);
}

// ---- The bootstrap

typedef struct {
    double numerator[MOST], denominator[MOST], other_numerator[MOST], other_denominator[MOST];
    double replicates[3 * N_DRAWS], again[3 * N_DRAWS];
} Rows;

static Rows *rows_make(void)
{
    Rows *rows = g_new(Rows, 1);
    PsRng rng;
    ps_rng_init(&rng, 11, 0);
    for (int i = 0; i < MOST; i++) {
        rows->numerator[i] = ps_rng_exponential(&rng);
        rows->denominator[i] = 1 + (double)ps_rng_below(&rng, 5);
        rows->other_numerator[i] = rows->numerator[i] + 0.3 * ps_rng_normal(&rng);
        rows->other_denominator[i] = rows->denominator[i] + 1;
    }
    return rows;
}

// The standard deviation of the replicates is that of the linearised statistic, √(Σ r²)/C of
// its residuals r: with 2,000 draws to 1.6 %, five times that is allowed.
static void
expect_spread(const double *replicates, double mean, const double *residuals, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += residuals[i] * residuals[i];
    const double error = sqrt(squares) / (double)n;
    cr_expect(fabs(ps_mean(replicates, N_DRAWS) - mean) < 5 * error / sqrt(N_DRAWS));
    cr_expect(fabs(ps_standard_deviation(replicates, N_DRAWS) / error - 1) < 0.08, "%g for %g",
              ps_standard_deviation(replicates, N_DRAWS), error);
}

Test(resample, replicates_of_a_mean_spread_as_they_should)
{
    static const size_t sizes[] = {30, 700, 1500, MOST};
    g_autofree Rows *rows = rows_make();
    for (int graded = 0; graded < 2; graded++) {
        for (size_t i = 0; graded && i < MOST; i++)
            rows->numerator[i] = floor(rows->numerator[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(sizes); k++) {
            const size_t n = sizes[k];
            const PsResample job = {.n_clusters = n, .numerator = rows->numerator};
            ps_resample(&job, 1, 3, N_DRAWS, 2, rows->replicates);
            const double mean = ps_mean(rows->numerator, n);
            for (size_t i = 0; i < n; i++)
                rows->other_numerator[i] = rows->numerator[i] - mean;
            expect_spread(rows->replicates, mean, rows->other_numerator, n);
        }
    }
}

static double ratio(const double *numerator, const double *denominator, size_t n)
{
    return ps_mean(numerator, n) / ps_mean(denominator, n);
}

Test(resample, replicates_of_ratios_and_paired_ratios_spread_as_they_should)
{
    g_autofree Rows *rows = rows_make();
    static double first[MOST], both[MOST];
    const double a = ratio(rows->numerator, rows->denominator, MOST);
    const double b = ratio(rows->other_numerator, rows->other_denominator, MOST);
    const double a_size = ps_mean(rows->denominator, MOST);
    const double b_size = ps_mean(rows->other_denominator, MOST);
    for (int i = 0; i < MOST; i++) {
        first[i] = (rows->numerator[i] - a * rows->denominator[i]) / a_size;
        both[i] =
            first[i] - (rows->other_numerator[i] - b * rows->other_denominator[i]) / b_size;
    }
    const PsResample jobs[] = {
        {.n_clusters = MOST, .numerator = rows->numerator, .denominator = rows->denominator},
        {.n_clusters = MOST,
         .numerator = rows->numerator,
         .denominator = rows->denominator,
         .other_numerator = rows->other_numerator,
         .other_denominator = rows->other_denominator},
    };
    ps_resample(jobs, 2, 3, N_DRAWS, 2, rows->replicates);
    expect_spread(rows->replicates, a, first, MOST);
    expect_spread(rows->replicates + N_DRAWS, a - b, both, MOST);
}

static void rows_shuffle(Rows *rows, size_t n)
{
    double *columns[] = {rows->numerator, rows->denominator, rows->other_numerator,
                         rows->other_denominator};
    PsRng rng;
    ps_rng_init(&rng, 12, 0);
    for (size_t i = n; i-- > 1;) {
        const size_t k = ps_rng_below(&rng, i + 1);
        for (size_t column = 0; column < G_N_ELEMENTS(columns); column++) {
            const double swap = columns[column][i];
            columns[column][i] = columns[column][k];
            columns[column][k] = swap;
        }
    }
}

Test(resample, threads_and_order_do_not_change_a_bit)
{
    g_autofree Rows *rows = rows_make();
    const PsResample jobs[] = {
        {.n_clusters = MOST, .numerator = rows->numerator, .stream = 1},
        {.n_clusters = MOST,
         .numerator = rows->numerator,
         .denominator = rows->denominator,
         .stream = 2},
        {.n_clusters = MOST,
         .numerator = rows->numerator,
         .denominator = rows->denominator,
         .other_numerator = rows->other_numerator,
         .other_denominator = rows->other_denominator,
         .stream = 3},
    };
    for (int graded = 0; graded < 2; graded++) {
        for (size_t i = 0; graded && i < MOST; i++)
            rows->numerator[i] = floor(rows->numerator[i]) / 7;
        ps_resample(jobs, 3, 5, N_DRAWS, 1, rows->replicates);
        ps_resample(jobs, 3, 5, N_DRAWS, 2, rows->again);
        cr_expect_eq(memcmp(rows->replicates, rows->again, sizeof rows->again), 0);
        rows_shuffle(rows, MOST);
        ps_resample(jobs, 3, 5, N_DRAWS, 3, rows->again);
        cr_expect_eq(memcmp(rows->replicates, rows->again, sizeof rows->again), 0);
    }
}

Test(resample, more_draws_begin_with_the_same_and_streams_differ)
{
    g_autofree Rows *rows = rows_make();
    const PsResample job = {.n_clusters = 900, .numerator = rows->numerator, .stream = 4};
    const PsResample other = {.n_clusters = 900, .numerator = rows->numerator, .stream = 5};
    ps_resample(&job, 1, 5, N_DRAWS, 2, rows->replicates);
    ps_resample(&job, 1, 5, 100, 2, rows->again);
    cr_expect_eq(memcmp(rows->replicates, rows->again, 100 * sizeof(double)), 0);
    ps_resample(&other, 1, 5, 100, 2, rows->again);
    for (int i = 0; i < 100; i++)
        cr_expect_neq(rows->replicates[i], rows->again[i]);
}

// Of (0, 1, 0) the 1 is taken as often as 3 trials at 1/3 succeed.
Test(resample, small_samples_have_their_exact_distribution)
{
    static double replicates[60000];
    const double values[] = {0, 1, 0};
    const PsResample job = {.n_clusters = 3, .numerator = values};
    ps_resample(&job, 1, 1, 60000, 2, replicates);
    double counts[4] = {0};
    for (int i = 0; i < 60000; i++)
        counts[(int)lround(3 * replicates[i])]++;
    static const double chances[] = {8.0 / 27, 12.0 / 27, 6.0 / 27, 1.0 / 27};
    for (int k = 0; k < 4; k++) {
        const double sd = sqrt(60000 * chances[k] * (1 - chances[k]));
        cr_expect(fabs(counts[k] - 60000 * chances[k]) < 5 * sd, "%d: %g", k, counts[k]);
    }
}

Test(resample, nothing_to_divide_by_is_nan)
{
    const double values[] = {1, 2}, zeros[] = {0, 0};
    const PsResample jobs[] = {{.n_clusters = 0, .numerator = values},
                               {.n_clusters = 2, .numerator = values, .denominator = zeros}};
    double replicates[20];
    ps_resample(jobs, 2, 1, 10, 1, replicates);
    for (int i = 0; i < 20; i++)
        cr_expect(isnan(replicates[i]));
}

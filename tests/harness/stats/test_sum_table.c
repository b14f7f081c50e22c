#include "harness/rng.h"
#include "harness/stats/distributions.h"
#include "harness/stats/sum_table.h"
#include "harness/stats/unit.h"

#include <criterion/criterion.h>
#include <math.h>

Test(unit, is_found_despite_rounding)
{
    const double sevenths[] = {2.0 / 7, 3.0 / 7, 11.0 / 7}, twelve[] = {12, 18, 42};
    cr_expect_float_eq(ps_common_unit(sevenths, 1, 3), 1.0 / 7, 1e-15);
    cr_expect_eq(ps_common_unit(twelve, 1, 3), 6);
    cr_expect_eq(ps_common_unit(twelve, 2, 2), 6);
    cr_expect_eq(ps_common_unit(twelve, 1, 1), 12);
}

Test(unit, is_not_made_up)
{
    const double values[] = {1, sqrt(2), 3}, apart[] = {1e-9, 1}, nearly[] = {1, 2.0000001};
    cr_expect_eq(ps_common_unit(values, 1, 3), 0);
    cr_expect_eq(ps_common_unit(apart, 1, 2), 0);
    cr_expect_eq(ps_common_unit(nearly, 1, 2), 0);
    cr_expect_eq(ps_common_unit(values, 1, 0), 0);
}

// Of two values the sum is binomial: its cdf, cell by cell.
static void expect_binomial(uint32_t n_low, uint32_t n_high)
{
    const double values[] = {-0.1, 0.2};
    const uint32_t counts[] = {n_low, n_high};
    const uint64_t n = n_low + n_high;
    PsSumTable table;
    cr_assert(ps_sum_table_init(&table, values, counts, 2, n));
    for (size_t i = 0; i < table.n_cells; i++) {
        const double sum = table.least + table.unit * (double)i;
        const uint64_t k = (uint64_t)llround((sum + 0.1 * (double)n) / 0.3);
        const double cdf = ps_binomial_cdf(k, n, (double)n_high / (double)n);
        cr_assert_float_eq(table.cdf[i], cdf, 1e-11, "%zu: %.17g, %.17g", i, table.cdf[i], cdf);
    }
    ps_sum_table_clear(&table);
}

Test(sum_table, of_two_values_is_binomial)
{
    expect_binomial(1, 1);
    expect_binomial(2, 1);
    expect_binomial(499, 1);
    expect_binomial(200, 300);
    expect_binomial(70000, 30000);
}

// The 27 ways to draw three of 0, 1 and 3.
Test(sum_table, of_three_draws_counts_the_ways)
{
    PsSumTable table;
    const double values[] = {0, 1, 3};
    const uint32_t counts[] = {1, 1, 1};
    cr_assert(ps_sum_table_init(&table, values, counts, 3, 3));
    static const int ways[] = {1, 3, 3, 4, 6, 3, 3, 3, 0, 1};
    double sum = 0;
    cr_assert_eq(table.n_cells, 10);
    for (int i = 0; i < 10; i++) {
        sum += ways[i] / 27.0;
        cr_expect_float_eq(table.cdf[i], sum, 1e-14);
    }
    ps_sum_table_clear(&table);
}

Test(sum_table, draws_follow_the_table)
{
    const double values[] = {0, 0.25, 1};
    const uint32_t counts[] = {30, 10, 20};
    PsSumTable table;
    cr_assert(ps_sum_table_init(&table, values, counts, 3, 60));
    enum { N = 100000 };
    static uint64_t random[N];
    static double draws[N];
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    for (int i = 0; i < N; i++)
        random[i] = ps_rng_next(&rng);
    ps_sum_table_draw(&table, random, N, draws);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        sum += draws[i];
        squares += draws[i] * draws[i];
    }
    const double mean = 22.5, variance = 60 * ((10 * 0.0625 + 20) / 60 - 0.375 * 0.375);
    cr_expect(fabs(sum / N - mean) < 5 * sqrt(variance / N));
    cr_expect(fabs((squares - sum * sum / N) / N / variance - 1) < 5 * sqrt(2.0 / N));
    ps_sum_table_clear(&table);
}

Test(sum_table, values_without_a_unit_have_none)
{
    const double values[] = {0, 1, sqrt(2)};
    const uint32_t counts[] = {1, 1, 1};
    PsSumTable table;
    cr_expect_not(ps_sum_table_init(&table, values, counts, 3, 3));
    cr_expect_not(ps_sum_table_init(&table, values, counts, 1, 1));
    cr_expect_not(ps_sum_table_init(&table, values, counts, 0, 0));
}

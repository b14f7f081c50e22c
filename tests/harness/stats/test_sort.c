#include "harness/rng.h"
#include "harness/stats/sort.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int double_compare(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

// Every sign, exponent and fraction: random bits, without the NANs.
static double any_number(PsRng *rng)
{
    double number;
    do {
        const uint64_t bits = ps_rng_next(rng);
        memcpy(&number, &bits, sizeof number);
    } while (isnan(number));
    return number;
}

Test(sort, agrees_with_qsort_for_any_numbers)
{
    enum { N = 5000 };
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    double values[N], expected[N];
    for (int i = 0; i < N; i++)
        expected[i] = values[i] = i % 3 ? any_number(&rng) : (double)ps_rng_below(&rng, 9) - 4;
    ps_sort(values, N);
    qsort(expected, N, sizeof *expected, double_compare);
    for (int i = 0; i < N; i++)
        cr_assert_eq(values[i], expected[i], "%d: %g, %g", i, values[i], expected[i]);
}

Test(sort, infinities_are_at_the_ends_and_the_two_zeros_are_one)
{
    double values[] = {0.0, INFINITY, -0.0, -INFINITY, 5e-324, -5e-324, 0.0};
    ps_sort(values, G_N_ELEMENTS(values));
    static const double expected[] = {-INFINITY, -5e-324, 0, 0, 0, 5e-324, INFINITY};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        cr_expect_eq(values[i], expected[i]);
}

Test(sort, pairs_are_in_order_of_key_then_value)
{
    PsPair pairs[] = {{2, -1}, {-1, 3}, {2, -5}, {-1, 0.5}, {-0.0, 9}, {0, 7}};
    static const PsPair expected[] = {{-1, 0.5}, {-1, 3}, {0, 7}, {0, 9}, {2, -5}, {2, -1}};
    ps_sort_pairs(pairs, G_N_ELEMENTS(pairs));
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        cr_expect_eq(pairs[i].key, expected[i].key);
        cr_expect_eq(pairs[i].value, expected[i].value);
    }
}

Test(sort, nothing_and_one_are_sorted)
{
    double one = 3;
    ps_sort(&one, 1);
    ps_sort(NULL, 0);
    ps_sort_pairs(NULL, 0);
    cr_expect_eq(one, 3);
}

Test(sort, words_of_few_and_many)
{
    PsRng rng;
    ps_rng_init(&rng, 2, 0);
    for (size_t n = 0; n < 3000; n = 2 * n + 1) {
        g_autofree uint64_t *words = g_new(uint64_t, n + 1);
        uint64_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += words[i] = i % 3 ? ps_rng_next(&rng) : ps_rng_below(&rng, 7);
        ps_sort_words(words, n);
        for (size_t i = 0; i < n; i++) {
            sum -= words[i];
            cr_assert(i == 0 || words[i - 1] <= words[i], "%zu of %zu", i, n);
        }
        cr_expect_eq(sum, 0);
    }
}

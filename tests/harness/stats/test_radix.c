#include "harness/rng.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/radix.h"
#include "harness/stats/sort.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 3000 };

Test(radix, sorts_as_comparing_does)
{
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    double values[MOST], expected[MOST];
    for (size_t n = 0; n <= MOST; n = 2 * n + 1) {
        for (size_t i = 0; i < n; i++)
            values[i] =
                i % 5 == 0 ? floor(10 * ps_rng_normal(&rng)) : 1e9 * ps_rng_normal(&rng);
        memcpy(expected, values, sizeof values);
        ps_radix_sort_doubles(values, n);
        ps_sort(expected, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(values[i], expected[i], "%zu of %zu", i, n);
    }
}

Test(radix, equal_keys_and_infinities_have_their_places)
{
    double values[200];
    for (int i = 0; i < 200; i++)
        values[i] = i % 4 == 0 ? INFINITY : i % 4 == 1 ? -INFINITY : 0.25;
    ps_radix_sort_doubles(values, 200);
    cr_expect_eq(values[0], -INFINITY);
    cr_expect_eq(values[49], -INFINITY);
    cr_expect_eq(values[50], 0.25);
    cr_expect_eq(values[149], 0.25);
    cr_expect_eq(values[150], INFINITY);
}

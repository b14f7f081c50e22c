// Rules 1 to 4 of metrics/shared/cider.h.
#include "metrics/shared/cider.h"

#include <criterion/criterion.h>
#include <math.h>

static void learn(PsCider *cider, const char *reference)
{
    char *references[] = {(char *)reference};
    cr_assert(ps_cider_add(cider, references, 1, NULL));
}

static double value(const PsCider *cider, const char *answer, const char *reference)
{
    char *references[] = {(char *)reference};
    return ps_cider_value(cider, answer, references, 1);
}

Test(cider, what_every_sample_has_says_nothing)
{
    g_autoptr(PsCider) cider = ps_cider_new();
    learn(cider, "a cat");
    learn(cider, "a dog");
    cr_expect_eq(value(cider, "a", "a cat"), 0);
    // "cat" and "a cat" are all that weighs; orders 3 and 4 are empty.
    cr_expect_float_eq(value(cider, "a cat", "a cat"), 5, 1e-12);
}

Test(cider, a_sample_counts_once_however_many_references_repeat_it)
{
    g_autoptr(PsCider) cider = ps_cider_new();
    char *twice[] = {(char *)"red bus", (char *)"red bus"};
    cr_assert(ps_cider_add(cider, twice, 2, NULL));
    learn(cider, "blue boat");
    cr_expect_float_eq(value(cider, "red bus", "red bus"), 5, 1e-12);
}

Test(cider, another_length_costs)
{
    g_autoptr(PsCider) cider = ps_cider_new();
    learn(cider, "red bus on a street");
    learn(cider, "blue boat");
    const double exact = value(cider, "red bus", "red bus");
    const double longer = value(cider, "red bus red bus red bus", "red bus");
    cr_expect_lt(longer, exact * exp(-16.0 / 72) + 1e-9);
}

Test(cider, grows_with_the_corpus)
{
    g_autoptr(PsCider) cider = ps_cider_new();
    for (int i = 0; i < 5000; i++) {
        g_autofree char *reference = g_strdup_printf("word%d other%d third%d", i, i, i % 7);
        learn(cider, reference);
    }
    cr_expect_float_eq(value(cider, "word42 other42 third0", "word42 other42 third0"), 7.5,
                       1e-9);
}

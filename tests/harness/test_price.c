#include "harness/price.h"

#include "fake.h"

#include <criterion/criterion.h>
#include <math.h>

static char *folder;
static PsRunFile *run;

static void set_up(void)
{
    folder = fake_folder_new();
    g_autofree char *path = g_build_filename(folder, "x.proof", NULL);
    run = ps_runfile_open(path, PS_RUNFILE_CREATE, false, NULL);
}

static void tear_down(void)
{
    ps_runfile_close(run);
    fake_folder_free(folder);
}

TestSuite(price, .init = set_up, .fini = tear_down);

static double cost_of(const PsPrice *price, int64_t input_tokens, int64_t output_tokens)
{
    const PsResponse response = {.input_tokens = input_tokens, .output_tokens = output_tokens};
    return ps_price_cost(price, &response);
}

Test(price, a_cost_is_the_tokens_at_their_prices_per_million)
{
    const PsPrice price = {0.15, 0.6};
    cr_expect_float_eq(cost_of(&price, 2000, 1000), 0.0009, 1e-18);
    cr_expect_eq(cost_of(&price, 0, 0), 0);
    cr_expect(isnan(cost_of(&price, -1, 1000)));
    cr_expect(isnan(cost_of(&price, 2000, -1)));
    const PsPrice none = {NAN, NAN};
    cr_expect(isnan(cost_of(&none, 2000, 1000)));
}

Test(price, is_two_amounts_or_none)
{
    static const struct {
        PsPrice price;
        bool is_fine;
    } cases[] = {
        {{NAN, NAN}, true}, {{0.15, 0.6}, true}, {{0, 1e6}, true},       {{1, 0}, true},
        {{0, 0}, false},    {{1, NAN}, false},   {{NAN, 1}, false},      {{-1, 2}, false},
        {{2, -1}, false},   {{1e7, 1}, false},   {{1, INFINITY}, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_eq(ps_price_check(&cases[i].price, &error), cases[i].is_fine, "%zu", i);
        cr_expect(cases[i].is_fine || g_error_matches(error, PS_ERROR, PS_ERROR_USAGE));
    }
}

static void assert_price(double input, double output)
{
    PsPrice price;
    cr_assert(ps_price_load(run, &price, NULL));
    cr_assert_eq(isnan(price.input), isnan(input));
    cr_assert_not(price.input != input && !isnan(input), "%g", price.input);
    cr_assert_not(price.output != output && !isnan(output), "%g", price.output);
}

Test(price, the_last_one_given_is_the_runs)
{
    assert_price(NAN, NAN);
    cr_assert(ps_price_store(run, &(PsPrice){0.15, 0.6}, NULL));
    assert_price(0.15, 0.6);
    cr_assert(ps_price_store(run, &(PsPrice){NAN, NAN}, NULL));
    assert_price(0.15, 0.6);
    cr_assert(ps_price_store(run, &(PsPrice){0, 1.0 / 3 * 3e-5}, NULL));
    assert_price(0, 1e-5);
}

Test(price, what_is_no_price_is_damage)
{
    static const char *const values[] = {"",
                                         "free",
                                         "0.15",
                                         "0.15 $",
                                         " $ per million tokens",
                                         "-1 $ per million tokens",
                                         "nan $ per million tokens",
                                         "1e9 $ per million tokens"};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        PsPrice price;
        g_autoptr(GError) error = NULL;
        cr_assert(ps_runfile_set_info(run, "fact price of output", values[i], NULL));
        cr_expect_not(ps_price_load(run, &price, &error), "%s", values[i]);
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", values[i]);
    }
}

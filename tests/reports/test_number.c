#include "reports/shared/number.h"

#include <criterion/criterion.h>
#include <math.h>

static const PsMetric percent = {.unit = "%", .unit_scale = 100};
static const PsMetric ms = {.unit = "ms", .unit_scale = 1e-6};
static const PsMetric tokens = {.unit = "tokens", .unit_scale = 1};
static const PsMetric dollars = {.unit = "$", .unit_scale = 1};
static const PsMetric plain = {.unit = "", .unit_scale = 1};

static void expect(GString *out, const char *expected)
{
    cr_expect_str_eq(out->str, expected);
    g_string_truncate(out, 0);
}

Test(number, percent_have_one_decimal_and_others_three_digits)
{
    static const struct {
        const PsMetric *metric;
        double value;
        const char *expected;
    } cases[] = {
        {&percent, 0.93149, "93.1%"},  {&percent, 1, "100.0%"},
        {&percent, 0, "0.0%"},         {&percent, 2.5, "250.0%"},
        {&ms, 1234.4e6, "1,234 ms"},   {&ms, 12.34e6, "12.3 ms"},
        {&ms, 0.0021e6, "0.002 ms"},   {&plain, 0.12345, "0.123"},
        {&plain, 3.14159, "3.14"},     {&plain, 1234567, "1,234,567"},
        {&plain, -2, PS_MINUS "2.00"}, {&plain, NAN, "n/a"},
        {&plain, -0.0001, "0.000"},    {&plain, 1e20, "1e+20"},
        {&plain, INFINITY, "n/a"},
    };
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ps_number_append_value(out, cases[i].metric, cases[i].value);
        expect(out, cases[i].expected);
    }
}

Test(number, small_sums_of_money_keep_three_digits)
{
    static const struct {
        const PsMetric *metric;
        double value;
        const char *expected;
    } cases[] = {
        {&dollars, 0.0031, "0.00310 $"},       {&dollars, 0.00000123456, "0.00000123 $"},
        {&dollars, 0.25, "0.250 $"},           {&dollars, 1.234, "1.23 $"},
        {&dollars, 1234, "1,234 $"},           {&dollars, 0, "0.000 $"},
        {&dollars, 1e-30, "0.000000000000 $"}, {&tokens, 0.0031, "0.003 tokens"},
        {&tokens, 118.4, "118 tokens"},        {&tokens, 4.25, "4.25 tokens"},
    };
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ps_number_append_value(out, cases[i].metric, cases[i].value);
        expect(out, cases[i].expected);
    }
    ps_number_append_interval(out, &dollars, 0.00298, 0.00322);
    expect(out, "[0.00298, 0.00322]");
    ps_number_append_difference(out, &dollars, -0.00031);
    expect(out, PS_MINUS "0.000310 $");
}

Test(number, intervals_and_differences_carry_sign_and_unit)
{
    g_autoptr(GString) out = g_string_new(NULL);
    ps_number_append_interval(out, &percent, 0.902, 0.951);
    expect(out, "[90.2, 95.1]");
    ps_number_append_difference(out, &percent, -0.0824);
    expect(out, PS_MINUS "8.2 pp");
    ps_number_append_difference_interval(out, &percent, -0.031, 0.0041);
    expect(out, "[" PS_MINUS "3.1, +0.4]");
    ps_number_append_difference(out, &ms, 35e6);
    expect(out, "+35.0 ms");
    ps_number_append_interval(out, &plain, 0.05, 12.25);
    expect(out, "[0.1, 12.2]");
}

Test(number, times_sizes_and_counts_read_naturally)
{
    g_autoptr(GString) out = g_string_new(NULL);
    ps_number_append_time(out, 1763913018000000000);
    expect(out, "2025-11-23 15:50:18 UTC");
    ps_number_append_time(out, 0);
    expect(out, "unknown");
    ps_number_append_time_rfc3339(out, 1763913018000000000);
    expect(out, "2025-11-23T15:50:18Z");
    ps_number_append_duration(out, 4200000000);
    expect(out, "4.2 s");
    ps_number_append_duration(out, 3723 * (int64_t)1000000000);
    expect(out, "1 h 02 min 03 s");
    ps_number_append_duration(out, 83 * (int64_t)1000000000);
    expect(out, "1 min 23 s");
    ps_number_append_bytes(out, 1400000);
    expect(out, "1.4 MB");
    ps_number_append_bytes(out, 67);
    expect(out, "67 bytes");
    ps_number_append_count(out, 1234567);
    expect(out, "1,234,567");
    ps_number_append_ms(out, 2410);
    expect(out, "2.41 s");
    ps_number_append_ms(out, NAN);
    expect(out, "n/a");
}

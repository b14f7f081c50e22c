// What a system counts, and what it costs.
#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>

static bool score(const char *name, const PsResponse *response, double *value)
{
    double stats[PS_METRIC_MAX_STATS];
    bool is_defined = fixture_metric(name)->score(NULL, response, stats);
    *value = stats[0];
    return is_defined && stats[1] == 1;
}

Test(tokens, each_metric_has_its_own_count_and_a_row_counts_once)
{
    const PsResponse response = {.input_tokens = 12, .output_tokens = 3, .cost = 0.0031};
    double value;
    cr_expect(score("input_tokens", &response, &value));
    cr_expect_eq(value, 12);
    cr_expect(score("output_tokens", &response, &value));
    cr_expect_eq(value, 3);
    cr_expect(score("cost", &response, &value));
    cr_expect_eq(value, 0.0031);
}

Test(tokens, what_is_not_stated_is_undefined_and_zero_is_a_count)
{
    g_auto(PsResponse) nothing;
    ps_response_init(&nothing);
    const PsResponse zero = {.cost = 0};
    static const char *const names[] = {"input_tokens", "output_tokens", "cost"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        double value;
        cr_expect_not(score(names[i], &nothing, &value), "%s", names[i]);
        cr_expect(score(names[i], &zero, &value), "%s", names[i]);
        cr_expect_eq(value, 0);
        cr_expect(fixture_metric(names[i])->is_derived);
        cr_expect_eq(fixture_metric(names[i])->direction, PS_LOWER_IS_BETTER);
    }
    cr_expect_eq(fixture_metric("cost")->scope, PS_SCOPE_ALL);
}

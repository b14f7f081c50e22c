#include "harness/budget.h"
#include "harness/error.h"

#include <criterion/criterion.h>
#include <math.h>

static char *json_of(PsBudget budget)
{
    GString *out = g_string_new("{");
    ps_budget_append_json(out, &budget);
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

Test(budget, only_what_is_set_is_written)
{
    g_autofree char *none = json_of((PsBudget){0}), *some = json_of((PsBudget){5, 1.5, 0, 7});
    cr_expect_str_eq(none, "{}");
    cr_expect_str_eq(some, "{\"budget_pixels\":5,\"budget_seconds\":1.5,\"budget_bytes\":7}");
    cr_expect_not(ps_budget_is_set(&(PsBudget){0}));
    cr_expect(ps_budget_is_set(&(PsBudget){.seconds = 0.1}));
}

Test(budget, limits_are_no_less_than_nothing)
{
    const PsBudget wrong[] = {{-1, 0, 0, 0}, {0, -1, 0, 0}, {0, NAN, 0, 0},
                              {0, 0, -1, 0}, {0, 0, 0, -1}, {0, INFINITY, 0, 0}};
    cr_expect(ps_budget_check(&(PsBudget){1, 1, 1, 1}, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_not(ps_budget_check(&wrong[i], &error));
        cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    }
}

#include "harness/budget.h"

#include "harness/error.h"
#include "harness/json.h"

bool ps_budget_is_set(const PsBudget *budget)
{
    return budget->pixels > 0 || budget->seconds > 0 || budget->tokens > 0 || budget->bytes > 0;
}

bool ps_budget_check(const PsBudget *budget, GError **error)
{
    const char *wrong = NULL;
    if (budget->pixels < 0) wrong = "pixels";
    if (!(budget->seconds >= 0 && budget->seconds <= 1e9)) wrong = "seconds";
    if (budget->tokens < 0) wrong = "tokens";
    if (budget->bytes < 0) wrong = "bytes";
    return wrong == NULL
           || ps_fail(error, PS_ERROR_DATA, "the budget of %s is out of range", wrong);
}

static void append(GString *out, const char *name, int64_t value)
{
    if (value == 0) return;
    ps_json_append_key(out, name);
    ps_json_append_integer(out, value);
}

void ps_budget_append_json(GString *out, const PsBudget *budget)
{
    append(out, "budget_pixels", budget->pixels);
    if (budget->seconds > 0) {
        ps_json_append_key(out, "budget_seconds");
        ps_json_append_number(out, budget->seconds);
    }
    append(out, "budget_tokens", budget->tokens);
    append(out, "budget_bytes", budget->bytes);
}

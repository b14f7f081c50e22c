// Permutation tests of a difference of means, as scipy's permutation_test enumerates them.
#include "harness/stats/permutation.h"

#include "harness/check/row.h"

#include <math.h>
#include <string.h>

// {type: "paired" or "independent", a, b}
static cJSON *permutation(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const char *type = ps_json_string(input, "type");
    size_t n_a, n_b;
    g_autofree double *a = ps_check_numbers(input, "a", &n_a);
    g_autofree double *b = ps_check_numbers(input, "b", &n_b);
    if (!type || !a || !b) return NULL;
    PsPermutation test;
    if (strcmp(type, "independent") == 0)
        test = ps_permutation_independent(a, n_a, b, n_b);
    else if (strcmp(type, "paired") == 0 && n_a == n_b)
        test = ps_permutation_paired(a, b, n_a);
    else
        return NULL;
    if (isnan(test.statistic)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "statistic", test.statistic);
    cJSON_AddNumberToObject(result, "two-sided", test.two_sided);
    cJSON_AddNumberToObject(result, "greater", test.greater);
    cJSON_AddNumberToObject(result, "less", test.less);
    cJSON_AddNumberToObject(result, "abs_two_sided", test.abs_two_sided);
    return result;
}

const PsCheckStatistic ps_check_statistic_permutation = {"permutation", permutation};

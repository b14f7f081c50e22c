// Adjusted p-values, as statsmodels' multipletests has them.
#include "harness/check/row.h"
#include "harness/stats/multiple.h"

#include <math.h>

// {adjusted, reject} of one method.
static cJSON *method_result(PsAdjustment method, const double *p, size_t n, double alpha)
{
    g_autofree double *adjusted = g_new(double, n);
    ps_adjust_p_values(method, p, n, adjusted);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddItemToObject(result, "adjusted", cJSON_CreateDoubleArray(adjusted, (int)n));
    cJSON *reject = cJSON_AddArrayToObject(result, "reject");
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(reject, cJSON_CreateBool(adjusted[i] <= alpha));
    return result;
}

// {p, alpha}
static cJSON *multiple_testing(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n;
    g_autofree double *p = ps_check_numbers(input, "p", &n);
    if (!p || n == 0) return NULL;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < 0 || p[i] > 1) return NULL;
    }
    static const struct {
        const char *name;
        PsAdjustment method;
    } methods[] = {{"holm", PS_ADJUST_HOLM},
                   {"fdr_bh", PS_ADJUST_BH},
                   {"bonferroni", PS_ADJUST_BONFERRONI},
                   {"fdr_by", PS_ADJUST_BY}};
    const double alpha = ps_json_number(input, "alpha", 0.05);
    cJSON *result = cJSON_CreateObject();
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        cJSON_AddItemToObject(result, methods[i].name,
                              method_result(methods[i].method, p, n, alpha));
    }
    return result;
}

const PsCheckStatistic ps_check_statistic_multiple_testing = {"multiple_testing",
                                                              multiple_testing};

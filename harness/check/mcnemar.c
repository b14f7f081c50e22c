// McNemar's test, as statsmodels has it.
#include "harness/stats/mcnemar.h"

#include "harness/check/row.h"

#include <math.h>

// {b, c}: whole numbers of at least 0.
static cJSON *mcnemar(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const double most = 5e8;
    const double b = ps_json_number(input, "b", NAN), c = ps_json_number(input, "c", NAN);
    if (!(b >= 0 && b <= most && c >= 0 && c <= most)) return NULL;
    if (b != floor(b) || c != floor(c)) return NULL;
    const PsMcNemar test = ps_mcnemar((uint64_t)b, (uint64_t)c);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "statistic", test.statistic);
    cJSON_AddNumberToObject(result, "p_exact", test.exact);
    cJSON_AddNumberToObject(result, "p_mid", test.mid);
    cJSON_AddNumberToObject(result, "chi2_cc", test.chi2_corrected);
    cJSON_AddNumberToObject(result, "p_chi2_cc", test.chi2_corrected_p);
    cJSON_AddNumberToObject(result, "chi2", test.chi2);
    cJSON_AddNumberToObject(result, "p_chi2", test.chi2_p);
    return result;
}

const PsCheckStatistic ps_check_statistic_mcnemar = {"mcnemar", mcnemar};

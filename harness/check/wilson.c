// The interval for a share, as statsmodels' proportion_confint has it.
#include "harness/check/row.h"
#include "harness/stats/intervals.h"

#include <math.h>

// {successes, n, confidence}; n = 0 has no interval.
static cJSON *wilson(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    const double k = ps_json_number(input, "successes", NAN);
    const double n = ps_json_number(input, "n", NAN);
    const double confidence = ps_json_number(input, "confidence", 0.95);
    const PsInterval interval = ps_wilson(k, n, confidence);
    if (isnan(interval.low)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "low", interval.low);
    cJSON_AddNumberToObject(result, "high", interval.high);
    cJSON_AddItemToObject(result, "wilson_cc",
                          ps_check_interval(ps_wilson_corrected(k, n, confidence)));
    cJSON_AddItemToObject(result, "clopper_pearson",
                          ps_check_interval(ps_clopper_pearson(k, n, confidence)));
    return result;
}

const PsCheckStatistic ps_check_statistic_wilson = {"wilson", wilson};

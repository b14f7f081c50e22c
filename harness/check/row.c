#include "harness/check/row.h"

#include <math.h>

cJSON *ps_check_interval(PsInterval interval)
{
    const double ends[] = {interval.low, interval.high};
    return cJSON_CreateDoubleArray(ends, G_N_ELEMENTS(ends));
}

double *ps_check_numbers(const cJSON *input, const char *key, size_t *n_values)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(input, key), *item;
    if (!cJSON_IsArray(array)) return NULL;
    g_autofree double *values = g_new(double, (size_t)cJSON_GetArraySize(array) + 1);
    *n_values = 0;
    cJSON_ArrayForEach(item, array)
    {
        if (cJSON_IsBool(item))
            values[(*n_values)++] = cJSON_IsTrue(item);
        else if (!ps_check_number(item, &values[(*n_values)++]))
            return NULL;
    }
    return g_steal_pointer(&values);
}

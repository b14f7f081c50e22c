// pass@k as openai/human-eval, pass^k as sierra-research/tau-bench, which counts the same
// number of trials for every task: with unequal n it has no value.
#include "harness/stats/pass_at_k.h"
#include "harness/check/row.h"

#include <math.h>

// The largest whole number that a double is sure of.
static const double most = 9007199254740992;

static bool number_is_count(double number)
{
    return number >= 0 && number <= most && number == floor(number);
}

static uint64_t *counts_read(const cJSON *input, const char *key, size_t *n_tasks)
{
    g_autofree double *numbers = ps_check_numbers(input, key, n_tasks);
    if (!numbers) return NULL;
    g_autofree uint64_t *counts = g_new(uint64_t, *n_tasks + 1);
    for (size_t i = 0; i < *n_tasks; i++) {
        if (!number_is_count(numbers[i])) return NULL;
        counts[i] = (uint64_t)numbers[i];
    }
    return g_steal_pointer(&counts);
}

// {n: [], c: [], k}
static cJSON *pass_at_k(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    size_t n_tasks, n_solved;
    const double k = ps_json_number(input, "k", NAN);
    g_autofree uint64_t *n = counts_read(input, "n", &n_tasks);
    g_autofree uint64_t *c = counts_read(input, "c", &n_solved);
    if (!n || !c || n_tasks != n_solved || !number_is_count(k)) return NULL;
    const double at_k = ps_pass_at_k_mean(n, c, n_tasks, (uint64_t)k);
    if (isnan(at_k)) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "pass_at_k", at_k);
    for (size_t i = 1; i < n_tasks; i++) {
        if (n[i] != n[0]) return result;
    }
    cJSON_AddNumberToObject(result, "pass_hat_k",
                            ps_pass_hat_k_mean(n, c, n_tasks, (uint64_t)k));
    return result;
}

const PsCheckStatistic ps_check_statistic_pass_at_k = {"pass_at_k", pass_at_k};

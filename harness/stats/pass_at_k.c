#include "harness/stats/pass_at_k.h"

#include <glib.h>
#include <math.h>

// C(n-marked, k) / C(n, k): k of n, drawn without replacement, hold none of the marked ones. It
// is symmetric in k and marked, so the smaller of the two is the number of factors.
static double none_is_drawn(uint64_t n, uint64_t marked, uint64_t k)
{
    if (marked > n || k > n) return NAN;
    if (k > n - marked) return 0;
    const uint64_t n_factors = MIN(k, marked), taken = MAX(k, marked);
    double product = 1;
    for (uint64_t i = 0; i < n_factors && product > 0; i++)
        product *= (double)(n - taken - i) / (double)(n - i);
    return product;
}

double ps_pass_at_k(uint64_t n, uint64_t c, uint64_t k)
{
    return 1 - none_is_drawn(n, c, k);
}

double ps_pass_hat_k(uint64_t n, uint64_t c, uint64_t k)
{
    return c > n ? NAN : none_is_drawn(n, n - c, k);
}

static double mean_over_tasks(double (*estimate)(uint64_t n, uint64_t c, uint64_t k),
                              const uint64_t *n,
                              const uint64_t *c,
                              size_t n_tasks,
                              uint64_t k)
{
    double sum = 0;
    for (size_t i = 0; i < n_tasks; i++)
        sum += estimate(n[i], c[i], k);
    return n_tasks > 0 ? sum / (double)n_tasks : NAN;
}

double ps_pass_at_k_mean(const uint64_t *n, const uint64_t *c, size_t n_tasks, uint64_t k)
{
    return mean_over_tasks(ps_pass_at_k, n, c, n_tasks, k);
}

double ps_pass_hat_k_mean(const uint64_t *n, const uint64_t *c, size_t n_tasks, uint64_t k)
{
    return mean_over_tasks(ps_pass_hat_k, n, c, n_tasks, k);
}

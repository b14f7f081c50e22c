#include "harness/stats/mcnemar.h"

#include "harness/stats/distributions.h"

#include <glib.h>
#include <math.h>

// P(X > x) of χ² with one degree of freedom: both tails of the normal distribution.
static double chi_squared_tail(double x)
{
    return 2 * ps_normal_cdf(-sqrt(x));
}

// P(X = k), X binomial (n, ½).
static double half_binomial_mass(double k, double n)
{
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * M_LN2);
}

PsMcNemar ps_mcnemar(uint64_t b, uint64_t c)
{
    const uint64_t n = b + c, least = MIN(b, c);
    if (n == 0) {
        return (PsMcNemar){.exact = 1,
                           .mid = 1,
                           .chi2 = NAN,
                           .chi2_p = NAN,
                           .chi2_corrected = NAN,
                           .chi2_corrected_p = NAN};
    }
    const double gap = fabs((double)b - (double)c);
    PsMcNemar test = {.statistic = (double)least,
                      .exact = fmin(1, 2 * ps_binomial_cdf(least, n, 0.5)),
                      .chi2 = gap * gap / (double)n,
                      .chi2_corrected = (gap - 1) * (gap - 1) / (double)n};
    test.mid = test.exact - half_binomial_mass((double)least, (double)n);
    test.chi2_p = chi_squared_tail(test.chi2);
    test.chi2_corrected_p = chi_squared_tail(test.chi2_corrected);
    return test;
}

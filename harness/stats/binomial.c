#include "harness/stats/binomial.h"

#include <math.h>

// Below this mean, counting up is faster than rejection, and rejection is not made for less.
static const double few = 10;

// p ≤ ½ and n p < 10, so that the chance of 0 is far from underflow.
static uint64_t draw_by_inversion(PsRng *rng, uint64_t n, double p)
{
    const double odds = p / (1 - p);
    double chance = exp((double)n * log1p(-p)), rest = ps_rng_uniform(rng);
    uint64_t k = 0;
    while (rest >= chance && k < n) {
        rest -= chance;
        chance *= odds * (double)(n - k) / (double)(k + 1);
        k++;
        // Past here the terms no longer change what is left: only rounding is.
        if (chance < 1e-20 && (double)k > (double)n * p) break;
    }
    return k;
}

// ln k!, by Stirling's series from 10 on (exact to 1e-15).
static double log_factorial(double k)
{
    static const double small[] = {0,
                                   0,
                                   0.69314718055994530942,
                                   1.79175946922805500081,
                                   3.17805383034794561965,
                                   4.78749174278204599425,
                                   6.57925121201010099506,
                                   8.52516136106541430017,
                                   10.6046029027452502284,
                                   12.8018274800814696112};
    if (k < 10) return small[(int)k];
    const double x = k + 1, r = 1 / (x * x);
    const double series =
        (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x;
    return (x - 0.5) * log(x) - x + 0.91893853320467274178 + series;
}

// ln of the chance of k over that of the mode m.
static double log_ratio(double k, double m, double n, double p)
{
    return log_factorial(m) + log_factorial(n - m) - log_factorial(k) - log_factorial(n - k)
           + (k - m) * log(p / (1 - p));
}

// The names are those of the paper.
static uint64_t draw_by_rejection(PsRng *rng, double n, double p)
{
    const double spq = sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * spq;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5;
    const double v_r = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spq;
    const double m = floor((n + 1) * p);
    for (;;) {
        const double u = ps_rng_uniform(rng) - 0.5, v = ps_rng_uniform(rng);
        const double us = 0.5 - fabs(u), k = floor((2 * a / us + b) * u + c);
        if (us >= 0.07 && v <= v_r) return (uint64_t)k;
        if (!(k >= 0 && k <= n) || v == 0) continue;
        if (log(v * alpha / (a / (us * us) + b)) <= log_ratio(k, m, n, p)) return (uint64_t)k;
    }
}

uint64_t ps_binomial_draw(PsRng *rng, uint64_t n, double p)
{
    if (!(p > 0) || n == 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - ps_binomial_draw(rng, n, 1 - p);
    return (double)n * p < few ? draw_by_inversion(rng, n, p)
                               : draw_by_rejection(rng, (double)n, p);
}

// Intervals for a share and for a mean. Pure functions, safe from any thread. `confidence` is
// the two-sided level, 0.95 for a 95 % interval.
#pragma once

typedef struct {
    double low, high; // NAN, NAN: there is no interval
} PsInterval;

// Wilson's score interval for k successes in n independent trials (Wilson 1927; Newcombe 1998,
// method 3). Honest for small n and for k = 0 and k = n, where an end is exactly 0 or 1. k and
// n may be fractional: an effective sample size is n / design effect.
PsInterval ps_wilson(double k, double n, double confidence);

// The same with continuity correction (Newcombe 1998, method 4): never narrower than ps_wilson.
PsInterval ps_wilson_corrected(double k, double n, double confidence);

// The exact interval of Clopper and Pearson (1934), by beta quantiles: never too short, often
// too long.
PsInterval ps_clopper_pearson(double k, double n, double confidence);

// mean ± t · error with df degrees of freedom.
PsInterval ps_t_interval(double mean, double error, double df, double confidence);

// Intervals from bootstrap replicates, whoever drew them (harness/stats/resample.h does). Pure
// functions, safe from any thread. Replicates are finite and ascending (ps_sort); none at all,
// or a confidence outside of 0 … 1, has no interval (NAN).
#pragma once

#include "harness/stats/intervals.h"

#include <stddef.h>

// The quantile q = 0 … 1 of ascending values, linear between them: position q · (n - 1),
// numpy's and R's default (type 7 of Hyndman and Fan 1996).
double ps_linear_quantile(const double *ascending, size_t n, double q);

// The quantiles (1 - confidence)/2 and (1 + confidence)/2 of the replicates.
PsInterval ps_bootstrap_percentile(const double *replicates, size_t n, double confidence);

// 2 · estimate minus the ends of the percentile interval (Davison and Hinkley 1997, 5.6).
PsInterval
ps_bootstrap_basic(const double *replicates, size_t n, double estimate, double confidence);

// Bias-corrected and accelerated (Efron 1987), as scipy has it: with z0 the normal quantile of
// the share of replicates below the estimate (ties count half), and a = Σ U³ / 6 (Σ U²)^1.5
// with U = mean(jackknife) - jackknife, the ends are the quantiles Φ(z0 + (z0 + z)/(1 - a (z0 +
// z))). jackknife: the estimates that leave out one row, or one cluster, each. NAN, also for
// the shares, where all replicates lie on one side or the jackknife does not vary: report the
// percentile interval then, and say so.
typedef struct {
    PsInterval interval;
    double low_share, high_share; // which quantiles the ends are
} PsBootstrapBca;

PsBootstrapBca ps_bootstrap_bca(const double *replicates,
                                size_t n,
                                double estimate,
                                const double *jackknife,
                                size_t n_jackknife,
                                double confidence);

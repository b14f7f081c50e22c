#include "harness/stats/bootstrap.h"

#include "harness/stats/distributions.h"
#include "harness/stats/means.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>

static const PsInterval no_interval = {NAN, NAN};

double ps_linear_quantile(const double *ascending, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1)) return NAN;
    const double position = q * (double)(n - 1);
    const size_t below = MIN((size_t)position, n - 1), above = MIN(below + 1, n - 1);
    return ascending[below]
           + (position - (double)below) * (ascending[above] - ascending[below]);
}

static bool confidence_ok(double confidence)
{
    return confidence > 0 && confidence < 1;
}

PsInterval ps_bootstrap_percentile(const double *replicates, size_t n, double confidence)
{
    if (n == 0 || !confidence_ok(confidence)) return no_interval;
    const double tail = (1 - confidence) / 2;
    return (PsInterval){ps_linear_quantile(replicates, n, tail),
                        ps_linear_quantile(replicates, n, 1 - tail)};
}

PsInterval
ps_bootstrap_basic(const double *replicates, size_t n, double estimate, double confidence)
{
    const PsInterval ends = ps_bootstrap_percentile(replicates, n, confidence);
    return (PsInterval){2 * estimate - ends.high, 2 * estimate - ends.low};
}

// The share of replicates below estimate, ties half.
static double share_below(const double *replicates, size_t n, double estimate)
{
    size_t n_less = 0, n_equal = 0;
    for (size_t i = 0; i < n; i++) {
        n_less += replicates[i] < estimate;
        n_equal += replicates[i] == estimate;
    }
    return ((double)n_less + 0.5 * (double)n_equal) / (double)n;
}

// NAN (0/0) if the jackknife does not vary. What is left of equal values by rounding is scaled
// away from nothing, so values that differ by less than rounding count as equal.
static double acceleration(const double *jackknife, size_t n)
{
    const double mean = ps_mean(jackknife, n);
    double squares = 0, cubes = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        const double u = mean - jackknife[i];
        most = fmax(most, fabs(u));
        squares += u * u;
        cubes += u * u * u;
    }
    if (!(most > 4e-16 * fabs(mean))) return NAN;
    return cubes / (6 * pow(squares, 1.5));
}

static double corrected_share(double z0, double a, double z)
{
    return ps_normal_cdf(z0 + (z0 + z) / (1 - a * (z0 + z)));
}

PsBootstrapBca ps_bootstrap_bca(const double *replicates,
                                size_t n,
                                double estimate,
                                const double *jackknife,
                                size_t n_jackknife,
                                double confidence)
{
    const PsBootstrapBca none = {no_interval, NAN, NAN};
    if (n == 0 || !confidence_ok(confidence)) return none;
    const double z0 = ps_normal_quantile(share_below(replicates, n, estimate));
    const double a = acceleration(jackknife, n_jackknife);
    if (!isfinite(z0) || !isfinite(a)) return none;
    const double z = ps_normal_quantile((1 - confidence) / 2);
    PsBootstrapBca bca = {.low_share = corrected_share(z0, a, z),
                          .high_share = corrected_share(z0, a, -z)};
    bca.interval = (PsInterval){ps_linear_quantile(replicates, n, bca.low_share),
                                ps_linear_quantile(replicates, n, bca.high_share)};
    return bca;
}

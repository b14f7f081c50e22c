#include "harness/stats/intervals.h"

#include "harness/stats/distributions.h"

#include <math.h>
#include <stdbool.h>

static const PsInterval no_interval = {NAN, NAN};

static bool share_arguments_ok(double k, double n, double confidence)
{
    return n > 0 && k >= 0 && k <= n && confidence > 0 && confidence < 1;
}

// Phi^-1(1 - alpha/2), from the small tail so that a confidence near 1 keeps its digits.
static double two_sided_z(double confidence)
{
    return -ps_normal_quantile((1 - confidence) / 2);
}

PsInterval ps_wilson(double k, double n, double confidence)
{
    if (!share_arguments_ok(k, n, confidence)) return no_interval;
    const double z = two_sided_z(confidence);
    const double scale = 1 + z * z / n, p = k / n;
    const double centre = (p + z * z / (2 * n)) / scale;
    const double half = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (PsInterval){.low = k == 0 ? 0 : fmax(0, centre - half),
                        .high = k == n ? 1 : fmin(1, centre + half)};
}

PsInterval ps_wilson_corrected(double k, double n, double confidence)
{
    if (!share_arguments_ok(k, n, confidence)) return no_interval;
    const double z = two_sided_z(confidence), p = k / n, q = 1 - p;
    const double scale = 2 * (n + z * z), centre = 2 * k + z * z;
    const double below = 1 + z * sqrt(fmax(0, z * z - 2 - 1 / n + 4 * p * (n * q + 1)));
    const double above = 1 + z * sqrt(fmax(0, z * z + 2 - 1 / n + 4 * p * (n * q - 1)));
    return (PsInterval){.low = k == 0 ? 0 : fmax(0, (centre - below) / scale),
                        .high = k == n ? 1 : fmin(1, (centre + above) / scale)};
}

PsInterval ps_clopper_pearson(double k, double n, double confidence)
{
    if (!share_arguments_ok(k, n, confidence)) return no_interval;
    const double tail = (1 - confidence) / 2;
    return (PsInterval){.low = k == 0 ? 0 : ps_beta_quantile(tail, k, n - k + 1),
                        .high = k == n ? 1 : 1 - ps_beta_quantile(tail, n - k, k + 1)};
}

PsInterval ps_t_interval(double mean, double error, double df, double confidence)
{
    if (!(confidence > 0 && confidence < 1) || !(df > 0)) return no_interval;
    const double reach = -ps_t_quantile((1 - confidence) / 2, df) * error;
    return (PsInterval){.low = mean - reach, .high = mean + reach};
}

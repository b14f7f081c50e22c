#include "harness/stats/power.h"

#include "harness/stats/distributions.h"

#include <glib.h>
#include <math.h>

#define SOURCES_MOST 1e12
#define NORMAL_DF 1e6 // from here on t is the normal distribution, to 1e-6

// ---- parts of the variance

// Sums over the nested groups of rows. T is a sum of values, n a number of rows.
typedef struct {
    size_t n_sources, n_samples;
    double rows_in_sources; // Σ n² over sources
    double rows_in_samples; // Σ n² over samples
    double samples_share;   // Σ over sources of (Σ n² over its samples) / n
    double squares;         // Σ value²
    double of_samples;      // Σ T² / n over samples
    double of_sources;      // … over sources
    double of_all;          // T² / n of all rows
} Sums;

typedef struct {
    double total;
    size_t n_rows;
} Group;

static double group_square(const Group *group)
{
    return group->total * group->total / (double)group->n_rows;
}

// The rows of one sample from *row on, which ends behind them. values may be NULL.
static Group add_sample(Sums *sums,
                        const double *values,
                        const uint32_t *sources,
                        const uint32_t *samples,
                        size_t n_rows,
                        size_t *row)
{
    Group group = {0};
    uint32_t source = sources[*row], sample = samples[*row];
    for (; *row < n_rows && sources[*row] == source && samples[*row] == sample; (*row)++) {
        double value = values != NULL ? values[*row] : 0;
        group.total += value;
        group.n_rows++;
        sums->squares += value * value;
    }
    sums->n_samples++;
    sums->rows_in_samples += (double)group.n_rows * (double)group.n_rows;
    sums->of_samples += group_square(&group);
    return group;
}

static Sums
sum_groups(const double *values, const uint32_t *sources, const uint32_t *samples, size_t n)
{
    Sums sums = {0};
    Group all = {.n_rows = n};
    for (size_t row = 0; row < n;) {
        Group of_source = {0};
        uint32_t source = sources[row];
        double before = sums.rows_in_samples;
        while (row < n && sources[row] == source) {
            Group group = add_sample(&sums, values, sources, samples, n, &row);
            of_source.total += group.total;
            of_source.n_rows += group.n_rows;
        }
        double rows = (double)of_source.n_rows;
        sums.n_sources++;
        sums.rows_in_sources += rows * rows;
        sums.samples_share += (sums.rows_in_samples - before) / rows;
        sums.of_sources += group_square(&of_source);
        all.total += of_source.total;
    }
    sums.of_all = group_square(&all);
    return sums;
}

PsPowerDesign ps_power_design(const uint32_t *sources, const uint32_t *samples, size_t n_rows)
{
    Sums sums = sum_groups(NULL, sources, samples, n_rows);
    double squared = (double)n_rows * (double)n_rows;
    return (PsPowerDesign){
        .n_sources = sums.n_sources,
        .n_samples = sums.n_samples,
        .n_rows = n_rows,
        .sources_effective = squared / sums.rows_in_sources,
        .samples_effective = squared / sums.rows_in_samples,
    };
}

// A part, not below 0. Rounding is no news; scale is the size of what was subtracted.
static double cut(double part, double scale, bool *is_cut)
{
    if (fabs(part) <= 1e-12 * scale) return 0;
    *is_cut = *is_cut || part < 0;
    return MAX(part, 0);
}

PsVarianceParts ps_variance_parts(const double *values,
                                  const uint32_t *sources,
                                  const uint32_t *samples,
                                  size_t n_rows)
{
    Sums sums = sum_groups(values, sources, samples, n_rows);
    double n = (double)n_rows, n_samples = (double)sums.n_samples,
           n_sources = (double)sums.n_sources, scale = sums.squares / n;
    PsVarianceParts parts = {.has_samples = sums.n_samples > sums.n_sources,
                             .has_epochs = n_rows > sums.n_samples,
                             .sources = NAN};
    if (parts.has_epochs)
        parts.epochs =
            cut((sums.squares - sums.of_samples) / (n - n_samples), scale, &parts.is_cut);
    if (parts.has_samples)
        parts.samples =
            cut((sums.of_samples - sums.of_sources - (n_samples - n_sources) * parts.epochs)
                    / (n - sums.samples_share),
                scale, &parts.is_cut);
    if (sums.n_sources < 2) return parts;
    double between = sums.of_sources - sums.of_all - (n_sources - 1) * parts.epochs
                     - (sums.samples_share - sums.rows_in_samples / n) * parts.samples;
    parts.sources = cut(between / (n - sums.rows_in_sources / n), scale, &parts.is_cut);
    return parts;
}

PsVarianceParts ps_variance_parts_of_share(double p, double icc)
{
    double variance = p * (1 - p);
    return (PsVarianceParts){
        .sources = icc * variance, .samples = (1 - icc) * variance, .has_samples = true};
}

PsVarianceParts ps_variance_parts_of_difference(const PsVarianceParts *one, double correlation)
{
    PsVarianceParts parts = *one;
    parts.sources *= 2 * (1 - correlation);
    parts.samples *= 2 * (1 - correlation);
    parts.epochs *= 2;
    return parts;
}

double
ps_power_error(const PsVarianceParts *parts, const PsPowerDesign *design, double epochs_factor)
{
    return sqrt(parts->sources / design->sources_effective
                + parts->samples / design->samples_effective
                + parts->epochs / ((double)design->n_rows * epochs_factor));
}

// ---- tests

// Steps of Simpson's rule, even. The integrand is a bell, times a step that few degrees of
// freedom make steep.
static int count_steps(double df)
{
    return df < 16 ? 1024 : 128;
}

// ln of the density of √(χ²(df) / df), without the part that depends on s.
static double log_scale(double df)
{
    return log(2) + df / 2 * log(df / 2) - lgamma(df / 2);
}

// P(Z + shift > critical · s), Z normal, s = √(χ²(df) / df): averaged over s.
static double noncentral_tail(double shift, double critical, double df)
{
    int n_steps = count_steps(df);
    double reach = 9 / sqrt(2 * df), low = MAX(1 - reach, 0);
    double width = (1 + reach - low) / n_steps, constant = log_scale(df), sum = 0;
    for (int i = 0; i <= n_steps; i++) {
        double s = low + i * width, weight = i == 0 || i == n_steps ? 1 : i % 2 == 1 ? 4 : 2;
        double power_of_s = df == 1 ? 0 : (df - 1) * log(s);
        double density = exp(constant + power_of_s - df * s * s / 2);
        sum += weight * density * ps_normal_cdf(shift - critical * s);
    }
    return CLAMP(sum * width / 3, 0, 1);
}

// The tail for a test whose critical value is known.
static double tail(double shift, double critical, double df)
{
    return df > NORMAL_DF ? ps_normal_cdf(shift - critical)
                          : noncentral_tail(shift, critical, df);
}

// The standard deviation of what the test looks at, …
static double noise(const PsPowerError *error)
{
    double n = error->n_sources;
    return error->reach > 0 ? error->error * n / (n + 2) : error->error;
}

// … and how many of those it has to exceed; NAN if there is no such test.
static double critical(const PsPowerError *error, double alpha)
{
    double n = error->n_sources;
    if (!(error->error > 0) || !(n >= 2) || !(alpha > 0 && alpha < 1)) return NAN;
    double wider = hypot(1, error->reach / (n + 2) / noise(error));
    return ps_t_quantile(1 - alpha, n - 1) * wider;
}

double ps_power_probability(const PsPowerError *error, double distance, double alpha)
{
    double least = critical(error, alpha);
    if (isnan(least)) return NAN;
    return tail((distance - error->step) / noise(error), least, error->n_sources - 1);
}

double ps_power_distance(const PsPowerError *error, const PsPowerTest *test)
{
    double least = critical(error, test->alpha), df = error->n_sources - 1, low = 0, high = 1;
    if (isnan(least)) return NAN;
    while (tail(high, least, df) < test->power && high < SOURCES_MOST)
        low = high, high *= 2;
    while (high - low > 1e-9 * high) {
        double middle = low + (high - low) / 2;
        if (tail(middle, least, df) < test->power)
            low = middle;
        else
            high = middle;
    }
    return high * noise(error) + error->step;
}

double ps_power_sources_least(double alpha)
{
    return MAX(2, ceil(log2(1 / alpha) - 1e-9));
}

static bool finds(const PsPowerError *now, double n, double distance, const PsPowerTest *test)
{
    double share = now->n_sources / n;
    const PsPowerError then = {now->error * sqrt(share), n, now->reach, now->step * share};
    return ps_power_probability(&then, distance, test->alpha) >= test->power;
}

double ps_power_sources(const PsPowerError *error, double distance, const PsPowerTest *test)
{
    if (!(error->error > 0) || isnan(distance)) return NAN;
    double low = ps_power_sources_least(test->alpha), high = low;
    if (!(distance > 0)) return INFINITY;
    while (!finds(error, high, distance, test)) {
        low = high;
        high *= 2;
        if (high > SOURCES_MOST) return INFINITY;
    }
    while (high - low > 1) {
        double middle = floor(low + (high - low) / 2);
        if (finds(error, middle, distance, test))
            high = middle;
        else
            low = middle;
    }
    return high;
}

double ps_power_epochs_factor(const PsPowerError *error,
                              double epochs,
                              double distance,
                              const PsPowerTest *test)
{
    const PsPowerError unit = {1, error->n_sources, 0, 0};
    double least = ps_power_distance(&unit, test);
    double rest = MAX(error->error * error->error - epochs, 0), low = 0, high = 1;
    if (isnan(least + rest + distance)) return NAN;
    if (least * sqrt(rest) >= distance) return INFINITY;
#define SEEN(factor) (least * sqrt(rest + epochs / (factor)) + error->step / (factor))
    while (SEEN(high) > distance && high < SOURCES_MOST)
        low = high, high *= 2;
    while (high - low > 1e-9 * high) {
        double middle = low + (high - low) / 2;
        if (SEEN(middle) > distance)
            low = middle;
        else
            high = middle;
    }
#undef SEEN
    return high;
}

// Numbered as in docs/audit.md:
// 1. The residuals of both sets are summed by source, so that a source with rows in both
//    counts once: variance of the difference = V(group) + V(rest) - 2 cov. Shares get one right
//    and one wrong row more on either side, at the effective numbers of rows (Agresti and Caffo
//    2000); t with the degrees of freedom of Welch and Satterthwaite, at most the sources - 1.
#include "harness/verdict/audit/contrast.h"

#include "harness/stats/distributions.h"
#include "harness/stats/intervals.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95
#define NOTHING 1e-24 // rounding leaves a variance of 1e-34 where all rows are alike

typedef struct {
    double value[2], total[2]; // of the rest, of the group: value, denominator
    double variance[2];        // NAN for fewer than two sources
    double n_rows[2], n_sources[2];
    double covariance, n_all_sources;
} Moments;

static bool
sum_sides(const PsRows *rows, size_t n_stats, const bool *is_group, Moments *moments)
{
    double sums[2] = {0, 0};
    for (size_t i = 0; i < rows->n_rows; i++) {
        sums[is_group[i]] += rows->stats[n_stats * i];
        moments->total[is_group[i]] += rows->stats[n_stats * i + 1];
        moments->n_rows[is_group[i]]++;
    }
    for (int side = 0; side < 2; side++) {
        if (!(moments->total[side] > 0)) return false;
        moments->value[side] = sums[side] / moments->total[side];
    }
    return true;
}

static bool
measure(const PsMetric *metric, const PsRows *rows, const bool *is_group, Moments *moments)
{
    size_t n_stats = (size_t)metric->n_stats;
    *moments = (Moments){0};
    if (!sum_sides(rows, n_stats, is_group, moments)) return false;
    for (size_t i = 0, end; i < rows->n_rows; i = end) {
        double sums[2] = {0, 0};
        bool is_there[2] = {false, false};
        for (end = i; end < rows->n_rows && rows->clusters[end] == rows->clusters[i]; end++) {
            const int side = is_group[end];
            const double *row = rows->stats + n_stats * end;
            sums[side] += (row[0] - moments->value[side] * row[1]) / moments->total[side];
            is_there[side] = true;
        }
        for (int side = 0; side < 2; side++) {
            moments->variance[side] += sums[side] * sums[side];
            moments->n_sources[side] += is_there[side];
        }
        moments->covariance += sums[0] * sums[1];
        moments->n_all_sources++;
    }
    double factors[2];
    for (int side = 0; side < 2; side++) {
        double c = moments->n_sources[side];
        factors[side] = c >= 2 ? c / (c - 1) : NAN;
        moments->variance[side] *= factors[side];
    }
    moments->covariance *= sqrt(factors[0] * factors[1]);
    return true;
}

// Welch and Satterthwaite.
static double degrees_of_freedom(const double variance[2], const double n_sources[2], double n)
{
    double sum = variance[0] + variance[1];
    double parts = variance[0] * variance[0] / MAX(n_sources[0] - 1, 1)
                   + variance[1] * variance[1] / MAX(n_sources[1] - 1, 1);
    return MAX(MIN(sum * sum / parts, n - 1), 1);
}

static void set_t_interval(PsEstimate *difference,
                           double centre,
                           double variance,
                           double df,
                           double reach,
                           const char *method)
{
    difference->centre = centre;
    difference->error = sqrt(MAX(variance, 0));
    difference->df = df;
    difference->method = method;
    PsInterval interval = ps_t_interval(centre, difference->error, df, CONFIDENCE);
    difference->has_interval = true;
    difference->low = MAX(MIN(interval.low, difference->value), -reach);
    difference->high = MIN(MAX(interval.high, difference->value), reach);
}

// ---- shares

PsEstimate ps_contrast_of_shares(PsContrastSide group,
                                 PsContrastSide rest,
                                 double correlation,
                                 double n_sources)
{
    const PsContrastSide sides[2] = {rest, group};
    double shares[2], variance[2], n[2];
    for (int side = 0; side < 2; side++) {
        double more = sides[side].n_effective + 2;
        shares[side] = (sides[side].value * sides[side].n_effective + 1) / more;
        variance[side] = shares[side] * (1 - shares[side]) / more;
        n[side] = sides[side].n_sources;
    }
    PsEstimate difference = {.is_defined = true, .value = group.value - rest.value};
    double shrunk = correlation * n_sources / (n_sources + 2);
    set_t_interval(&difference, shares[1] - shares[0],
                   variance[0] + variance[1] - 2 * shrunk * sqrt(variance[0] * variance[1]),
                   degrees_of_freedom(variance, n, n_sources), 1, "Agresti-Caffo, clustered");
    return difference;
}

static PsContrastSide side_of(const PsMetric *metric, const Moments *moments, int side)
{
    double p = moments->value[side], variance = moments->variance[side];
    PsContrastSide of = {p, moments->n_sources[side], moments->n_sources[side]};
    bool is_binary = metric->range == PS_RANGE_BINARY;
    if (is_binary && of.n_sources == moments->n_rows[side]) return of; // independent
    if (variance > NOTHING) of.n_effective = p * (1 - p) / variance;
    if (is_binary) of.n_effective = MIN(of.n_effective, moments->n_rows[side]);
    return of;
}

static double correlation_of(const Moments *moments)
{
    double product = moments->variance[0] * moments->variance[1];
    if (!(product > NOTHING * NOTHING)) return 0;
    return CLAMP(moments->covariance / sqrt(product), -1, 1);
}

static void contrast_shares(PsEstimate *difference, const PsMetric *metric, const Moments *of)
{
    PsEstimate made = ps_contrast_of_shares(side_of(metric, of, 1), side_of(metric, of, 0),
                                            correlation_of(of), of->n_all_sources);
    made.n = difference->n;
    made.n_clusters = difference->n_clusters;
    *difference = made;
}

bool ps_contrast_sides(const PsMetric *metric,
                       const PsRows *rows,
                       const bool *is_group,
                       PsContrastSide sides[2],
                       double *correlation,
                       double *n_sources)
{
    Moments moments;
    if (!measure(metric, rows, is_group, &moments)) return false;
    for (int side = 0; side < 2; side++)
        sides[side] = side_of(metric, &moments, side);
    *correlation = correlation_of(&moments);
    *n_sources = moments.n_all_sources;
    return true;
}

// ---- other ratios

// A side whose rows are all alike is taken to vary as the other one does, source for source.
static void contrast_ratios(PsEstimate *difference, Moments *of)
{
    for (int side = 0; side < 2; side++)
        if (!(of->variance[side] > NOTHING))
            of->variance[side] =
                of->variance[!side] * of->n_sources[!side] / of->n_sources[side];
    double variance = of->variance[0] + of->variance[1] - 2 * of->covariance;
    if (variance > NOTHING)
        set_t_interval(difference, difference->value, variance,
                       degrees_of_freedom(of->variance, of->n_sources, of->n_all_sources),
                       INFINITY, "t, clustered");
    else
        difference->method = "no interval: all sources are alike";
}

// ---- percentiles and roots

// The intervals of both sides put together (Zou and Donner 2008), as if no source were in both.
static void contrast_intervals(PsEstimate *difference, const PsContrast *of)
{
    const PsEstimate *sides[2] = {&of->rest, &of->group};
    double variance[2], n[2], z = ps_normal_quantile(0.5 + CONFIDENCE / 2);
    for (int side = 0; side < 2; side++) {
        if (!sides[side]->has_interval) {
            difference->method = sides[side]->method;
            return;
        }
        double half = (sides[side]->high - sides[side]->low) / 2;
        variance[side] = half * half / (z * z);
        n[side] = (double)sides[side]->n_clusters;
    }
    if (!(variance[0] + variance[1] > 0)) {
        difference->method = "no interval: all rows are alike";
        return;
    }
    set_t_interval(difference, difference->value, variance[0] + variance[1],
                   degrees_of_freedom(variance, n, n[0] + n[1]), INFINITY,
                   "intervals of both put together");
}

// ---- all

static PsEstimate
estimate_side(const PsMetric *metric, const PsRows *rows, const bool *is_group, bool side)
{
    size_t n_stats = (size_t)metric->n_stats, n = 0;
    g_autofree double *stats = g_new(double, rows->n_rows *n_stats + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, rows->n_rows + 1);
    for (size_t i = 0; i < rows->n_rows; i++) {
        if (is_group[i] != side) continue;
        memcpy(stats + n * n_stats, rows->stats + i * n_stats, n_stats * sizeof *stats);
        clusters[n++] = rows->clusters[i];
    }
    const PsRows of_side = {.n_rows = n, .stats = stats, .clusters = clusters};
    return ps_estimate(metric, &of_side);
}

double ps_contrast_p(const PsEstimate *difference)
{
    if (!difference->is_defined || !difference->has_interval) return NAN;
    double below = ps_estimate_p_at_most(difference, 0),
           above = ps_estimate_p_at_least(difference, 0);
    return MIN(1, 2 * MIN(below, above));
}

PsContrast ps_contrast(const PsMetric *metric, const PsRows *rows, const bool *is_group)
{
    PsContrast contrast = {.group = estimate_side(metric, rows, is_group, true),
                           .rest = estimate_side(metric, rows, is_group, false),
                           .difference = {.method = "", .error = NAN},
                           .p = NAN};
    PsEstimate *difference = &contrast.difference;
    difference->n = rows->n_rows;
    if (!contrast.group.is_defined || !contrast.rest.is_defined) {
        difference->method = contrast.group.is_defined ? "there is no other group" : "";
        return contrast;
    }
    difference->is_defined = true;
    difference->value = contrast.group.value - contrast.rest.value;
    difference->n_clusters = contrast.group.n_clusters + contrast.rest.n_clusters;
    Moments moments;
    if (contrast.group.n_clusters < 2 || contrast.rest.n_clusters < 2)
        difference->method = "no interval: one source";
    else if (metric->form != PS_FORM_RATIO)
        contrast_intervals(difference, &contrast);
    else if (!measure(metric, rows, is_group, &moments))
        difference->is_defined = false;
    else if (metric->range == PS_RANGE_POSITIVE)
        contrast_ratios(difference, &moments);
    else
        contrast_shares(difference, metric, &moments);
    contrast.p = ps_contrast_p(difference);
    return contrast;
}

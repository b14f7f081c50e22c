#include "harness/verdict/audit/gap_measure.h"

#include "harness/stats/bootstrap.h"
#include "harness/stats/sort.h"
#include "harness/verdict/audit/bootstrap.h"

#include <math.h>

#define SEED 20261127u
#define CONFIDENCE 0.95

void ps_gap_measure_clear(PsGapMeasure *measure)
{
    g_free(measure->rates);
    g_free(measure->gaps);
    g_free(measure->ratios);
    g_free(measure->lows);
    g_free(measure->highs);
    g_free(measure->chance);
}
static double rate_of(const double *sums)
{
    return sums[1] > 0 ? sums[0] / sums[1] : NAN;
}

static PsRateRange range_of(const double *rates, const bool *is_used, size_t n_groups)
{
    PsRateRange range = {.low = NAN, .high = NAN};
    for (size_t g = 0; g < n_groups; g++) {
        if (!is_used[g] || isnan(rates[g])) {
            range.n_left_out++;
            continue;
        }
        if (range.n_groups == 0 || rates[g] < range.low)
            range.low = rates[g], range.low_group = g;
        if (range.n_groups++ == 0 || rates[g] > range.high)
            range.high = rates[g], range.high_group = g;
    }
    return range;
}

static void draw_measure(PsGapMeasure *measure, const double *totals, size_t draw)
{
    size_t n_groups = measure->grouping->n_groups;
    g_autofree double *rates = g_new(double, n_groups * 2);
    double *moved = rates + n_groups;
    for (size_t g = 0; g < n_groups; g++) {
        rates[g] = rate_of(totals + 2 * g);
        moved[g] = rates[g] - measure->rates[g];
    }
    PsRateRange range = range_of(rates, measure->is_used, n_groups);
    PsRateRange centred = range_of(moved, measure->is_used, n_groups);
    PsGap gap = ps_gap_between(range);
    bool has_gap = range.n_groups >= 2;
    measure->gaps[draw] = has_gap ? gap.difference : NAN;
    measure->ratios[draw] = has_gap ? gap.ratio : NAN;
    measure->lows[draw] = range.low;
    measure->highs[draw] = range.high;
    measure->chance[draw] = has_gap ? centred.high - centred.low : NAN;
}

PsGapMeasure ps_gap_measure_new(const PsAudit *audit,
                                const PsAuditGrouping *grouping,
                                const bool *is_used,
                                const double *stats,
                                const bool *is_defined)
{
    const PsTaskRows *rows = audit->data->rows;
    PsGapMeasure measure = {.grouping = grouping, .is_used = is_used};
    g_auto(PsBlocks) blocks =
        ps_blocks_new(rows, grouping->of_rows, grouping->n_groups, stats, is_defined);
    g_autofree double *sums = g_new0(double, grouping->n_groups * 2 + 1);
    for (size_t row = 0; row < rows->n_rows; row++) {
        uint32_t group = grouping->of_rows[row];
        if (group == PS_NO_KEY || !is_defined[row]) continue;
        sums[2 * group] += stats[2 * row];
        sums[2 * group + 1] += stats[2 * row + 1];
        measure.n_rows += is_used[group] && stats[2 * row + 1] > 0;
    }
    measure.rates = g_new(double, grouping->n_groups + 1);
    for (size_t g = 0; g < grouping->n_groups; g++)
        measure.rates[g] = rate_of(sums + 2 * g);
    measure.range = range_of(measure.rates, is_used, grouping->n_groups);
    measure.gap = ps_gap_between(measure.range);
    measure.n_draws = ps_blocks_n_draws(&blocks);
    double **const replicates[] = {&measure.gaps, &measure.ratios, &measure.lows,
                                   &measure.highs, &measure.chance};
    for (size_t i = 0; i < G_N_ELEMENTS(replicates); i++)
        *replicates[i] = g_new(double, measure.n_draws + 1);
    g_autofree double *totals = ps_blocks_draw(&blocks, measure.n_draws, SEED);
    for (size_t draw = 0; draw < measure.n_draws; draw++)
        draw_measure(&measure, totals + draw * grouping->n_groups * 2, draw);
    return measure;
}

PsEstimate
ps_gap_measure_estimate(const PsGapMeasure *measure, double value, const double *replicates)
{
    PsEstimate estimate = {.is_defined = !isnan(value),
                           .value = value,
                           .n = measure->n_rows,
                           .error = NAN,
                           .method = ""};
    g_autofree double *sorted = g_new(double, measure->n_draws + 1);
    size_t n = 0;
    for (size_t i = 0; i < measure->n_draws; i++)
        if (!isnan(replicates[i])) sorted[n++] = replicates[i];
    if (n == 0 || !estimate.is_defined) return estimate;
    ps_sort(sorted, n);
    PsInterval interval = ps_bootstrap_percentile(sorted, n, CONFIDENCE);
    estimate.has_interval = true;
    estimate.low = MIN(interval.low, value);
    estimate.high = MAX(interval.high, value);
    estimate.method = "bootstrap of sources, percentile";
    return estimate;
}

double ps_gap_measure_chance(const PsGapMeasure *measure, double gap, double *p)
{
    double sum = 0;
    size_t n = 0, n_reached = 0;
    for (size_t i = 0; i < measure->n_draws; i++) {
        if (isnan(measure->chance[i])) continue;
        sum += measure->chance[i];
        n_reached += measure->chance[i] >= gap;
        n++;
    }
    *p = n > 0 && !isnan(gap) ? (double)(n_reached + 1) / (double)(n + 1) : NAN;
    return n > 0 ? sum / (double)n : NAN;
}

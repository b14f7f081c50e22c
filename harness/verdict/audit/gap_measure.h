// One rate over the groups of a grouping, and how it varies by chance. Internal to the audit.
#pragma once

#include "harness/stats/fairness.h"
#include "harness/verdict/audit/private.h"

// One rate over the groups of one grouping: as observed, and drawn.
typedef struct {
    const PsAuditGrouping *grouping;
    const bool *is_used; // [n_groups] large enough
    double *rates;       // [n_groups] NAN: none
    size_t n_rows;       // of the groups that have the rate
    PsRateRange range;   // over the groups that are used and have it
    PsGap gap;
    size_t n_draws;
    // [n_draws] each; NAN where a draw has not two groups. chance: the gap that is left when
    // every group is moved to its own observed rate, so what chance makes of no gap.
    double *gaps, *ratios, *lows, *highs, *chance;
} PsGapMeasure;

// stats[n_rows, 2] where is_defined[n_rows] are the rate's numerators and denominators; is_used
// is borrowed.
PsGapMeasure ps_gap_measure_new(const PsAudit *audit,
                                const PsAuditGrouping *grouping,
                                const bool *is_used,
                                const double *stats,
                                const bool *is_defined);
void ps_gap_measure_clear(PsGapMeasure *measure);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsGapMeasure, ps_gap_measure_clear)

// value with the percentile interval of replicates[n_draws].
PsEstimate
ps_gap_measure_estimate(const PsGapMeasure *measure, double value, const double *replicates);

// The mean gap that chance makes of none; *p: how often it makes one as large as gap.
double ps_gap_measure_chance(const PsGapMeasure *measure, double gap, double *p);

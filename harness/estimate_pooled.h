// Estimates of pooled metrics, by drawing sources. Internal to the estimates.
#pragma once

#include "harness/estimate.h"

PsEstimate ps_pooled_estimate(const PsMetric *metric, const PsRows *rows);

// Both on the same drawn sources.
PsEstimate
ps_pooled_difference(const PsMetric *metric, const PsRows *first, const PsRows *second);

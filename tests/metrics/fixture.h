// What the metric tests share: a sample with references, and a metric's score for an answer.
#pragma once

#include "metrics/metrics.h"

#include <stdbool.h>

// The metric called name; aborts if there is none.
const PsMetric *fixture_metric(const char *name);

// Scores answer against references (separated by '|'; NULL: none) with metric name. False: not
// defined. stats[PS_METRIC_MAX_STATS] may be NULL; *value is stats[0].
bool fixture_score(
    const char *name, const char *references, const char *answer, double *stats, double *value);

// The same of a sample with one attribute besides (NULL: none).
bool fixture_score_with(const char *name,
                        const char *attribute,
                        const char *attribute_value,
                        const char *references,
                        const char *answer,
                        double *stats);

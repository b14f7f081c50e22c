#include "harness/metric.h"

#include <math.h>

double ps_metric_value(const PsMetric *metric, const double *stats)
{
    switch (metric->form) {
    case PS_FORM_PERCENTILE:
        return stats[0];
    case PS_FORM_SUMS:
        return metric->of_sums(stats, NULL);
    case PS_FORM_ROOT:
        return stats[1] != 0 ? sqrt(stats[0] / stats[1]) : NAN;
    case PS_FORM_POOLED:
    case PS_FORM_RATIO:
        return stats[1] != 0 ? stats[0] / stats[1] : NAN;
    }
    return NAN;
}

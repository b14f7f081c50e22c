// Mean absolute error of counts; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

#include <math.h>

static double absolute_error(double count, double truth)
{
    return fabs(count - truth);
}

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score(sample, response, absolute_error, stats);
}

const PsMetric ps_metric_count_mae = {
    .name = "count_mae",
    .title = "Count error",
    .summary = "Mean absolute error of the counts that answers state.",
    .unit = "",
    .unit_scale = 1,
    .source = "sklearn mean_absolute_error; lmms-eval tasks/fsc147 utils.py",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

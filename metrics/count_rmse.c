// Root mean square error of counts; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

static double squared_error(double count, double truth)
{
    return (count - truth) * (count - truth);
}

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score(sample, response, squared_error, stats);
}

const PsMetric ps_metric_count_rmse = {
    .name = "count_rmse",
    .title = "Count RMSE",
    .summary = "Square root of the mean square error of the counts that answers state.",
    .unit = "",
    .unit_scale = 1,
    .source = "sklearn mean_squared_error, its root",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_ROOT,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

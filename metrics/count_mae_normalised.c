// Mean absolute error of counts, each divided by its truth (rule 8); the rules are in
// metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

#include <math.h>

static double normalised_error(double count, double truth)
{
    return fabs(count - truth) / (truth + PS_COUNT_NORMALISER);
}

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score(sample, response, normalised_error, stats);
}

const PsMetric ps_metric_count_mae_normalised = {
    .name = "count_mae_normalised",
    .title = "Normalised count error",
    .summary = "Mean of the absolute error divided by the truth + 0.1, of the counts that "
               "answers state.",
    .unit = "",
    .unit_scale = 1,
    .source = "lmms-eval tasks/repcount utils.py, mae_norm",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

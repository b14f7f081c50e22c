// Share of right counts; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score_within(sample, response, 0, stats);
}

const PsMetric ps_metric_count_exact = {
    .name = "count_exact",
    .title = "Exact count",
    .summary = "Share of answers that state the right count.",
    .unit = "%",
    .unit_scale = 100,
    .source = "lmms-eval tasks/fsc147 utils.py, exact match",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "counting",
    .compute = ps_count_compute,
};

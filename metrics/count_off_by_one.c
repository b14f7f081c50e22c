// Off-by-one accuracy of counts; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score_within(sample, response, 1, stats);
}

const PsMetric ps_metric_count_off_by_one = {
    .name = "count_off_by_one",
    .title = "Count off by at most one",
    .summary = "Share of answers whose count differs from the truth by at most one.",
    .unit = "%",
    .unit_scale = 100,
    .source = "lmms-eval tasks/repcount utils.py, obo",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

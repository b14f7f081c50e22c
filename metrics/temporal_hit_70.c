// R1@0.7 (rule 2 of metrics/shared/temporal.h).
#include "harness/metric.h"
#include "metrics/shared/temporal.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_temporal_score_hit(sample, response, 0.7, stats);
}

const PsMetric ps_metric_temporal_hit_70 = {
    .name = "temporal_hit_70",
    .title = "R1@0.7",
    .summary =
        "Share of answers whose span of time has an IoU of at least 0.7 with the true one.",
    .unit = "%",
    .unit_scale = 100,
    .source = "jiyanggao/TALL main.py, compute_IoU_recall_top_n_forreg",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

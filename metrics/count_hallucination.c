// Share of counts that claim more than there is; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

static double is_beyond(double count, double truth)
{
    return count > truth ? 1 : 0;
}

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_count_score(sample, response, is_beyond, stats);
}

const PsMetric ps_metric_count_hallucination = {
    .name = "count_hallucination",
    .title = "Count beyond the truth",
    .summary = "Share of the counts that answers state which are larger than the truth.",
    .unit = "%",
    .unit_scale = 100,
    .source = "proofsheet: count > truth (docs/metrics.md)",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

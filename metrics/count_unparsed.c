// Share of answers without a count; the rules are in metrics/shared/count.h.
#include "harness/metric.h"
#include "metrics/shared/count.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    double count, truth;
    const PsCountState state = ps_count_of(sample, response, &count, &truth);
    if (state == PS_COUNT_NO_TRUTH) return false;
    stats[0] = state == PS_COUNT_UNPARSED ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_count_unparsed = {
    .name = "count_unparsed",
    .title = "No count",
    .summary = "Share of answers in which no count can be read.",
    .unit = "%",
    .unit_scale = 100,
    .source = "proofsheet: rule 5 of metrics/shared/count.h",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

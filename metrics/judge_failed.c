// How often the suite's judge gives no rating (rule 3 of harness/judge.h).
#include "harness/metric.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    if (response->judgement == PS_JUDGEMENT_NONE) return false;
    stats[0] = response->judgement == PS_JUDGEMENT_FAILED ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_judge_failed = {
    .name = "judge_failed",
    .title = "Judge failed",
    .summary = "Share of the answers that the suite's judge was asked about and did not rate.",
    .unit = "%",
    .unit_scale = 100,
    .source = "the suite's judge",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .needs_judge = true,
    .n_stats = 2,
    .score = score,
};

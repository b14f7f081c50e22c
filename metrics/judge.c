// What the suite's judge makes of the answers (harness/judge.h).
#include "harness/metric.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    if (response->judgement != PS_JUDGEMENT_GIVEN) return false;
    stats[0] = response->rating;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_judge = {
    .name = "judge",
    .title = "Judge",
    .summary =
        "Mean rating of the answers by the suite's judge, from the worst of its scale to "
        "the best.",
    .unit = "%",
    .unit_scale = 100,
    .source = "the suite's judge and rubric",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .needs_judge = true,
    .n_stats = 2,
    .score = score,
};

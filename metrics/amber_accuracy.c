// Accuracy of yes-or-no answers; the rules are in metrics/shared/amber.h.
#include "harness/metric.h"
#include "metrics/shared/amber.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    return ps_amber_judge(sample, response, &verdict) && ps_yes_no_accuracy(verdict, stats);
}

const PsMetric ps_metric_amber_accuracy = {
    .name = "amber_accuracy",
    .title = "AMBER accuracy",
    .summary = "Share of answers that are exactly the right one of Yes and No.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "amber",
    .compute = ps_amber_compute,
};

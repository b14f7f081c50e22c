// Recall of yes-or-no answers; the rules are in metrics/shared/amber.h.
#include "harness/metric.h"
#include "metrics/shared/amber.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    return ps_amber_judge(sample, response, &verdict) && ps_yes_no_recall(verdict, stats);
}

const PsMetric ps_metric_amber_recall = {
    .name = "amber_recall",
    .title = "AMBER recall",
    .summary = "Share of the questions with the answer no that are answered No.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

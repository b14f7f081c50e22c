// F1 of yes-or-no answers; the rules are in metrics/shared/amber.h.
#include "harness/metric.h"
#include "metrics/shared/amber.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    return ps_amber_judge(sample, response, &verdict) && ps_yes_no_f1(verdict, stats);
}

const PsMetric ps_metric_amber_f1 = {
    .name = "amber_f1",
    .title = "AMBER F1",
    .summary = "Harmonic mean of precision and recall of the answers No.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

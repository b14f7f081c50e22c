// F1 on questions about presence; the rules are in metrics/shared/yes_no.h.
#include "harness/metric.h"
#include "metrics/shared/yes_no.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    return ps_pope_judge(sample, response, &verdict) && ps_yes_no_f1(verdict, stats);
}

const PsMetric ps_metric_pope_f1 = {
    .name = "pope_f1",
    .title = "POPE F1",
    .summary = "Harmonic mean of precision and recall of the answers that say yes.",
    .unit = "%",
    .unit_scale = 100,
    .source = "RUCAIBox/POPE evaluate.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

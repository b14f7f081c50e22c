// Recall on questions about presence; the rules are in metrics/shared/yes_no.h.
#include "harness/metric.h"
#include "metrics/shared/yes_no.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    return ps_pope_judge(sample, response, &verdict) && ps_yes_no_recall(verdict, stats);
}

const PsMetric ps_metric_pope_recall = {
    .name = "pope_recall",
    .title = "POPE recall",
    .summary = "Share of the questions with the answer yes that are answered yes.",
    .unit = "%",
    .unit_scale = 100,
    .source = "RUCAIBox/POPE evaluate.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

// How often the answer is yes on questions about presence; the rules are in
// metrics/shared/yes_no.h.
#include "harness/metric.h"
#include "metrics/shared/yes_no.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsYesNo verdict;
    if (!ps_pope_judge(sample, response, &verdict)) return false;
    stats[0] = verdict.says_positive ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_pope_yes_ratio = {
    .name = "pope_yes_ratio",
    .title = "POPE yes ratio",
    .summary = "Share of the answers that say yes.",
    .unit = "%",
    .unit_scale = 100,
    .source = "RUCAIBox/POPE evaluate.py",
    .direction = PS_NEITHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

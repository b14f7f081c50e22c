// Recall at 1; the rules are in metrics/shared/ranking.h.
#include "harness/metric.h"
#include "metrics/shared/ranking.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_ranking_score_at(ps_ranking_recall, 1, sample, response, stats);
}

const PsMetric ps_metric_recall_at_1 = {
    .name = "recall_at_1",
    .title = "Recall at 1",
    .summary = "Mean share of the relevant items that are first in the ranking.",
    .unit = "",
    .unit_scale = 1,
    .source = "trec_eval 9.0.8, m_recall.c (usnistgov/trec_eval)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

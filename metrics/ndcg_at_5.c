// nDCG at 5; the rules are in metrics/shared/ranking.h.
#include "harness/metric.h"
#include "metrics/shared/ranking.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_ranking_score_at(ps_ranking_ndcg, 5, sample, response, stats);
}

const PsMetric ps_metric_ndcg_at_5 = {
    .name = "ndcg_at_5",
    .title = "nDCG at 5",
    .summary =
        "Mean gain of the first 5 of the ranking, discounted by rank, against the best order.",
    .unit = "",
    .unit_scale = 1,
    .source = "trec_eval 9.0.8, m_ndcg_cut.c (usnistgov/trec_eval)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "ndcg_sklearn",
    .compute = ps_ranking_compute_sklearn,
};

// Mean average precision; the rules are in metrics/shared/ranking.h.
#include "harness/metric.h"
#include "metrics/shared/ranking.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    g_auto(PsRanking) ranking = {0};
    if (!ps_ranking_of(&ranking, sample, response)) return false;
    stats[0] = ps_ranking_average_precision(&ranking);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_map = {
    .name = "map",
    .title = "Mean average precision",
    .summary = "Mean, over the relevant items, of the share of relevant ones up to their rank.",
    .unit = "",
    .unit_scale = 1,
    .source = "trec_eval 9.0.8, m_map.c (usnistgov/trec_eval)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

// Mentions of known items that are in the sample; the rules are in metrics/shared/items.h.
#include "harness/metric.h"
#include "metrics/shared/items.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsItemCounts counts;
    if (!ps_items_count(sample, response, &counts) || !counts.has_vocabulary) return false;
    stats[0] = counts.n_grounded;
    stats[1] = counts.n_mentions;
    return true;
}

const PsMetric ps_metric_grounding = {
    .name = "grounding",
    .title = "Grounding",
    .summary = "Share of the known items that answers mention which are in the sample.",
    .unit = "%",
    .unit_scale = 100,
    .source = "proofsheet: 1 - AMBER's CHAIR (docs/metrics.md)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

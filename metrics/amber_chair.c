// Mentions of known items that are not in the sample; the rules are in metrics/shared/items.h.
#include "harness/metric.h"
#include "metrics/shared/items.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsItemCounts counts;
    if (!ps_items_count(sample, response, &counts) || !counts.has_vocabulary) return false;
    stats[0] = counts.n_mentions - counts.n_grounded;
    stats[1] = counts.n_mentions;
    return true;
}

const PsMetric ps_metric_amber_chair = {
    .name = "amber_chair",
    .title = "AMBER CHAIR",
    .summary = "Share of the known items that answers mention which are not in the sample.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py, without word vectors",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

// Likely items that are mentioned; the rules are in metrics/shared/items.h.
#include "harness/metric.h"
#include "metrics/shared/items.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsItemCounts counts;
    if (!ps_items_count(sample, response, &counts) || counts.n_likely == 0) return false;
    stats[0] = counts.n_hit;
    stats[1] = counts.n_likely;
    return true;
}

const PsMetric ps_metric_amber_cog = {
    .name = "amber_cog",
    .title = "AMBER Cog",
    .summary = "Share of the items that a system is likely to add which it does add.",
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

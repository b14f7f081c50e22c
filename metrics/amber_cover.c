// Objects that are mentioned; the rules are in metrics/shared/items.h.
#include "harness/metric.h"
#include "metrics/shared/items.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsItemCounts counts;
    if (!ps_items_count(sample, response, &counts) || counts.n_objects == 0) return false;
    stats[0] = counts.n_covered;
    stats[1] = counts.n_objects;
    return true;
}

const PsMetric ps_metric_amber_cover = {
    .name = "amber_cover",
    .title = "AMBER Cover",
    .summary = "Share of the objects of the samples that answers mention.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py, without word vectors",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

// Answers with an item that is not in the sample; the rules are in metrics/shared/items.h.
#include "harness/metric.h"
#include "metrics/shared/items.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsItemCounts counts;
    if (!ps_items_count(sample, response, &counts) || !counts.has_vocabulary) return false;
    stats[0] = counts.n_mentions > counts.n_grounded ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_amber_hal = {
    .name = "amber_hal",
    .title = "AMBER Hal",
    .summary = "Share of the answers that mention a known item which is not in the sample.",
    .unit = "%",
    .unit_scale = 100,
    .source = "junyangwang0410/AMBER inference.py, without word vectors",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

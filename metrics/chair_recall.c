// Objects that are mentioned; the rules are in metrics/shared/chair.h.
#include "harness/metric.h"
#include "metrics/shared/chair.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsChairCounts counts;
    if (!ps_chair_count(sample, response, &counts)) return false;
    if (counts.n_objects == 0) return false;
    stats[0] = (double)counts.n_covered;
    stats[1] = (double)counts.n_objects;
    return true;
}

const PsMetric ps_metric_chair_recall = {
    .name = "chair_recall",
    .title = "CHAIR recall",
    .summary = "Share of the objects in the pictures that captions mention.",
    .unit = "%",
    .unit_scale = 100,
    .source = "lmms-eval tasks/coco_cap_chair utils.py, recall",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

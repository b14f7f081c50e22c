// Hallucinated mentions of objects; the rules are in metrics/shared/chair.h.
#include "harness/metric.h"
#include "metrics/shared/chair.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsChairCounts counts;
    if (!ps_chair_count(sample, response, &counts)) return false;
    stats[0] = (double)counts.n_hallucinated;
    stats[1] = (double)counts.n_mentions;
    return true;
}

const PsMetric ps_metric_chair_i = {
    .name = "chair_i",
    .title = "CHAIRi",
    .summary = "Share of the objects that captions mention which are not in the picture.",
    .unit = "%",
    .unit_scale = 100,
    .source = "LisaAnne/Hallucination utils/chair.py",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "chair",
    .compute = ps_chair_compute,
};

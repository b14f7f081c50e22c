// Captions with a hallucinated object; the rules are in metrics/shared/chair.h.
#include "harness/metric.h"
#include "metrics/shared/chair.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    PsChairCounts counts;
    if (!ps_chair_count(sample, response, &counts)) return false;
    stats[0] = counts.n_hallucinated > 0 ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_chair_s = {
    .name = "chair_s",
    .title = "CHAIRs",
    .summary = "Share of the captions that mention an object which is not in the picture.",
    .unit = "%",
    .unit_scale = 100,
    .source = "LisaAnne/Hallucination utils/chair.py",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
};

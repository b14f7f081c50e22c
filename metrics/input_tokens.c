#include "harness/metric.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    stats[0] = (double)response->input_tokens;
    stats[1] = 1;
    return response->input_tokens >= 0;
}

const PsMetric ps_metric_input_tokens = {
    .name = "input_tokens",
    .title = "Input tokens",
    .summary = "Tokens that go into an answered request, as the system counts them.",
    .unit = "tokens",
    .unit_scale = 1,
    .source = "the system's own count",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .is_derived = true,
    .n_stats = 2,
    .score = score,
};

// The rules are in metrics/shared/unanswerable.h.
#include "harness/metric.h"
#include "metrics/shared/unanswerable.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (!ps_sample_is_unanswerable(sample) || !ps_response_is_decision(response)) return false;
    stats[0] = response->outcome == PS_OUTCOME_ANSWERED ? 1 : 0;
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_unanswerable_answered = {
    .name = "unanswerable_answered",
    .title = "Answers to unanswerable questions",
    .summary =
        "Share of the questions without an answer to which the system answers as if sure.",
    .unit = "%",
    .unit_scale = 100,
    .source = "the outcome of the response and the sample's attribute unanswerable",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ALL,
    .n_stats = 2,
    .score = score,
};

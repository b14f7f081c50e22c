#include "harness/metric.h"

#include <math.h>

// A refusal and an abstention are paid for like an answer, so every request that has a cost
// counts.
static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    stats[0] = response->cost;
    stats[1] = 1;
    return !isnan(response->cost);
}

const PsMetric ps_metric_cost = {
    .name = "cost",
    .title = "Cost",
    .summary = "Dollars that a request costs: its tokens at the price of the run.",
    .unit = "$",
    .unit_scale = 1,
    .source = "input tokens × their price + output tokens × theirs (harness/price.h)",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ALL,
    .is_derived = true,
    .n_stats = 2,
    .score = score,
};

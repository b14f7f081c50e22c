// VQA accuracy: agreement with several people's answers, one reference a person; the rules are
// in metrics/shared/vqa.h.
#include "harness/metric.h"
#include "metrics/shared/vqa.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    stats[0] = ps_vqa_accuracy(PS_VQA_OFFICIAL, response->answer, sample->references,
                               sample->n_references);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_vqa_accuracy = {
    .name = "vqa_accuracy",
    .title = "VQA accuracy",
    .summary =
        "Mean agreement with the people who answered: full where three others said the same.",
    .unit = "%",
    .unit_scale = 100,
    .source = "GT-Vision-Lab/VQA vqaEval.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "vqa_accuracy",
    .compute = ps_vqa_accuracy_compute,
};

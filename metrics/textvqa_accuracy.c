// TextVQA accuracy: agreement with several people's answers, one reference a person; the rules
// are in metrics/shared/vqa.h.
#include "harness/metric.h"
#include "metrics/shared/vqa.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    stats[0] = ps_vqa_accuracy(PS_VQA_EVALAI, response->answer, sample->references,
                               sample->n_references);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_textvqa_accuracy = {
    .name = "textvqa_accuracy",
    .title = "TextVQA accuracy",
    .summary = "VQA accuracy with the normalisation of TextVQA, VizWiz and OK-VQA.",
    .unit = "%",
    .unit_scale = 100,
    .source = "lmms-eval _task_utils/vqa_eval_metric.py (EvalAI)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "vqa_normalize",
    .compute = ps_vqa_normalise_compute,
};

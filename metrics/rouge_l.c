// ROUGE-L of the best reference, without stemming; the rules are in metrics/shared/rouge.h.
#include "harness/metric.h"
#include "metrics/shared/rouge.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    stats[0] = 0;
    for (size_t i = 0; i < sample->n_references; i++)
        stats[0] = MAX(stats[0], ps_rouge_l(response->answer, sample->references[i]).f);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_rouge_l = {
    .name = "rouge_l",
    .title = "ROUGE-L",
    .summary = "Mean F1 of the longest common subsequence of words, with the best reference.",
    .unit = "%",
    .unit_scale = 100,
    .source = "google-research rouge/rouge_scorer.py, rougeL, fmeasure",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "rouge_l",
    .compute = ps_rouge_l_compute,
};

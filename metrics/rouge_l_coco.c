// ROUGE-L as caption benchmarks compute it, of text that is tokenised already; the rules are in
// metrics/shared/rouge.h.
#include "harness/metric.h"
#include "metrics/shared/rouge.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    stats[0] = ps_rouge_l_coco(response->answer, sample->references, sample->n_references);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_rouge_l_coco = {
    .name = "rouge_l_coco",
    .title = "ROUGE-L (COCO)",
    .summary = "Mean F of the longest common subsequence, recall weighted 1.2 times; words are "
               "as spaces part them.",
    .unit = "%",
    .unit_scale = 100,
    .source = "pycocoevalcap rouge/rouge.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "rouge_l_coco",
    .compute = ps_rouge_l_coco_compute,
};

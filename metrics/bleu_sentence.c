// The mean of single answers' BLEU, as sacrebleu computes them (orders that an answer is too
// short for do not count); the rules are in metrics/shared/bleu.h.
#include "harness/metric.h"
#include "metrics/shared/bleu.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    double counts[PS_BLEU_STATS];
    PsBleuOptions options = ps_bleu_default;
    options.has_effective_order = true;
    if (!ps_bleu_score(response->answer, sample->references, sample->n_references, counts))
        return false;
    stats[0] = ps_bleu_value(counts, &options, NULL);
    stats[1] = 1;
    return true;
}

const PsMetric ps_metric_bleu_sentence = {
    .name = "bleu_sentence",
    .title = "BLEU of sentences",
    .summary =
        "Mean of the BLEU of single answers, orders that they are too short for left out.",
    .unit = "",
    .unit_scale = 100,
    .source = "mjpost/sacrebleu metrics/bleu.py sentence_score (13a, exp smoothing)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = score,
    .vectors = "tokenize_13a",
    .compute = ps_bleu_tokenize_compute,
};

// BLEU of a corpus, as sacrebleu computes it; the rules are in metrics/shared/bleu.h.
#include "metrics/shared/bleu.h"
#include "harness/metric.h"

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_bleu_score(response->answer, sample->references, sample->n_references, stats);
}

const PsMetric ps_metric_bleu = {
    .name = "bleu",
    .title = "BLEU",
    .summary =
        "Geometric mean of the shares of n-grams (1 to 4 words) that a reference has too, "
        "over the whole slice, lowered where answers are too short.",
    .unit = "",
    .unit_scale = 100,
    .source = "mjpost/sacrebleu metrics/bleu.py corpus_score (13a, exp smoothing)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_SUMS,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = PS_BLEU_STATS,
    .of_sums = ps_bleu_of_sums,
    .score = score,
    .vectors = "bleu",
    .compute = ps_bleu_compute,
};

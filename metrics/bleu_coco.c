// BLEU-4 as caption benchmarks compute it, of text that is tokenised already; rule 5 of
// metrics/shared/bleu.h.
#include "harness/metric.h"
#include "metrics/shared/bleu.h"

#include <string.h>

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    g_autoptr(PsNgrams) answer = ps_ngrams_new(response->answer);
    PsNgrams **references = ps_ngrams_of_all(sample->references, sample->n_references);
    memset(stats, 0, PS_BLEU_STATS * sizeof *stats);
    ps_bleu_add(answer, references, sample->n_references, stats);
    ps_ngrams_free_all(references, sample->n_references);
    return true;
}

const PsMetric ps_metric_bleu_coco = {
    .name = "bleu_coco",
    .title = "BLEU-4 (COCO)",
    .summary = "BLEU of four orders without smoothing; words are as spaces part them.",
    .unit = "",
    .unit_scale = 100,
    .source = "pycocoevalcap bleu/bleu_scorer.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_SUMS,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = PS_BLEU_STATS,
    .of_sums = ps_bleu_coco_of_sums,
    .score = score,
};

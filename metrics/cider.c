// CIDEr-D; the rules are in metrics/shared/cider.h. Document frequencies are those of the whole
// task, also for a slice.
#include "metrics/shared/cider.h"

static void *create(void)
{
    return ps_cider_new();
}

static bool add(void *corpus, const PsSample *sample, GError **error)
{
    if (sample->n_references == 0) return true;
    return ps_cider_add(corpus, sample->references, sample->n_references, error);
}

static bool
score_in(const void *corpus, const PsSample *sample, const PsResponse *response, double *stats)
{
    if (sample->n_references == 0) return false;
    stats[0] =
        ps_cider_value(corpus, response->answer, sample->references, sample->n_references);
    stats[1] = 1;
    return true;
}

static void destroy(void *corpus)
{
    ps_cider_free(corpus);
}

static const PsCorpusKind corpus = {create, add, score_in, destroy};

const PsMetric ps_metric_cider = {
    .name = "cider",
    .title = "CIDEr-D",
    .summary =
        "Mean likeness of the answers' n-grams to the references', rare ones weighing more; "
        "words are as spaces part them.",
    .unit = "",
    .unit_scale = 1,
    .source = "pycocoevalcap cider/cider_scorer.py (CIDEr-D; papers print 100 times this)",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .corpus = &corpus,
    .vectors = "cider",
    .compute = ps_cider_compute,
};

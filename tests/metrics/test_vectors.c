// Every vector file of tests/vectors passes, and the metric it names is found.
#include "harness/check.h"
#include "metrics/metrics.h"

#include <criterion/criterion.h>

static void expect_all_pass(const char *name)
{
    const PsRegistry registry = {.metrics = ps_metrics};
    g_autofree char *path = g_strdup_printf(PS_TESTS_DIR "/vectors/%s.json", name);
    g_autoptr(GError) error = NULL;
    PsCheckCounts counts = {0};
    cr_assert(ps_check_file(path, &registry, &counts, stderr, &error), "%s",
              error ? error->message : "");
    cr_expect(counts.n_passed > 0);
    cr_expect(counts.n_failed == 0, "%s: %zu failed", name, counts.n_failed);
    cr_expect(counts.n_skipped == 0, "%s: %zu skipped", name, counts.n_skipped);
}

Test(vectors, wer)
{
    expect_all_pass("wer");
}

Test(vectors, cer)
{
    expect_all_pass("cer");
}

Test(vectors, anls)
{
    expect_all_pass("anls");
}

Test(vectors, chartqa_relaxed)
{
    expect_all_pass("chartqa_relaxed");
}

Test(vectors, vqa_accuracy)
{
    expect_all_pass("vqa_accuracy");
}

Test(vectors, vqa_normalize)
{
    expect_all_pass("vqa_normalize");
}

Test(vectors, rouge_l)
{
    expect_all_pass("rouge_l");
}

Test(vectors, rouge_l_coco)
{
    expect_all_pass("rouge_l_coco");
}

Test(vectors, bleu)
{
    expect_all_pass("bleu");
}

Test(vectors, tokenize_13a)
{
    expect_all_pass("tokenize_13a");
}

Test(vectors, cider)
{
    expect_all_pass("cider");
}

Test(vectors, coco_map)
{
    expect_all_pass("coco_map");
}

Test(vectors, squad_em_f1)
{
    expect_all_pass("squad_em_f1");
}

Test(vectors, latency_percentiles)
{
    expect_all_pass("latency_percentiles");
}

Test(vectors, wilson)
{
    expect_all_pass("wilson");
}

Test(vectors, clustered_stderr)
{
    expect_all_pass("clustered_stderr");
}

Test(vectors, mcnemar)
{
    expect_all_pass("mcnemar");
}

Test(vectors, permutation)
{
    expect_all_pass("permutation");
}

Test(vectors, multiple_testing)
{
    expect_all_pass("multiple_testing");
}

Test(vectors, bootstrap)
{
    expect_all_pass("bootstrap");
}

Test(vectors, ece)
{
    expect_all_pass("ece");
}

Test(vectors, brier)
{
    expect_all_pass("brier");
}

Test(vectors, aurc)
{
    expect_all_pass("aurc");
}

Test(vectors, fairness)
{
    expect_all_pass("fairness");
}

Test(vectors, psi)
{
    expect_all_pass("psi");
}

Test(vectors, pass_at_k)
{
    expect_all_pass("pass_at_k");
}

Test(vectors, sliceline)
{
    expect_all_pass("sliceline");
}

Test(vectors, counting)
{
    expect_all_pass("counting");
}

Test(vectors, temporal_iou)
{
    expect_all_pass("temporal_iou");
}

Test(vectors, retrieval)
{
    expect_all_pass("retrieval");
}

Test(vectors, ndcg_sklearn)
{
    expect_all_pass("ndcg_sklearn");
}

Test(vectors, pope)
{
    expect_all_pass("pope");
}

Test(vectors, chair)
{
    expect_all_pass("chair");
}

Test(vectors, amber)
{
    expect_all_pass("amber");
}

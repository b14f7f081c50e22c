// How modalities are used, on runs of the fake system.
#include "harness/verdict/modality.h"

#include "../fake.h"
#include "harness/sheet.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static bool is_same(const PsSample *sample, const PsResponse *response, double *stats)
{
    stats[1] = 1;
    stats[0] = 0;
    for (size_t i = 0; i < sample->n_references; i++)
        stats[0] = fmax(stats[0], strcmp(sample->references[i], response->answer) == 0);
    return true;
}

static bool word_errors(const PsSample *sample, const PsResponse *response, double *stats)
{
    stats[0] = strcmp(sample->references[0], response->answer) != 0;
    stats[1] = 1;
    return true;
}

static const PsMetric share = {.name = "share",
                               .direction = PS_HIGHER_IS_BETTER,
                               .range = PS_RANGE_BINARY,
                               .n_stats = 2,
                               .score = is_same};
static const PsMetric errors = {.name = "errors",
                                .direction = PS_LOWER_IS_BETTER,
                                .range = PS_RANGE_POSITIVE,
                                .n_stats = 2,
                                .score = word_errors};

static PsSample *conflict(void)
{
    static const char json[] = "{\"id\":\"s\",\"parts\":[{\"image\":\"a\"}],\"references\":["
                               "\"cat\"],\"contradictions\":"
                               "[{\"modality\":\"image\",\"references\":[\"dog\"]}]}";
    PsSample *sample = ps_sample_from_json(json, sizeof json - 1, NULL);
    cr_assert(sample != NULL);
    return sample;
}

Test(modality, an_answer_follows_the_side_whose_references_it_meets)
{
    g_autoptr(PsSample) sample = conflict();
    const PsContradiction *stated = &sample->contradictions[0];
    const PsMetric *const metrics[] = {&share, &errors};
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(ps_modality_follows(metrics[i], sample, stated, "dog"),
                     PS_FOLLOWS_MODALITY);
        cr_expect_eq(ps_modality_follows(metrics[i], sample, stated, "cat"), PS_FOLLOWS_OTHERS);
        cr_expect_eq(ps_modality_follows(metrics[i], sample, stated, "cow"),
                     PS_FOLLOWS_NOTHING);
    }
}

Test(modality, a_tie_is_nobodys)
{
    g_autoptr(PsSample) sample = conflict();
    PsContradiction same = sample->contradictions[0];
    same.references = sample->references;
    cr_expect_eq(ps_modality_follows(&share, sample, &same, "cat"), PS_FOLLOWS_NOTHING);
}

Test(modality, a_run_without_ablations_says_nothing_of_them)
{
    char *folder = fake_folder_new();
    g_autofree char *path = g_build_filename(folder, "run.proof", NULL);
    PsCollectResult result;
    cr_assert(
        fake_run("suite: s\ntasks:\n  - name: t\n    dataset: fake:4\n    metrics: [same]\n",
                 "echo", path, &result, NULL));
    g_autoptr(PsRunFile) run = ps_runfile_open(path, PS_RUNFILE_READ, false, NULL);
    g_autoptr(PsSheet) sheet = ps_sheet_new(run, &fake_registry, NULL);
    cr_assert(sheet != NULL);
    cr_expect_null(sheet->modality);
    fake_folder_free(folder);
}

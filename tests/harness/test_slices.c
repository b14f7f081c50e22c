#include "harness/slices.h"

#include <criterion/criterion.h>

static const PsSlicer stated = {
    .name = "codec", .title = "Codec", .reads = PS_SLICER_READS_SAMPLE};
static const PsSlicer of_parts = {
    .name = "modality", .title = "Modality", .reads = PS_SLICER_READS_PARTS};
static const PsSlicer measured = {
    .name = "snr", .title = "SNR", .reads = PS_SLICER_READS_AUDIO};

// Six rows: three samples, clean and blurred; one slicer.
static uint32_t conditions[] = {0, 1, 0, 1, 0, 1};
static uint32_t keys[] = {0, 0, 1, 1, PS_NO_KEY, 2};
static char *names[] = {(char *)"gsm", (char *)"g722", (char *)"pcm"};
static PsSuiteCondition two_conditions[] = {{.label = (char *)"clean"},
                                            {.label = (char *)"blur@2"}};

static GPtrArray *slices_of(const PsSlicer *slicer, size_t keys_most)
{
    static PsSuiteSlicer used;
    static PsTask task;
    static PsKeyColumn column;
    static PsTaskRows table;
    used = (PsSuiteSlicer){.slicer = slicer, .label = (char *)slicer->name};
    task = (PsTask){
        .n_conditions = 2, .conditions = two_conditions, .n_slicers = 1, .slicers = &used};
    column = (PsKeyColumn){.n_keys = 3, .names = names, .of_rows = keys};
    table =
        (PsTaskRows){.n_rows = 6, .conditions = conditions, .n_slicers = 1, .slicers = &column};
    return ps_slices_of_task(&task, &table, keys_most);
}

static void expect_slice(const GPtrArray *slices, size_t i, const char *label, size_t n_rows)
{
    cr_assert(i < slices->len);
    const PsSlice *slice = slices->pdata[i];
    g_autofree char *got = ps_slice_label(slice);
    cr_expect_str_eq(got, label);
    cr_expect_eq(slice->n_rows, n_rows, "%s: %zu", label, slice->n_rows);
    for (size_t r = 1; r < slice->n_rows; r++)
        cr_expect(slice->rows[r - 1] < slice->rows[r]);
}

Test(slices, what_is_stated_rests_on_clean_rows)
{
    g_autoptr(GPtrArray) slices = slices_of(&stated, 0);
    cr_expect_eq(slices->len, 5); // none for pcm, which is on a blurred row only
    expect_slice(slices, 0, "all", 3);
    expect_slice(slices, 1, "condition=clean", 3);
    expect_slice(slices, 2, "condition=blur@2", 3);
    expect_slice(slices, 3, "codec=gsm", 1);
    expect_slice(slices, 4, "codec=g722", 1);
}

Test(slices, what_is_measured_rests_on_every_row)
{
    g_autoptr(GPtrArray) slices = slices_of(&measured, 0);
    expect_slice(slices, 3, "snr=gsm", 2);
    expect_slice(slices, 4, "snr=g722", 2);
    expect_slice(slices, 5, "snr=pcm", 1);
}

Test(slices, the_smallest_of_many_are_put_together)
{
    g_autoptr(GPtrArray) slices = slices_of(&measured, 2);
    cr_expect_eq(slices->len, 6);
    expect_slice(slices, 3, "snr=gsm", 2);
    expect_slice(slices, 4, "snr=g722", 2);
    expect_slice(slices, 5, "snr=(other)", 1);
}

Test(slices, what_is_sent_rests_on_clean_rows_and_ablations)
{
    g_autoptr(GPtrArray) blurred = slices_of(&of_parts, 0);
    expect_slice(blurred, 3, "modality=gsm", 1);
    two_conditions[1].ablation = (PsAblation){PS_ABLATION_DROP, 1u << PS_PART_IMAGE};
    g_autoptr(GPtrArray) dropped = slices_of(&of_parts, 0);
    expect_slice(dropped, 3, "modality=gsm", 2);
    expect_slice(dropped, 5, "modality=pcm", 1);
}

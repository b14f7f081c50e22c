#include "harness/run_rows.h"

#include "fake.h"
#include "harness/rows_reader.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char suite_text[] =
    "suite: s\nepochs: 3\ntasks:\n  - name: a\n    dataset: fake:101\n    metrics: [same]\n"
    "    conditions: [dim@1]\n    slicers: [parity]\n"
    "  - name: b\n    dataset: fake:50\n    metrics: [same]\n    limit: 3\n";

#define N_TASKS 2
#define N_ITEMS (101 * 2 * 3 + 3 * 3)

static char *folder;
static PsRunFile *run;
static PsPlan *plan;

static void set_up(void)
{
    folder = fake_folder_new();
    g_autofree char *path = g_build_filename(folder, "r.proof", NULL);
    PsCollectResult result;
    cr_assert(fake_run(suite_text, "echo", path, &result, NULL));
    run = ps_runfile_open(path, PS_RUNFILE_READ, false, NULL);
    plan = ps_plan_load(run, &fake_registry, NULL);
    cr_assert_not_null(plan);
}

static void tear_down(void)
{
    ps_plan_free(plan);
    ps_runfile_close(run);
    fake_folder_free(folder);
}

TestSuite(run_rows, .init = set_up, .fini = tear_down);

#define EXPECT_SAME(array)                                                                     \
    cr_expect_arr_eq(got->array, wanted->array, wanted->n_rows * sizeof *wanted->array)

static void expect_same(const PsTaskRows *got, const PsTaskRows *wanted)
{
    cr_assert_eq(got->n_rows, wanted->n_rows);
    EXPECT_SAME(item_ids);
    EXPECT_SAME(sample_ids);
    EXPECT_SAME(samples);
    EXPECT_SAME(sources);
    EXPECT_SAME(clusters);
    EXPECT_SAME(conditions);
    EXPECT_SAME(epochs);
    EXPECT_SAME(outcomes);
    EXPECT_SAME(latencies_ms);
    cr_expect_eq(got->first_scheduled_ns, wanted->first_scheduled_ns);
    cr_expect_eq(got->last_finished_ns, wanted->last_finished_ns);
    cr_assert_eq(got->n_metrics, wanted->n_metrics);
    for (size_t m = 0; m < wanted->n_metrics; m++) {
        size_t n_stats = wanted->n_rows * (size_t)wanted->metrics[m].metric->n_stats;
        cr_expect_eq(got->metrics[m].metric, wanted->metrics[m].metric);
        EXPECT_SAME(metrics[m].is_defined);
        cr_expect_arr_eq(got->metrics[m].stats, wanted->metrics[m].stats,
                         n_stats * sizeof(double));
    }
    for (size_t s = 0; s < wanted->n_slicers; s++) {
        EXPECT_SAME(slicers[s].of_rows);
        cr_assert_eq(got->slicers[s].n_keys, wanted->slicers[s].n_keys);
        for (size_t k = 0; k < wanted->slicers[s].n_keys; k++)
            cr_expect_str_eq(got->slicers[s].names[k], wanted->slicers[s].names[k]);
    }
}

static void expect_as_loaded(const PsTaskRows *got, size_t task)
{
    g_autoptr(PsTaskRows) wanted =
        ps_task_rows_load(run, &plan->tasks[task], &fake_registry, NULL);
    expect_same(got, wanted);
}

Test(run_rows, rows_are_the_same_in_stretches_of_any_length)
{
    static const uint64_t lengths[] = {1, 5, 6, 100, 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
        for (size_t task = 0; task < N_TASKS; task++) {
            const PsPlanTask *planned = &plan->tasks[task];
            g_autoptr(PsRowsReader) reader = ps_rows_reader_new(run, planned, &fake_registry,
                                                                (size_t)planned->n_items, NULL);
            for (uint64_t end = 0; end < N_ITEMS + lengths[i]; end += lengths[i])
                cr_assert(ps_rows_reader_read(reader, end, NULL));
            g_autoptr(PsTaskRows) rows = ps_rows_reader_finish(reader);
            expect_as_loaded(rows, task);
        }
}

Test(run_rows, what_was_not_read_on_is_read_when_the_rows_are_taken)
{
    static const uint64_t ends[] = {0, 255, 256, 600, N_ITEMS};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(PsRunRows) rows = ps_run_rows_new(run, plan, &fake_registry, NULL);
        cr_assert(ps_run_rows_read_on(rows, ends[i], NULL));
        for (size_t task = 0; task < N_TASKS; task++) {
            g_autoptr(PsTaskRows) taken = ps_run_rows_take(rows, task, NULL);
            expect_as_loaded(taken, task);
        }
    }
}

Test(run_rows, more_rows_than_were_announced_are_damage)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsRowsReader) reader =
        ps_rows_reader_new(run, &plan->tasks[0], &fake_registry, 10, NULL);
    cr_assert(ps_rows_reader_read(reader, 10, NULL));
    cr_assert_not(ps_rows_reader_read(reader, 11, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}

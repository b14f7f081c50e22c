#include "harness/rows_plan.h"

#include "fake.h"
#include "harness/slices.h"

#include <criterion/criterion.h>
#include <string.h>

static const char suite_text[] =
    "suite: s\nepochs: 3\ntasks:\n  - name: a\n    dataset: fake:11\n    metrics: [same]\n"
    "    conditions: [dim@1]\n    slicers: [parity]\n"
    "  - name: b\n    dataset: fake:5\n    metrics: [same]\n    limit: 3\n";

static void check_task(const PsTask *task, const PsTaskRows *planned, PsTaskRows *measured)
{
    g_autofree uint32_t *order = ps_task_rows_canonical_order(measured);
    ps_task_rows_keep(measured, order, measured->n_rows);
    ps_task_rows_number_clusters(measured);
    g_autoptr(GPtrArray) before = ps_slices_of_task(task, planned, 0);
    g_autoptr(GPtrArray) after = ps_slices_of_task(task, measured, 0);
    cr_assert_eq(before->len, after->len);
    for (size_t i = 0; i < before->len; i++) {
        const PsSlice *a = before->pdata[i], *b = after->pdata[i];
        g_autofree char *first = ps_slice_label(a), *second = ps_slice_label(b);
        cr_expect_eq(3 * a->n_rows, b->n_rows, "%s", first);
        cr_expect_str_eq(first, second);
        for (size_t r = 0; r < a->n_rows; r++) {
            size_t p = a->rows[r], m = b->rows[3 * r];
            cr_expect_eq(planned->clusters[p], measured->clusters[m]);
            cr_expect_eq(planned->conditions[p], measured->conditions[m]);
            cr_expect(ps_name_hash_compare(planned->samples[p], measured->samples[m]) == 0);
        }
    }
}

// What is planned is what a run of three epochs then has, slice by slice and row by row.
Test(rows_plan, planned_rows_are_those_of_the_run)
{
    g_autoptr(GError) error = NULL;
    char *folder = fake_folder_new();
    g_autofree char *path = g_build_filename(folder, "r.proof", NULL);
    PsCollectResult result;
    cr_assert(fake_run(suite_text, "echo", path, &result, &error), "%s",
              error ? error->message : "");
    g_autoptr(PsRunFile) run = ps_runfile_open(path, PS_RUNFILE_READ, false, &error);
    g_autoptr(PsPlan) recorded = ps_plan_load(run, &fake_registry, &error);
    cr_assert_not_null(recorded);
    PsSuite *suite =
        ps_suite_parse("test.yaml", suite_text, strlen(suite_text), &fake_registry, &error);
    const PsPlanOptions as_suite = {0};
    g_autoptr(PsPlan) plan = ps_plan_new(suite, &fake_registry, "", "{}", &as_suite, &error);
    PsTaskRows *planned[2] = {NULL, NULL};
    cr_assert(ps_task_rows_plan(plan, &fake_registry, planned, &error), "%s",
              error ? error->message : "");
    cr_assert_eq(planned[0]->n_rows, 22);
    cr_assert_eq(planned[1]->n_rows, 3);
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(PsTaskRows) measured =
            ps_task_rows_load(run, &recorded->tasks[i], &fake_registry, &error);
        check_task(plan->tasks[i].task, planned[i], measured);
        ps_task_rows_free(planned[i]);
    }
    fake_folder_free(folder);
}

// The stages together, with a system that lives in the test.
#include "fake.h"

#include "harness/rows.h"
#include "harness/score.h"
#include "harness/sheet.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <stdio.h>

#define SUITE(n)                                                                               \
    "suite: s\ntasks:\n  - name: a\n    dataset: fake:" #n "\n    metrics: [same]\n"           \
    "    slicers: [parity]\n"

static char *folder;
static char *run_path;

static void set_up(void)
{
    folder = fake_folder_new();
    run_path = g_build_filename(folder, "x.proof", NULL);
}

static void tear_down(void)
{
    fake_folder_free(folder);
    g_free(run_path);
}

TestSuite(collect, .init = set_up, .fini = tear_down);

static void assert_query(const char *sql, const char *expected)
{
    g_autofree char *got = fake_query(run_path, sql);
    cr_assert_str_eq(got, expected, "%s: %s", sql, got);
}

Test(collect, stores_every_item_once_with_its_score)
{
    PsCollectResult result;
    g_autoptr(GError) error = NULL;
    cr_assert(fake_run(SUITE(100), "echo", run_path, &result, &error), "%s",
              error ? error->message : "");
    cr_assert_eq(result.n_items, 100);
    cr_assert_eq(result.n_stored, 100);
    assert_query(
        "SELECT count(*), count(DISTINCT key), min(item_id), max(item_id) FROM response",
        "100|100|0|99");
    assert_query("SELECT sum(numerator), sum(denominator) FROM score", "100.0|100.0");
    assert_query("SELECT answer FROM response WHERE item_id = 41", "text 41");
    assert_query("SELECT key, count(*) FROM slice GROUP BY key", "even|50\nodd|50");
}

Test(collect, an_unanswered_item_has_an_outcome_and_no_score)
{
    PsCollectResult result;
    cr_assert(fake_run(SUITE(4), "abstain", run_path, &result, NULL));
    assert_query("SELECT outcome, count(*) FROM response GROUP BY 1", "abstained|4");
    assert_query("SELECT count(*) FROM score", "0");
}

Test(collect, where_confidences_come_from_is_a_fact_of_the_run)
{
    PsCollectResult result;
    const char *fact = "SELECT count(*), max(value) FROM info WHERE name = 'fact confidence'";
    cr_assert(fake_run(SUITE(4), "sure", run_path, &result, NULL));
    assert_query(fact, "1|stated");
    cr_assert_eq(g_remove(run_path), 0);
    cr_assert(fake_run(SUITE(4), "tokens", run_path, &result, NULL));
    assert_query(fact, "1|token log-probabilities");
    assert_query("SELECT DISTINCT round(confidence, 6) FROM response", "0.606531");
    cr_assert_eq(g_remove(run_path), 0);
    cr_assert(fake_run(SUITE(4), "echo", run_path, &result, NULL));
    assert_query(fact, "0|");
}

Test(collect, a_finished_run_asks_nothing_again)
{
    PsCollectResult result;
    cr_assert(fake_run(SUITE(10), "echo", run_path, &result, NULL));
    int n_before = fake_n_asked();
    cr_assert(fake_run(SUITE(10), "echo", run_path, &result, NULL));
    cr_assert_eq(fake_n_asked(), n_before);
    cr_assert_eq(result.n_before, 10);
    cr_assert_eq(result.n_stored, 0);
}

Test(collect, a_stopped_run_goes_on_where_it_was)
{
    PsCollectResult result;
    volatile sig_atomic_t stop = 1;
    cr_assert(fake_run_with(SUITE(50), "slow", run_path, 2, 0, &stop, &result, NULL));
    cr_assert(result.was_stopped);
    cr_assert_lt(result.n_stored, 50);
    uint64_t n_first = result.n_stored;
    cr_assert(fake_run(SUITE(50), "slow", run_path, &result, NULL));
    cr_assert_eq(result.n_before, n_first);
    cr_assert_eq(result.n_before + result.n_stored, 50);
    assert_query("SELECT count(*) FROM response", "50");
}

Test(collect, epochs_and_tasks_are_numbered_through)
{
    const char *suite = "suite: s\nepochs: 3\ntasks:\n"
                        "  - {name: a, dataset: fake:2, metrics: [same]}\n"
                        "  - {name: b, dataset: fake:1, metrics: [same]}\n";
    PsCollectResult result;
    cr_assert(fake_run(suite, "echo", run_path, &result, NULL));
    assert_query("SELECT item_id, sample_id, epoch FROM response ORDER BY 1",
                 "0|0|0\n1|0|1\n2|0|2\n3|1|0\n4|1|1\n5|1|2\n6|2|0\n7|2|1\n8|2|2");
    assert_query("SELECT count(DISTINCT key) FROM response", "6");
}

Test(collect, another_plan_is_refused_and_leaves_the_file_alone)
{
    PsCollectResult result;
    g_autoptr(GError) error = NULL;
    cr_assert(fake_run(SUITE(10), "echo", run_path, &result, NULL));
    cr_assert_not(fake_run(SUITE(11), "echo", run_path, &result, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG));
    g_clear_error(&error);
    cr_assert_not(fake_run(SUITE(10), "wrong", run_path, &result, &error));
    cr_assert(strstr(error->message, "another system") != NULL, "%s", error->message);
    assert_query("SELECT count(*) FROM response", "10");
}

Test(collect, a_system_that_cannot_go_on_ends_the_run_with_its_error)
{
    PsCollectResult result;
    g_autoptr(GError) error = NULL;
    cr_assert_not(fake_run(SUITE(10), "dies", run_path, &result, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_UNAVAILABLE));
}

// There is room for all at the start; the first answers must not wait until all are sent.
Test(collect, requests_go_out_a_few_at_a_time)
{
    PsCollectResult result;
    cr_assert(fake_run_with(SUITE(300), "events", run_path, 200, 0, NULL, &result, NULL));
    assert_query("SELECT count(*), sum(answer = 'text ' || item_id) FROM response", "300|300");
    cr_assert_geq(fake_most_at_once(), 2);
    cr_assert_leq(fake_most_at_once(), 1 + 16); // one follows the answer
    cr_assert_eq(fake_n_idle_polls(), 0);
}

Test(collect, threads_do_not_change_what_is_stored)
{
    PsCollectResult result;
    const char *sql = "SELECT item_id, metric, numerator, denominator FROM score ORDER BY 1, 2";
    cr_assert(fake_run_with(SUITE(200), "echo", run_path, 1, 0, NULL, &result, NULL));
    g_autofree char *one = fake_query(run_path, sql);
    remove(run_path);
    cr_assert(fake_run_with(SUITE(200), "echo", run_path, 16, 0, NULL, &result, NULL));
    g_autofree char *sixteen = fake_query(run_path, sql);
    cr_assert_str_eq(one, sixteen);
}

// 2,000/s for 100 arrivals of a system that takes 5 ms on one worker: the queue grows, and the
// latency of the last ones must show it.
Test(collect, an_open_loop_counts_the_queue)
{
    PsCollectResult result;
    cr_assert(fake_run_with(SUITE(100), "slow", run_path, 1, 2000, NULL, &result, NULL));
    assert_query("SELECT max(finished_ns - scheduled_ns) > 300000000,"
                 " max(finished_ns - started_ns) < 300000000 FROM response",
                 "1|1");
}

Test(collect, scoring_again_gives_the_same_scores)
{
    PsCollectResult result;
    const char *sql = "SELECT * FROM score ORDER BY 1, 2";
    cr_assert(fake_run(SUITE(30), "echo", run_path, &result, NULL));
    g_autofree char *before = fake_query(run_path, sql);
    g_autoptr(PsRunFile) run = ps_runfile_open(run_path, PS_RUNFILE_EXTEND, false, NULL);
    g_autoptr(PsPlan) plan = ps_plan_load(run, &fake_registry, NULL);
    uint64_t n_scored;
    cr_assert(ps_plan_record(plan, run, NULL));
    cr_assert(ps_score_run(run, plan, &n_scored, NULL));
    cr_assert_eq(n_scored, 30);
    g_autofree char *after = fake_query(run_path, sql);
    cr_assert_str_eq(before, after);
}

Test(sheet, shows_slices_with_their_values_and_samples, .init = set_up, .fini = tear_down)
{
    PsCollectResult result;
    cr_assert(fake_run(SUITE(40), "echo", run_path, &result, NULL));
    g_autoptr(PsRunFile) run = ps_runfile_open(run_path, PS_RUNFILE_READ, false, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSheet) sheet = ps_sheet_new(run, &fake_registry, &error);
    cr_assert_not_null(sheet, "%s", error ? error->message : "");
    cr_assert(sheet->is_finished);
    const PsSheetTask *task = &sheet->tasks[0];
    cr_assert_eq(task->n_metrics, 2);
    cr_assert_eq(task->n_suite_metrics, 1);
    cr_assert_eq(task->whole.cells[0].estimate.n, 40);
    cr_assert_eq(task->whole.cells[0].estimate.n_clusters, 20);
    cr_assert_float_eq(task->whole.cells[0].estimate.value, 1, 1e-12);
    cr_assert_eq(task->n_slices, 2);
    cr_assert_str_eq(task->slices[0].key, "even");
    cr_assert_eq(task->slices[0].n_items, 20);
    cr_assert_gt(task->slices[0].n_evidence, 0);
    cr_assert_eq(task->n_latencies, 40);
}

Test(sheet, leaves_out_derived_metrics_that_no_row_has, .init = set_up, .fini = tear_down)
{
    PsCollectResult result;
    cr_assert(fake_run(SUITE(4), "abstain", run_path, &result, NULL));
    g_autoptr(PsRunFile) run = ps_runfile_open(run_path, PS_RUNFILE_READ, false, NULL);
    g_autoptr(PsSheet) sheet = ps_sheet_new(run, &fake_registry, NULL);
    cr_assert_eq(sheet->tasks[0].n_metrics, 1);
    cr_assert_str_eq(sheet->tasks[0].metrics[0]->name, "same");
    cr_assert_not(sheet->tasks[0].whole.cells[0].estimate.is_defined);
}

Test(sheet, an_unfinished_run_says_so, .init = set_up, .fini = tear_down)
{
    PsCollectResult result;
    volatile sig_atomic_t stop = 1;
    cr_assert(fake_run_with(SUITE(50), "slow", run_path, 2, 0, &stop, &result, NULL));
    g_autoptr(PsRunFile) run = ps_runfile_open(run_path, PS_RUNFILE_READ, false, NULL);
    g_autoptr(PsSheet) sheet = ps_sheet_new(run, &fake_registry, NULL);
    cr_assert_not_null(sheet);
    cr_assert_not(sheet->is_finished);
}

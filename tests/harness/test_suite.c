#include "fake.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static PsSuite *parse(const char *text, GError **error)
{
    return ps_suite_parse("dir/s.yaml", text, strlen(text), &fake_registry, error);
}

static const char head[] = "suite: s\ntasks:\n  - name: a\n    dataset: d\n";

// The suite is refused, as a fault of configuration, with words in the message.
static void assert_refused(const char *rest, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(head, rest, NULL);
    g_autoptr(PsSuite) suite = parse(text, &error);
    cr_assert_null(suite, "accepted: %s", text);
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG), "%s", error->message);
    cr_assert(strstr(error->message, words) != NULL, "%s: %s", words, error->message);
}

Test(suite, reads_everything_that_it_may_hold)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSuite) suite =
        parse("suite: demo\nseed: 9\nepochs: 3\ntasks:\n  - name: a\n    dataset: ../data\n"
              "    prompt: Say it.\n    metrics: [same]\n    conditions: [dim@1.5]\n"
              "    slicers: [parity]\n    limit: 7\n",
              &error);
    cr_assert_not_null(suite, "%s", error ? error->message : "");
    cr_assert_str_eq(suite->name, "demo");
    cr_assert_eq(suite->seed, 9);
    cr_assert_eq(suite->epochs, 3);
    const PsTask *task = &suite->tasks[0];
    cr_assert_str_eq(task->dataset, "dir/../data");
    cr_assert_str_eq(task->prompt, "Say it.");
    cr_assert_eq(task->limit, 7);
    cr_assert_eq(task->n_metrics, 1);
    cr_assert_eq(task->n_conditions, 2);
    cr_assert_str_eq(task->conditions[0].label, "clean");
    cr_assert_eq(task->conditions[0].capture.n_steps, 0);
    cr_assert_str_eq(task->conditions[1].label, "dim@1.5");
    cr_assert_eq(task->conditions[1].capture.n_steps, 1);
    cr_assert_float_eq(task->conditions[1].capture.steps[0].amount, 1.5, 1e-12);
    cr_assert_eq(task->n_slicers, 1);
}

Test(suite, unknown_names_are_refused_with_their_line)
{
    assert_refused("    metrics: [bleu9]\n", "dir/s.yaml:5: bleu9 is not a metric");
    assert_refused("    metrics: [same]\n    slicers:\n      - moon\n",
                   "dir/s.yaml:7: moon is not a slicer");
    assert_refused("    metrics: [same]\n    conditions: [fog@1]\n",
                   "dir/s.yaml:6: fog@1 is not a capture condition");
}

Test(suite, conditions_need_an_amount_in_range)
{
    assert_refused("    metrics: [same]\n    conditions: [dim]\n", "needs an amount");
    assert_refused("    metrics: [same]\n    conditions: [dim@x]\n", "needs an amount");
    assert_refused("    metrics: [same]\n    conditions: [dim@99]\n", "is outside 0 to 5 EV");
    assert_refused("    metrics: [same]\n    conditions: [dim@nan]\n", "is outside");
}

Test(suite, ablations_are_conditions)
{
    assert_refused("    metrics: [same]\n    conditions: [\"drop:smell\"]\n",
                   "dir/s.yaml:6: drop:smell names no modality");
    assert_refused("    metrics: [same]\n    conditions: [twin, twin]\n", "is named twice");
}

Test(suite, what_is_made_of_the_parts_is_checked)
{
    assert_refused("    metrics: [same]\n    input: {frames: 257}\n",
                   "dir/s.yaml:6: input: frames: 257 is not in 1 to 256");
    assert_refused("    metrics: [same]\n    input: {frames: -2}\n", "frames");
    assert_refused("    metrics: [same]\n    input: {sampling: random}\n",
                   "random is not uniform, keyframe or hierarchical");
    assert_refused("    metrics: [same]\n    input: {frame: 3}\n", "Unexpected key: frame");
}

Test(suite, names_may_not_be_repeated)
{
    assert_refused("    metrics: [same, same]\n", "is named twice");
    assert_refused("    metrics: [same]\n  - name: a\n    dataset: d\n    metrics: [same]\n",
                   "names two tasks");
}

Test(suite, malformed_yaml_and_unknown_keys_are_refused_with_their_line)
{
    assert_refused("    metrics: [same\n", "dir/s.yaml:5: ");
    assert_refused("    metrics: [same]\n    metricks: [same]\n",
                   "dir/s.yaml:6: Unexpected key: metricks");
    assert_refused("    metrics: same\n", "dir/s.yaml:5: ");
    assert_refused("    metrics: [same]\n    limit: -3\n", "limit");
    assert_refused("    metrics: [same]\n    limit: many\n", "limit");
    assert_refused("", "metrics");
    assert_refused("    metrics: [latency_p50]\n", "needs a metric that looks at the answers");
}

Test(suite, a_missing_or_binary_file_is_an_error)
{
    g_autoptr(GError) error = NULL;
    cr_assert_null(ps_suite_load("/nonexistent/s.yaml", &fake_registry, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_NO_INPUT));
    g_clear_error(&error);
    cr_assert_null(ps_suite_load("/proc/self/exe", &fake_registry, &error));
    cr_assert_geq(error->code, 64);
}

#include "truth.h"
#include "truth_pairs.h"

#include <math.h>

#define MARGIN 0.02

static void add_verdicts(Results *results, const Counts *counts)
{
    const size_t *of = counts->n_of, *overall = counts->n_overall;
    results_share(results, "rules on slices that pass", of[PS_VERDICT_PASS], counts->n_cases,
                  no_demand);
    results_share(results, "rules on slices that are undecided", of[PS_VERDICT_UNDECIDED],
                  counts->n_cases, no_demand);
    results_share(results, "rules on slices that fail", of[PS_VERDICT_FAIL], counts->n_cases,
                  no_demand);
    results_share(results, "gates that pass", overall[PS_VERDICT_PASS], counts->n_pairs,
                  no_demand);
}

void truth_same(Results *results, const TruthOptions *options)
{
    Design *design = design_new(600, 3, 4, 10);
    g_autofree char *slices = setup_slices(design);
    g_autofree char *rules =
        g_strdup_printf("  - {metric: exact_match, slices: [%s], margin: 2}\n"
                        "  - {metric: token_f1, slices: [%s], margin: 2}\n"
                        "  - {metric: wer, slices: [%s], margin: 2}\n",
                        slices, slices, slices);
    const Truth truth = {.noise = usual_noise, .value = 0.8};
    Setup *setup = setup_new(design, options->folder, rules);
    const Pairs pairs = {.setup = setup,
                         .truth = &truth,
                         .margin = MARGIN,
                         .seed = options->seed + 10,
                         .n_pairs = options->n_pairs};
    results_section(
        results, "same", "Two runs of one system",
        "600 rows of 200 sources, three metrics on all rows and 40 slices, margin 2 "
        "points: 123 tests a pair. Every alarm is false.");
    Counts counts = pairs_run(&pairs);
    size_t n = counts.n_pairs;
    results_share(results, "gate: any adjusted p ≤ 0.05", counts.n_alarms, n, at_most(0.05));
    results_share(results, "gate: fail", counts.n_fails, n, at_most(0.05));
    results_share(results, "two numbers: any slice is lower", counts.n_lower, n, no_demand);
    results_share(results, "two numbers: any slice is lower by the margin", counts.n_by_margin,
                  n, no_demand);
    results_share(results, "unpaired t test of rows at 0.05: any slice", counts.n_unpaired, n,
                  no_demand);
    add_verdicts(results, &counts);
    setup_free(setup);
    design_free(design);
}

// Latencies of the second that are longer by the share.
static Counts run_latency(const TruthOptions *options, double slower, size_t n_pairs)
{
    Design *design = design_new(600, 3, 4, 10);
    g_autofree char *slices = setup_slices(design);
    g_autofree char *rules = g_strdup_printf(
        "  - {metric: latency_p90, slices: [%s], margin_percent: 10}\n", slices);
    const Truth truth = {.noise = usual_noise, .value = 0.8, .slower = slower};
    Setup *setup = setup_new(design, options->folder, rules);
    const Pairs pairs = {.setup = setup,
                         .truth = &truth,
                         .margin = MARGIN,
                         .seed = options->seed + 11,
                         .n_pairs = n_pairs};
    Counts counts = pairs_run(&pairs);
    setup_free(setup);
    design_free(design);
    return counts;
}

void truth_same_latency(Results *results, const TruthOptions *options)
{
    results_section(
        results, "latency", "Latencies of two runs of one system",
        "The same rows, latency_p90 on all rows and 40 slices, margin 10 %: 41 tests "
        "a pair. Every alarm is false.");
    Counts counts = run_latency(options, 0, options->n_pairs / 8);
    size_t n = counts.n_pairs;
    results_share(results, "gate: any adjusted p ≤ 0.05", counts.n_alarms, n, at_most(0.05));
    results_share(results, "gate: fail", counts.n_fails, n, at_most(0.05));
    add_verdicts(results, &counts);
    results_section(results, "latency_at_the_margin", "Latencies that are longer by the margin",
                    "The same with a second system that is 10 % slower: whatever passes passes "
                    "wrongly.");
    counts = run_latency(options, 0.1, options->n_pairs / 20);
    results_share(results, "rules on slices that pass", counts.n_of[PS_VERDICT_PASS],
                  counts.n_cases, at_most(0.05));
    results_share(results, "gates that fail", counts.n_fails, counts.n_pairs, no_demand);
}

#include "truth.h"
#include "truth_pairs.h"

#include <math.h>
#include <string.h>

#define MARGIN 0.02
#define PLANTED "attribute:a=0"

// How much of what a run scores is luck of its own.
typedef struct {
    const char *name;
    Noise noise;
} Luck;

// Over pairs: is the planted slice called worse, is any other one.
typedef struct {
    size_t n_planted, n_other_pairs; // pairs
    size_t n_others;                 // slices
} Found;

typedef struct {
    const Design *design;
    Found gate, by_margin, unpaired;
    size_t n_of[4]; // verdicts of the planted slice
} Drops;

typedef struct {
    bool is_planted;
    size_t n_others;
} Called;

static void call(Called *called, const char *slice, bool is_worse)
{
    if (strcmp(slice, PLANTED) == 0)
        called->is_planted = is_worse;
    else if (strcmp(slice, "all") != 0)
        called->n_others += is_worse;
}

static void add_called(Found *found, const Called *called)
{
    found->n_planted += called->is_planted;
    found->n_others += called->n_others;
    found->n_other_pairs += called->n_others > 0;
}

static void look(void *data, size_t pair, const Scores scores[2], const PsFindings *findings)
{
    (void)pair;
    Drops *drops = data;
    Called gate = {0}, by_margin = {0}, unpaired = {0};
    for (size_t i = 0; i < gate_n_cases(findings); i++) {
        GateCase of = gate_case(findings, i);
        bool fails = of.verdict == PS_VERDICT_FAIL;
        if (strcmp(of.slice, PLANTED) == 0) drops->n_of[of.verdict]++;
        SimpleComparison simple =
            compare_simply(drops->design, scores, SCORE_EXACT_MATCH, of.slice);
        call(&gate, of.slice, fails);
        call(&by_margin, of.slice, simple.drop >= MARGIN);
        call(&unpaired, of.slice, simple.p <= 0.05);
    }
    add_called(&drops->gate, &gate);
    add_called(&drops->by_margin, &by_margin);
    add_called(&drops->unpaired, &unpaired);
}

static void
add_found(Results *results, const char *where, const char *who, const Found *found, size_t n)
{
    const struct {
        const char *what;
        size_t k, n;
    } rows[] = {
        {"the slice is found", found->n_planted, n},
        {"another slice is accused", found->n_other_pairs, n},
        {"slices accused that are the right one", found->n_planted,
         found->n_planted + found->n_others},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *what = g_strdup_printf("%s, %s: %s", where, who, rows[i].what);
        results_share(results, what, rows[i].k, rows[i].n, no_demand);
    }
}

static void run_drop(Results *results,
                     const TruthOptions *options,
                     const Setup *setup,
                     const Luck *luck,
                     double drop)
{
    const Truth truth = {.noise = luck->noise, .value = 0.8, .drop = drop, .is_in_slice = true};
    Drops drops = {.design = setup->design};
    const Pairs pairs = {.setup = setup,
                         .truth = &truth,
                         .margin = MARGIN,
                         .seed = options->seed + 1000 + (uint64_t)(100 * drop),
                         .n_pairs = options->n_pairs / 10,
                         .look = look,
                         .data = &drops};
    size_t n = pairs_run(&pairs).n_pairs;
    g_autofree char *where = g_strdup_printf("%s, %g points", luck->name, 100 * drop);
    g_autofree char *undecided = g_strdup_printf("%s, gate: the slice is undecided", where);
    g_autofree char *passed = g_strdup_printf("%s, gate: the slice passes", where);
    add_found(results, where, "gate", &drops.gate, n);
    results_share(results, undecided, drops.n_of[PS_VERDICT_UNDECIDED], n, no_demand);
    results_share(results, passed, drops.n_of[PS_VERDICT_PASS], n, at_most(0.05));
    add_found(results, where, "two numbers, by the margin", &drops.by_margin, n);
    add_found(results, where, "unpaired t test", &drops.unpaired, n);
}

void truth_drop(Results *results, const TruthOptions *options)
{
    static const double drops[] = {0.05, 0.1, 0.2};
    const Luck lucks[] = {
        {"steady", {.source = 0.35, .row = 0.35, .run_source = 0.1, .run_row = 0.05}},
        {"noisy", usual_noise},
    };
    Design *design = design_new(6000, 3, 2, 20);
    g_autofree char *slices = setup_slices(design);
    g_autofree char *rules =
        g_strdup_printf("  - {metric: exact_match, slices: [%s], margin: 2}\n", slices);
    Setup *setup = setup_new(design, options->folder, rules);
    results_section(
        results, "drop", "A drop in one slice",
        "6,000 rows of 2,000 sources, exact_match on all rows and 40 slices, margin 2 "
        "points; the second system is worse on one slice of 300 rows, 5 % of all. Steady "
        "systems share "
        "70 % of the variance between two runs, noisy ones 30 %. "
        "Slices of the other attribute share in the drop by their rows, by at most 1 "
        "point: they are worse, but by less than the margin, so no level is promised "
        "for how often they fail.");
    for (size_t i = 0; i < G_N_ELEMENTS(drops) * G_N_ELEMENTS(lucks); i++)
        run_drop(results, options, setup, &lucks[i / G_N_ELEMENTS(drops)],
                 drops[i % G_N_ELEMENTS(drops)]);
    setup_free(setup);
    design_free(design);
}

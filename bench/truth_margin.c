#include "truth.h"
#include "truth_pairs.h"

#include "harness/stats/parallel.h"

#include <glib/gstdio.h>

#include <math.h>
#include <string.h>

#define N_ROWS 600
#define ROWS_PER_SOURCE 3
#define ROWS_MOST 40000 // of a rerun
#define ASKING_MOST 100 // cases that are run again

static const double margins[] = {0.02, 0.05, 0.1};

static Setup *margin_setup(const Design *design, const TruthOptions *options, double margin)
{
    g_autofree char *rules = g_strdup_printf("  - {metric: exact_match, margin: %g}\n"
                                             "  - {metric: token_f1, margin: %g}\n"
                                             "  - {metric: wer, margin: %g}\n",
                                             100 * margin, 100 * margin, 100 * margin);
    return setup_new(design, options->folder, rules);
}

// ---- a drop of exactly the margin

typedef struct {
    size_t n_passed[N_SCORES], n_failed[N_SCORES];
} Verdicts;

static int score_of(const char *metric)
{
    int s = 0;
    while (strcmp(score_names[s], metric) != 0)
        s++;
    return s;
}

static void
look_at_verdicts(void *data, size_t pair, const Scores scores[2], const PsFindings *findings)
{
    Verdicts *verdicts = data;
    (void)pair, (void)scores;
    for (size_t i = 0; i < gate_n_cases(findings); i++) {
        GateCase of = gate_case(findings, i);
        verdicts->n_passed[score_of(of.metric)] += of.verdict == PS_VERDICT_PASS;
        verdicts->n_failed[score_of(of.metric)] += of.verdict == PS_VERDICT_FAIL;
    }
}

static void at_the_margin(
    Results *results, const TruthOptions *options, size_t n_rows, double value, double margin)
{
    Design *design = design_new(n_rows, ROWS_PER_SOURCE, 0, 1);
    Setup *setup = margin_setup(design, options, margin);
    const Truth truth = {.noise = usual_noise, .value = value, .drop = margin};
    Verdicts verdicts = {0};
    const Pairs pairs = {.setup = setup,
                         .truth = &truth,
                         .margin = margin,
                         .seed = options->seed + 30 + n_rows + (uint64_t)(100 * margin),
                         .n_pairs = options->n_pairs / 2,
                         .look = look_at_verdicts,
                         .data = &verdicts};
    size_t n = pairs_run(&pairs).n_pairs;
    for (int s = 0; s < N_SCORES; s++) {
        g_autofree char *what = g_strdup_printf(
            "%zu rows, value %g, drop and margin %g points, %s: passes", n_rows,
            100 * (s == SCORE_WER ? 1 - value : value), 100 * margin, score_names[s]);
        results_share(results, what, verdicts.n_passed[s], n, at_most(0.05));
    }
    setup_free(setup);
    design_free(design);
}

// ---- no drop

// A case that was undecided and says how many rows would decide it.
typedef struct {
    size_t pair;
    double drop;
    size_t n_rows;
} Asking;

static int compare_asking(const void *a, const void *b)
{
    const Asking *first = a, *second = b;
    return (first->pair > second->pair) - (first->pair < second->pair);
}

typedef struct {
    Verdicts verdicts;
    double rows_wanted;
    size_t n_asking, n_never;
    GArray *asking; // of exact_match
} Wants;

static void
look_at_wants(void *data, size_t pair, const Scores scores[2], const PsFindings *findings)
{
    Wants *wants = data;
    look_at_verdicts(&wants->verdicts, pair, scores, findings);
    for (size_t i = 0; i < gate_n_cases(findings); i++) {
        GateCase of = gate_case(findings, i);
        if (of.verdict != PS_VERDICT_UNDECIDED || score_of(of.metric) != SCORE_EXACT_MATCH)
            continue;
        double rows = gate_case_rows_wanted(&of);
        wants->n_asking++;
        wants->n_never += !(rows > 0 && rows <= ROWS_MOST);
        if (!(rows > 0 && rows <= ROWS_MOST)) continue;
        wants->rows_wanted += rows;
        const Asking asking = {pair, -of.change, (size_t)rows};
        g_array_append_val(wants->asking, asking);
    }
}

typedef struct {
    const TruthOptions *options;
    const GArray *asking;
    double margin;
    bool *is_decided; // [asking->len]
} Reruns;

// The same case with as many rows as it asked for, where what it had measured is true.
static void rerun(size_t i, void *data)
{
    const Reruns *reruns = data;
    const Asking *asking = &g_array_index(reruns->asking, Asking, i);
    Design *design = design_new(asking->n_rows, ROWS_PER_SOURCE, 0, 1);
    const Truth truth = {.noise = usual_noise, .value = 0.8, .drop = asking->drop};
    g_autofree char *folder = g_strdup_printf("%s/rerun-%zu", reruns->options->folder, i);
    g_mkdir(folder, 0700);
    const TruthOptions options = {.folder = folder};
    Setup *setup = margin_setup(design, &options, reruns->margin);
    PsRng rng;
    ps_rng_init(&rng, reruns->options->seed + 40, i);
    Scores scores[2];
    scores_init(&scores[0], design);
    scores_init(&scores[1], design);
    scores_draw(scores, design, &truth, &rng);
    g_autoptr(PsFindings) findings = setup_gate(setup, scores, i);
    for (size_t c = 0; c < gate_n_cases(findings); c++) {
        GateCase of = gate_case(findings, c);
        if (score_of(of.metric) == SCORE_EXACT_MATCH)
            reruns->is_decided[i] = of.verdict != PS_VERDICT_UNDECIDED;
    }
    scores_clear(&scores[0]);
    scores_clear(&scores[1]);
    setup_free(setup);
    g_rmdir(folder);
    design_free(design);
}

static size_t count_decided(const TruthOptions *options, const GArray *asking, double margin)
{
    g_autofree bool *is_decided = g_new0(bool, asking->len + 1);
    Reruns reruns = {options, asking, margin, is_decided};
    ps_parallel(asking->len, 0, rerun, &reruns);
    size_t n_decided = 0;
    for (size_t i = 0; i < asking->len; i++)
        n_decided += is_decided[i];
    return n_decided;
}

static void without_drop(Results *results, const TruthOptions *options, double margin)
{
    Design *design = design_new(N_ROWS, ROWS_PER_SOURCE, 0, 1);
    Setup *setup = margin_setup(design, options, margin);
    const Truth truth = {.noise = usual_noise, .value = 0.8};
    g_autoptr(GArray) asking = g_array_new(false, false, sizeof(Asking));
    Wants wants = {.asking = asking};
    const Pairs pairs = {.setup = setup,
                         .truth = &truth,
                         .margin = margin,
                         .seed = options->seed + 50 + (uint64_t)(100 * margin),
                         .n_pairs = options->n_pairs / 4,
                         .look = look_at_wants,
                         .data = &wants};
    size_t n = pairs_run(&pairs).n_pairs;
    g_autofree char *where =
        g_strdup_printf("%d rows, no drop, margin %g points", N_ROWS, 100 * margin);
    for (int s = 0; s < N_SCORES; s++) {
        g_autofree char *passes = g_strdup_printf("%s, %s: passes", where, score_names[s]);
        g_autofree char *fails = g_strdup_printf("%s, %s: fails", where, score_names[s]);
        results_share(results, passes, wants.verdicts.n_passed[s], n, no_demand);
        results_share(results, fails, wants.verdicts.n_failed[s], n, at_most(0.05));
    }
    g_autofree char *mean =
        g_strdup_printf("%s: mean number of rows that the others ask for", where);
    g_autofree char *many = g_strdup_printf(
        "%s: undecided that ask for more than %d, or for none", where, ROWS_MOST);
    g_autofree char *decided = g_strdup_printf("%s: decided with that many", where);
    results_share(results, many, wants.n_never, wants.n_asking, no_demand);
    results_value(results, mean, wants.rows_wanted / MAX(asking->len, 1), asking->len,
                  no_demand, false);
    g_array_sort(asking, compare_asking);
    g_array_set_size(asking, MIN(asking->len, MIN(ASKING_MOST, options->n_pairs / 10)));
    results_share(results, decided, count_decided(options, asking, margin), asking->len,
                  at_least(0.8));
    setup_free(setup);
    design_free(design);
}

void truth_margin(Results *results, const TruthOptions *options)
{
    results_section(results, "at_the_margin", "A drop of exactly the margin",
                    "Three metrics on all rows, in sources of 3. The second system is worse by "
                    "the margin: whatever passes passes wrongly.");
    for (size_t m = 0; m < G_N_ELEMENTS(margins); m++)
        at_the_margin(results, options, N_ROWS, 0.8, margins[m]);
    at_the_margin(results, options, N_ROWS, 0.95, 0.02);
    at_the_margin(results, options, 60, 0.8, 0.1);
    results_section(
        results, "no_drop", "No drop: does it pass, and how many rows would do",
        "The same for two systems that are equal, at 80 %. Undecided exact_match "
        "cases are run again with as many rows as they ask for, where what they "
        "measured is true: with a power of 80 % four of five must then be decided.");
    for (size_t m = 0; m < G_N_ELEMENTS(margins); m++)
        without_drop(results, options, margins[m]);
}

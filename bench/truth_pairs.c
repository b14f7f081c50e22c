#include "truth_pairs.h"

#include "harness/stats/distributions.h"
#include "harness/stats/parallel.h"

#include <math.h>
#include <string.h>

#define ALPHA 0.05

// ---- simple comparisons

// The keys of "attribute:a=3" along the rows, and which key it is; NULL for "all".
static const uint32_t *find_keys(const Design *design, const char *slice, uint32_t *key)
{
    static const char prefix[] = "attribute:";
    if (!g_str_has_prefix(slice, prefix)) return NULL;
    const char *name = slice + strlen(prefix);
    *key = (uint32_t)g_ascii_strtoull(name + 2, NULL, 10);
    return design->keys + (size_t)(*name - 'a') * design->n_rows;
}

SimpleComparison
compare_simply(const Design *design, const Scores scores[2], int score, const char *slice)
{
    uint32_t key = 0;
    const uint32_t *keys = find_keys(design, slice, &key);
    double n = 0, means[2], variances[2], sign = score == SCORE_WER ? 1 : -1;
    for (int run = 0; run < 2; run++) {
        double sum = 0, squares = 0, top = 0, bottom = 0;
        n = 0;
        for (size_t row = 0; row < design->n_rows; row++) {
            if (keys != NULL && keys[row] != key) continue;
            const double *stats = scores[run].stats[score] + 2 * row;
            double value = stats[0] / stats[1];
            n++;
            sum += value;
            squares += value * value;
            top += stats[0];
            bottom += stats[1];
        }
        means[run] = top / bottom;
        variances[run] = (squares - sum * sum / n) / (n - 1);
    }
    double drop = sign * (means[1] - means[0]);
    double error = sqrt((variances[0] + variances[1]) / n);
    return (SimpleComparison){drop, error > 0 ? ps_t_cdf(-drop / error, 2 * n - 2) : 1};
}

// ---- counting

typedef struct {
    const Pairs *pairs;
    GMutex mutex;
    Counts counts;
} Running;

static int score_of(const char *metric)
{
    for (int s = 0; s < N_SCORES; s++)
        if (strcmp(score_names[s], metric) == 0) return s;
    return -1;
}

static void count_pair(Counts *counts,
                       const Pairs *pairs,
                       const Scores scores[2],
                       const PsFindings *findings)
{
    bool is_alarm = false, is_lower = false, is_by_margin = false, is_unpaired = false;
    for (size_t i = 0; i < gate_n_cases(findings); i++) {
        GateCase of = gate_case(findings, i);
        counts->n_of[of.verdict]++;
        is_alarm = is_alarm || of.p_adjusted <= ALPHA;
        int score = score_of(of.metric);
        if (score < 0) continue;
        SimpleComparison simple = compare_simply(pairs->setup->design, scores, score, of.slice);
        is_lower = is_lower || simple.drop > 0;
        is_by_margin = is_by_margin || simple.drop >= pairs->margin;
        is_unpaired = is_unpaired || simple.p <= ALPHA;
    }
    counts->n_pairs++;
    counts->n_cases += gate_n_cases(findings);
    counts->n_overall[findings->verdict]++;
    counts->n_alarms += is_alarm;
    counts->n_fails += findings->verdict == PS_VERDICT_FAIL;
    counts->n_lower += is_lower;
    counts->n_by_margin += is_by_margin;
    counts->n_unpaired += is_unpaired;
}

static void run_pair(size_t i, void *data)
{
    Running *running = data;
    const Pairs *pairs = running->pairs;
    PsRng rng;
    ps_rng_init(&rng, pairs->seed, i);
    Scores scores[2];
    scores_init(&scores[0], pairs->setup->design);
    scores_init(&scores[1], pairs->setup->design);
    scores_draw(scores, pairs->setup->design, pairs->truth, &rng);
    g_autoptr(PsFindings) findings = setup_gate(pairs->setup, scores, i);
    Counts counts = {0};
    count_pair(&counts, pairs, scores, findings);
    g_mutex_lock(&running->mutex);
    size_t all[sizeof counts / sizeof(size_t)], one[G_N_ELEMENTS(all)];
    memcpy(all, &running->counts, sizeof all);
    memcpy(one, &counts, sizeof one);
    for (size_t c = 0; c < G_N_ELEMENTS(all); c++)
        all[c] += one[c];
    memcpy(&running->counts, all, sizeof all);
    if (pairs->look != NULL) pairs->look(pairs->data, i, scores, findings);
    g_mutex_unlock(&running->mutex);
    scores_clear(&scores[0]);
    scores_clear(&scores[1]);
}

Counts pairs_run(const Pairs *pairs)
{
    Running running = {.pairs = pairs};
    g_mutex_init(&running.mutex);
    ps_parallel(pairs->n_pairs, 0, run_pair, &running);
    g_mutex_clear(&running.mutex);
    return running.counts;
}

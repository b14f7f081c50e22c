#include "truth_data.h"

#include "harness/stats/distributions.h"

#include <glib.h>
#include <math.h>

#define SEED 1u // of the design: keys of rows and sources
#define WORDS_LEAST 3
#define WORDS_MOST 12
#define LATENCY_NS 2e8
#define LATENCY_SPREAD 0.5 // of the logarithm

const char *const score_names[N_SCORES] = {"exact_match", "token_f1", "wer"};

const Noise usual_noise = {.source = 0.15, .row = 0.15, .run_source = 0.4, .run_row = 0.1};

// ---- design

Design *design_new(size_t n_rows, size_t rows_per_source, size_t n_attributes, size_t n_keys)
{
    Design *design = g_new0(Design, 1);
    *design = (Design){.n_rows = n_rows,
                       .n_attributes = n_attributes,
                       .n_keys = n_keys,
                       .sources = g_new(uint32_t, n_rows),
                       .keys = g_new(uint32_t, n_attributes * n_rows + 1)};
    PsRng rng;
    ps_rng_init(&rng, SEED, n_rows);
    for (size_t row = 0; row < n_rows; row++) {
        design->sources[row] = (uint32_t)(row / rows_per_source);
        for (size_t a = 0; a < n_attributes; a++) {
            // Keys of sources go round, so that their slices are of one size.
            bool is_of_source = a % 2 == 0;
            uint64_t turn = design->sources[row] / (a == 0 ? 1 : n_keys);
            design->keys[a * n_rows + row] =
                (uint32_t)(is_of_source ? turn % n_keys : ps_rng_below(&rng, n_keys));
        }
    }
    return design;
}

void design_free(Design *design)
{
    if (design == NULL) return;
    g_free(design->sources);
    g_free(design->keys);
    g_free(design);
}

// ---- scores

void scores_init(Scores *scores, const Design *design)
{
    for (int s = 0; s < N_SCORES; s++)
        scores->stats[s] = g_new0(double, 2 * design->n_rows);
    scores->latencies_ns = g_new0(double, design->n_rows);
}

void scores_clear(Scores *scores)
{
    for (int s = 0; s < N_SCORES; s++)
        g_free(scores->stats[s]);
    g_free(scores->latencies_ns);
}

// What rows have in common, as standard normal variates: one set for quality, one for latency.
typedef struct {
    double source, row, run_source[2], run_row[2];
} Common;

static void draw_source(Common *common, PsRng *rng)
{
    common->source = ps_rng_normal(rng);
    common->run_source[0] = ps_rng_normal(rng);
    common->run_source[1] = ps_rng_normal(rng);
}

static void draw_row(Common *common, PsRng *rng)
{
    common->row = ps_rng_normal(rng);
    common->run_row[0] = ps_rng_normal(rng);
    common->run_row[1] = ps_rng_normal(rng);
}

static double mix(const Common *common, const Noise *noise, int run)
{
    return sqrt(noise->source) * common->source + sqrt(noise->row) * common->row
           + sqrt(noise->run_source) * common->run_source[run]
           + sqrt(noise->run_row) * common->run_row[run];
}

static double rest(const Noise *noise)
{
    return 1 - noise->source - noise->row - noise->run_source - noise->run_row;
}

static int count_right(PsRng *rng, int n, double p)
{
    int n_right = 0;
    for (int i = 0; i < n; i++)
        n_right += ps_rng_uniform(rng) < p;
    return n_right;
}

static void set_row(Scores *scores, size_t row, int n_words, double p, PsRng *rng)
{
    const double numerators[] = {
        [SCORE_EXACT_MATCH] = count_right(rng, 1, p),
        [SCORE_TOKEN_F1] = (double)count_right(rng, n_words, p) / n_words,
        [SCORE_WER] = count_right(rng, n_words, 1 - p),
    };
    for (int s = 0; s < N_SCORES; s++) {
        scores->stats[s][2 * row] = numerators[s];
        scores->stats[s][2 * row + 1] = s == SCORE_WER ? n_words : 1;
    }
}

void scores_draw(Scores scores[2], const Design *design, const Truth *truth, PsRng *rng)
{
    const Noise *noise = &truth->noise;
    double spread = sqrt(rest(noise)), common_spread = sqrt(1 - rest(noise));
    double usual = ps_normal_quantile(truth->value);
    double dropped = ps_normal_quantile(truth->value - truth->drop);
    Common quality, speed;
    for (size_t row = 0; row < design->n_rows; row++) {
        if (row == 0 || design->sources[row] != design->sources[row - 1])
            draw_source(&quality, rng), draw_source(&speed, rng);
        draw_row(&quality, rng);
        draw_row(&speed, rng);
        int n_words = WORDS_LEAST + (int)ps_rng_below(rng, WORDS_MOST - WORDS_LEAST + 1);
        bool is_hit = !truth->is_in_slice || design->keys[row] == 0;
        for (int run = 0; run < 2; run++) {
            double mean = run == 1 && is_hit ? dropped : usual;
            double p = ps_normal_cdf((mean + mix(&quality, noise, run)) / spread);
            set_row(&scores[run], row, n_words, p, rng);
            double latency_ns =
                LATENCY_NS * exp(LATENCY_SPREAD * mix(&speed, noise, run) / common_spread);
            scores[run].latencies_ns[row] =
                floor(latency_ns * (run == 1 ? 1 + truth->slower : 1));
        }
    }
}

PsRows scores_rows(const Scores *scores, const Design *design, int score)
{
    return (PsRows){
        .n_rows = design->n_rows, .stats = scores->stats[score], .clusters = design->sources};
}

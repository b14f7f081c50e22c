// Generated data: rows that share sources and carry keys to slice by, and what two systems
// whose true quality is known score on them.
#pragma once

#include "harness/estimate.h"
#include "harness/rng.h"

// Which rows there are: the same for every pair of runs.
typedef struct {
    size_t n_rows, n_attributes, n_keys;
    uint32_t *sources; // [n_rows] ascending
    uint32_t *keys;    // [n_attributes, n_rows] below n_keys
} Design;

// Rows come in sources of rows_per_source. Even attributes belong to the source, odd ones to
// the row.
Design *design_new(size_t n_rows, size_t rows_per_source, size_t n_attributes, size_t n_keys);
void design_free(Design *design);

enum { SCORE_EXACT_MATCH, SCORE_TOKEN_F1, SCORE_WER, N_SCORES };
extern const char *const score_names[N_SCORES]; // as in the registry

// A row is right, or its words are, where a normal variate is below the quantile of the true
// value. These shares of its variance are common to …
typedef struct {
    double source;     // the rows of a source, in both runs: what is hard is hard for both
    double row;        // the two runs of a row
    double run_source; // the rows of a source in one run: why rows are not independent
    double run_row;    // the words of a row in one run
} Noise;

extern const Noise usual_noise;

// What is true of the two systems.
typedef struct {
    Noise noise;
    double value;     // accuracy, mean score, and 1 - WER of the first on every row
    double drop;      // by how much the second is worse …
    double slower;    // by which share its latencies are longer
    bool is_in_slice; // … everywhere, or on the rows whose attribute 0 has the key 0
} Truth;

// What one run scored: numerators and denominators of each metric, and a latency.
typedef struct {
    double *stats[N_SCORES]; // [n_rows, 2]
    double *latencies_ns;    // [n_rows]
} Scores;

void scores_init(Scores *scores, const Design *design);
void scores_clear(Scores *scores);

// The same generator, the same scores.
void scores_draw(Scores scores[2], const Design *design, const Truth *truth, PsRng *rng);

PsRows scores_rows(const Scores *scores, const Design *design, int score);

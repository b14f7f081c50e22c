// The rows of an ablation beside the clean rows of the same samples and epochs. Internal to
// modality.
#pragma once

#include "harness/rows.h"

typedef struct {
    size_t n_pairs;
    uint32_t *clean, *changed; // [n_pairs] rows of the table, ordered by source
    uint32_t *clusters;        // [n_pairs] ascending
    uint32_t *all;             // [n_pairs] 0, 1, 2 …
} PsModalityPairs;

// table must be in the order of its items.
PsModalityPairs ps_modality_pairs(const PsTaskRows *table, uint32_t condition, int epochs);
void ps_modality_pairs_clear(PsModalityPairs *pairs);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsModalityPairs, ps_modality_pairs_clear)

// The values of column at rows[pairs->n_pairs], in that order. To be cleared.
PsStatColumn ps_modality_column(const PsStatColumn *column,
                                const PsModalityPairs *pairs,
                                const uint32_t *rows);
// A column of shares of pairs; value[n_pairs]: NAN where it is not defined. To be cleared.
PsStatColumn ps_modality_shares(const double *values, size_t n_pairs);
void ps_modality_column_clear(PsStatColumn *column);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsStatColumn, ps_modality_column_clear)

// The estimate of the rows of column that have a value.
PsEstimate
ps_modality_estimate(const PsStatColumn *column, const uint32_t *clusters, size_t n_rows);

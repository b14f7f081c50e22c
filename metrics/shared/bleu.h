// BLEU, of mjpost/sacrebleu (metrics/bleu.py, tokenizers/tokenizer_13a.py), and the scorer of
// caption benchmarks (pycocoevalcap bleu/bleu_scorer.py), which is not comparable with it.
//
// 1. An n-gram of the answer is right as often as it occurs in the one reference that has it
//    most often. Right and all n-grams are summed over the corpus, for n = 1 … 4.
// 2. The length of the reference is that of the one closest to the answer's, of two the
// shorter;
//    summed too. A corpus of answers that is shorter than its references is multiplied by
//    exp(1 - references / answers); without any word it is 0.
// 3. The value is the geometric mean of the four precisions. If nothing is right it is 0; if an
//    order has no n-gram at all, the orders from there on have a precision of 0 (or, with the
//    effective order, do not count).
// 4. An order in which nothing is right has a precision of 1 / (2^j · all), if it is the j-th
//    such (exponential smoothing); or as the smoothing asks.
// 5. Of captions: every precision is (right + 1e-15) / (all + 1e-9), no smoothing.
#pragma once

#include "metrics/shared/ngrams.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

// A row's statistics: right [4], all [4], words of the answer, words of the reference.
#define PS_BLEU_STATS (2 * PS_NGRAMS_ORDERS + 2)

typedef enum {
    PS_BLEU_NO_SMOOTHING,
    PS_BLEU_FLOOR, // amount / all
    PS_BLEU_ADD_K, // amount more right and more in all, but of words
    PS_BLEU_EXP,
} PsBleuSmoothing;

typedef struct {
    PsBleuSmoothing smoothing;
    double amount;
    bool has_effective_order;
    int n_orders;
} PsBleuOptions;

extern const PsBleuOptions ps_bleu_default; // rule 4, four orders

// The text as tokenizer 13a leaves it: words with single spaces. The caller's.
char *ps_bleu_tokenize_13a(const char *text);

// Adds rules 1 and 2 of one answer to stats [PS_BLEU_STATS]; n_references ≥ 1.
void ps_bleu_add(const PsNgrams *answer,
                 PsNgrams *const *references,
                 size_t n_references,
                 double *stats);

// Rules 2 to 4: 0 to 1. precisions [n_orders] may be NULL.
double ps_bleu_value(const double *stats, const PsBleuOptions *options, double *precisions);

// Rules 1 and 2 of an answer as it came, tokenised by 13a; false without references.
bool ps_bleu_score(const char *answer,
                   char *const *references,
                   size_t n_references,
                   double *stats);

// PsMetric.of_sums with the default options, and of rule 5.
double ps_bleu_of_sums(const double *sums, double *gradient);
double ps_bleu_coco_of_sums(const double *sums, double *gradient);

// Rule 5 with n = 1 … 4: values [4].
void ps_bleu_coco_values(const double *sums, double *values);

// Vector cases (PsMetric.compute).
cJSON *ps_bleu_compute(const cJSON *input, const cJSON *expected);
cJSON *ps_bleu_tokenize_compute(const cJSON *input, const cJSON *expected);

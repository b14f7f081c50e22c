// CIDEr-D, of pycocoevalcap (cider/cider_scorer.py), of text that is tokenised already.
//
// 1. An n-gram (n = 1 … 4) weighs its count times ln(samples) - ln(max(1, samples whose
// references
//    have it)): what is said of every picture says nothing of one.
// 2. For each n: the sum over the answer's n-grams of min(answer's, reference's weight) times
// the
//    reference's weight, divided by both norms (0 where one is 0).
// 3. Times exp(-d² / 72), d the difference of the numbers of bigrams.
// 4. Mean over n, mean over references, times 10. Mean over the answers.
#pragma once

#include "metrics/shared/ngrams.h"

#include "harness/metric.h"

// In how many samples' references each n-gram occurs.
typedef struct PsCider PsCider;

PsCider *ps_cider_new(void);
void ps_cider_free(PsCider *cider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsCider, ps_cider_free)

// Adds the references of one sample. PS_ERROR_DATA beyond PS_CIDER_MOST different n-grams,
// which take about 400 MB.
bool ps_cider_add(PsCider *cider, char *const *references, size_t n, GError **error);
#define PS_CIDER_MOST (1u << 24)

// Rules 1 to 4 of one answer, 0 to 10; n ≥ 1.
double
ps_cider_value(const PsCider *cider, const char *answer, char *const *references, size_t n);

// Vector cases (PsMetric.compute).
cJSON *ps_cider_compute(const cJSON *input, const cJSON *expected);

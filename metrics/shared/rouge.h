// ROUGE (Lin 2004): overlap of the words of an answer with those of a reference. Source:
// google-research rouge/rouge_scorer.py, tokenize.py. Numbered rules:
//
// 1. lower case; every run of anything but a-z and 0-9 parts words, so "café" is "caf", and
//    text in other scripts has no words; with the stemmer, words longer than 3 are stemmed
//    (porter.h);
// 2. ROUGE-L: precision = L / words of the answer, recall = L / words of the reference, L being
//    their longest common subsequence; F = 2 P R / (P + R); all 0 if either side has no word;
// 3. ROUGE-Lsum: lines are sentences; of each sentence of the reference the words count that
//    are in its longest common subsequence with any sentence of the answer, each as often as it
//    stands in both texts at most;
// 4. ROUGE-1 and ROUGE-2: words, and pairs of neighbours, counted as multisets.
//
// The variant of pycocoevalcap (rouge/rouge.py): words are what single spaces part, as they
// are, so an empty text is one empty word; F = (1 + 1.2²) P R / (R + 1.2² P), with the largest
// P and the largest R over the references, which may be of two of them.
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

typedef struct {
    double precision, recall, f;
} PsRouge;

// Rule 2, without the stemmer.
PsRouge ps_rouge_l(const char *answer, const char *reference);

// F of pycocoevalcap; n_references ≥ 1.
double ps_rouge_l_coco(const char *answer, char *const *references, size_t n_references);

// PsMetric.compute of the vector files rouge_l: {target, prediction, stemmer}, and
// rouge_l_coco: {candidate, references}.
cJSON *ps_rouge_l_compute(const cJSON *input, const cJSON *expected);
cJSON *ps_rouge_l_coco_compute(const cJSON *input, const cJSON *expected);

// Yes or no: what an answer to a question about presence says, against the truth, and the
// counts behind accuracy, precision, recall and F1. Source: RUCAIBox/POPE evaluate.py. Numbered
// rules:
//
// 1. an answer is cut at its first ".", commas are deleted, the rest is split at single spaces;
//    it says no if one of the pieces is exactly "No", "no" or "not", and yes otherwise: "NO",
//    "nothing", "isn't" and an empty answer say yes;
// 2. a reference is "no" in any case, or says yes;
// 3. yes is the positive class; precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP
//    / (2 TP + FP + FN);
// 4. the yes ratio is the share of answers that say yes;
// 5. precision where no answer says yes, and recall where no reference does, are not defined
//    (the script divides by zero there, and in F1 where TP = 0, which is 0 here).
//
// The variant lmms_eval (tasks/pope/utils.py) wants the whole answer to be yes or no; other
// answers are wrong, but are missing from precision and recall; its yes ratio is that of the
// truth.
#pragma once

#include "harness/metric.h"

// What one answer says, against the truth. Which answer is the positive class is the caller's.
typedef struct {
    bool is_positive;   // the truth is the positive class
    bool says_positive; // the answer is
    bool is_right;
} PsYesNo;

// Rule 1.
bool ps_pope_says_no(const char *answer);

// Rules 1 to 3 for one response; false without a reference.
bool ps_pope_judge(const PsSample *sample, const PsResponse *response, PsYesNo *verdict);

// The sums of a verdict: stats becomes {numerator, denominator}. Rows that precision or F1 do
// not look at are {0, 0}, so that two systems are compared on the same rows. Recall is false
// where the truth is not the positive class.
bool ps_yes_no_accuracy(PsYesNo verdict, double *stats);
bool ps_yes_no_precision(PsYesNo verdict, double *stats);
bool ps_yes_no_recall(PsYesNo verdict, double *stats);
bool ps_yes_no_f1(PsYesNo verdict, double *stats);

// The sums of many verdicts.
typedef struct {
    double n, n_right, n_positive, n_says_positive, n_true_positive;
} PsYesNoCounts;

void ps_yes_no_count(PsYesNoCounts *counts, PsYesNo verdict);

// PsMetric.compute of the vector file pope: {answers, labels}.
cJSON *ps_pope_compute(const cJSON *input, const cJSON *expected);

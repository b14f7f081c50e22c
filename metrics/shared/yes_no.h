// Yes or no: what an answer to a question about presence says, against the truth, and the
// counts behind accuracy, precision, recall and F1. Source: RUCAIBox/POPE evaluate.py. Numbered
// rules:
//
// 1. an answer is cut at its first ".", commas are deleted, the rest is split at single spaces;
//    it says no if one of the pieces is exactly "No", "no" or "not", and yes otherwise: "NO",
//    "nothing", "isn't" and an empty answer say yes;
// 2. a reference is "no" in any case, or says yes;
// 3. yes is the positive class; precision = TP / (TP + FP), recall = TP / (TP + FN),
//    F1 = 2 TP / (2 TP + FP + FN);
// 4. the yes ratio is the share of answers that say yes;
// 5. precision where no answer says yes, and recall where no reference does, are not defined
// (the
//    script divides by zero there, and in F1 where TP = 0, which is 0 here).
//
// The variant lmms_eval (tasks/pope/utils.py) wants the whole answer to be yes or no; other
// answers are wrong, but are missing from precision and recall; its yes ratio is that of the
// truth.
#pragma once

#include "harness/metric.h"

typedef enum {
    PS_YES_NO_NONE, // no reference
    PS_TRUE_POSITIVE,
    PS_FALSE_POSITIVE,
    PS_TRUE_NEGATIVE,
    PS_FALSE_NEGATIVE,
} PsYesNo;

// Rule 1.
bool ps_pope_says_no(const char *answer);

// Rules 1 to 3 for one response.
PsYesNo ps_pope_judge(const PsSample *sample, const PsResponse *response);

// Rules 3 to 5: the sums of a verdict. stats becomes {numerator, denominator}; rows that
// precision or F1 do not look at are {0, 0}, so that two systems are compared on the same rows.
// False where the row does not count whatever is answered.
bool ps_yes_no_accuracy(PsYesNo verdict, double *stats);
bool ps_yes_no_precision(PsYesNo verdict, double *stats);
bool ps_yes_no_recall(PsYesNo verdict, double *stats);
bool ps_yes_no_f1(PsYesNo verdict, double *stats);

// PsMetric.compute of the vector file pope: {answers, labels}.
cJSON *ps_pope_compute(const cJSON *input, const cJSON *expected);

// AMBER, questions: yes-or-no answers, of which "No" is the positive class, since what is
// measured is whether the system sees that something is not there. Source:
// junyangwang0410/AMBER inference.py. Numbered rules:
//
// 1. an answer counts if it is exactly "Yes" or "No"; any other ("no", "No.") is wrong;
// 2. precision = right "No" / answered "No"; recall = right "No" / truths no;
// 3. the script adds 0.001 to every denominator, and rounds before it combines precision and
//    recall into F1; here F1 = 2 right "No" / (answered "No" + truths no).
//
// AMBER, descriptions: a description is its nouns. Numbered on:
//
// 4. a noun counts if it is a word of the vocabulary; words that are always safe are passed
//    over;
// 5. a noun that is in the truth, or is an associate of a word there, covers that word; the
//    first match in the order associates of word 1, 2, …, then the words themselves;
// 6. any other noun hits the first target of hallucination that equals it or is similar (above
//    0.8), or whose associate is; if it is similar to a word of the truth or an associate it
//    covers that word; else it is hallucinated;
// 7. CHAIR = hallucinated / nouns, Cover = covered / words of the truth, Hal = descriptions
//    with a hallucinated noun / descriptions, Cog = targets hit / targets.
//
// The metrics of descriptions are those of metrics/shared/items.h; rules 4 to 7, with their
// similarities, are in the vectors only.
#pragma once

#include "metrics/shared/yes_no.h"

// Rule 1.
PsYesNo ps_amber_verdict(const char *answer, bool is_no);

// Rule 1 for one response; false without a reference.
bool ps_amber_judge(const PsSample *sample, const PsResponse *response, PsYesNo *verdict);

// PsMetric.compute of the vector file amber.
cJSON *ps_amber_compute(const cJSON *input, const cJSON *expected);

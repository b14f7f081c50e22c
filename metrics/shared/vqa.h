// VQA accuracy and the normalisation of its answers. Source: GT-Vision-Lab/VQA
// PythonEvaluationTools/vqaEvaluation/vqaEval.py, processPunctuation, processDigitArticle,
// evaluate (Antol et al. 2015, arXiv 1505.00468). Numbered rules:
//
// 1. new lines and tabs become spaces; the text is stripped;
// 2. each of ; / [ ] " { } ( ) = + \ _ - > < @ ` , ? ! is deleted wherever it stands if it
//    stands next to a space anywhere, or if a comma stands between two digits anywhere; else it
//    becomes a space;
// 3. the first 32 full stops that no digit follows are deleted;
// 4. lower case; words are what white space parts; none, zero … ten become digits; a, an, the
//    are dropped; contractions get their apostrophe ("dont" → "don't"); one space between
//    words;
// 5. an answer's accuracy is the mean over the people who answered of min(1, m / 3), m being
// how
//    many of the *others* said the same; a single person agrees with nobody;
// 6. rules 2 to 4 are applied, to both sides, only if not all people gave one answer.
//
// TextVQA, VizWiz and OK-VQA (EvalAI's processor, as in lmms-eval
// _task_utils/vqa_eval_metric.py) first lower the case, delete , and ?, and put a space before
// 's; and they always apply 1 to 4.
#pragma once

#include "metrics/shared/code_points.h"

#include <cjson/cJSON.h>

typedef enum {
    PS_VQA_OFFICIAL,          // rule 6
    PS_VQA_ALWAYS_NORMALISED, // without rule 6
    PS_VQA_EVALAI,            // without rule 6, and with what EvalAI does first
} PsVqaVariant;

// Rule 5. 0 to 1; n_references ≥ 1, one for each person.
double ps_vqa_accuracy(PsVqaVariant variant,
                       const char *answer,
                       char *const *references,
                       size_t n_references);

// PsMetric.compute of the vector files vqa_accuracy: {prediction, answers}, and vqa_normalize:
// {text}.
cJSON *ps_vqa_accuracy_compute(const cJSON *input, const cJSON *expected);
cJSON *ps_vqa_normalise_compute(const cJSON *input, const cJSON *expected);

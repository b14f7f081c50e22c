// CHAIR: objects of the eighty kinds of COCO that a caption mentions though they are not in the
// picture. Source: LisaAnne/Hallucination utils/chair.py (Rohrbach et al. 2018, arXiv
// 1809.02156). Numbered rules:
//
// 1. a caption is split into words, each in the singular (english_words.h);
// 2. two neighbouring words that name one thing are one word ("hot dog", "teddy bear"), or
//    stand for one ("baby bird" is bird, "passenger train" is train, "toilet seat" is toilet,
//    "bow tie" is tie; "train track" and "home plate" are no object);
// 3. "seat" is dropped where "toilet" is mentioned;
// 4. words that name a kind (coco_objects.h) are mentions, as often as they stand there,
//    negated or not;
// 5. in the picture are the objects that the sample states, and those that its reference
//    captions mention;
// 6. CHAIRi = mentions of what is not there / all mentions, summed over the captions; not
//    defined where nothing is mentioned; CHAIRs = captions with such a mention / all captions;
// 7. recall = kinds in the picture that are mentioned / kinds in the picture, summed likewise
//    (lmms-eval coco_cap_chair).
//
// A sample states its objects as attribute "objects", names separated by commas or slashes;
// names of other things are not looked at. Its references are captions. Without the attribute
// the metric is not defined; an empty one says that none of the eighty kinds is there.
#pragma once

#include "harness/metric.h"

typedef struct {
    size_t n_mentions, n_hallucinated; // rule 6
    size_t n_objects, n_covered;       // rule 7
} PsChairCounts;

// Rules 1 to 7 for one response; false without the attribute.
bool ps_chair_count(const PsSample *sample, const PsResponse *response, PsChairCounts *counts);

// PsMetric.compute of the vector file chair: {images, captions, gt_nodes}.
cJSON *ps_chair_compute(const cJSON *input, const cJSON *expected);

// Items: what an answer mentions of the things that a set of samples knows, and which of them
// are really in the sample. After AMBER's descriptions (junyangwang0410/AMBER inference.py),
// without its word vectors: what is not a word of an item is no mention. Numbered rules:
//
// 1. a sample states its items as attributes: "objects", what is in it; "likely_items", what a
//    system is likely to add (AMBER's targets of hallucination); "known_items", what else the
//    set knows. Items are separated by ",", the words for one item by "/": "dog/puppy, hot
//    dog";
// 2. a word that stands for several items stands for the first: objects, then likely, then
//    known;
// 3. answer and words are split and put into the singular alike (english_words.h); the longest
//    item that begins at a word is a mention, and what it covers is looked at once;
// 4. a mention is grounded if its item is an object of the sample; mentions count as often as
//    they stand there, negated or not;
// 5. grounding = grounded / mentions; AMBER's CHAIR is the rest. Cover = objects mentioned /
//    objects; Hal = answers with a mention that is not grounded / answers; Cog = likely items
//    mentioned / likely items; each is summed over the answers;
// 6. without "objects" nothing is defined; where neither "likely_items" nor "known_items" is
//    stated, every mention would be grounded, and only Cover is defined.
#pragma once

#include "harness/metric.h"

typedef struct {
    bool has_vocabulary; // rule 6: the sample states likely or known items
    double n_mentions, n_grounded;
    double n_objects, n_covered;
    double n_likely, n_hit;
} PsItemCounts;

// Rules 1 to 6 for one response; false without "objects".
bool ps_items_count(const PsSample *sample, const PsResponse *response, PsItemCounts *counts);

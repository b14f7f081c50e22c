// Questions that the material cannot answer (what is asked about is not in the picture, say):
// does the system say that it does not know, and does it say so only then? Numbered rules:
//
// 1. a sample is unanswerable if its attribute "unanswerable" is true, 1 or yes;
// 2. an answer that is not an abstention was given as if sure; a refusal was not;
// 3. what timed out or failed tells nothing and does not count.
#pragma once

#include "harness/metric.h"

// Rule 1.
bool ps_sample_is_unanswerable(const PsSample *sample);

// Rule 3: whether the response tells anything.
bool ps_response_is_decision(const PsResponse *response);

// Answers a question about a sensor series by plain rules: which channel it names, and what it
// asks of it. Part of the rules of reference/modular.
#pragma once

#include "adapters/shared/reference_label.h"
#include "harness/series.h"

// Fills finding: how many rows, channels or missing values, how long, at which rate, and of a
// channel (the only one, or the one whose name stands in the question) the greatest, least,
// mean, first or last value, the range, or when the greatest or least was. False if no rule
// applies.
bool ps_reference_answer_series(const PsSeries *series,
                                const char *question,
                                PsFinding *finding);

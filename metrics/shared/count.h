// Counts: how many an answer says there are, against how many there are. There is no canonical
// script; the rules are those of lmms-eval, tasks/repcount, fsc147 and countbench utils.py.
// Numbered rules:
//
// 1. white space around a text is taken off, case is folded, commas are deleted ("1,000");
// 2. a text that is a number word, none or zero … twenty, is that number;
// 3. otherwise the first number in it counts, -?digits with an optional fraction (any Unicode
//    digits), rounded half to even: "5-6" is 5, "1e3" is 1, "2.5" is 2;
// 4. otherwise a number word with ASCII punctuation around it counts ("Three.");
// 5. a text with none of these states no count;
// 6. exact and off-by-one accuracy: an answer that states no count is wrong;
// 7. errors, and counts beyond the truth, are of the answers that state a count; how many do
//    not is a metric of its own (count_unparsed). lmms-eval puts the truth in place of the
//    error, into normalised means too;
// 8. the error is divided by truth + 0.1 where it is normalised (repcount).
//
// Rules 1 to 3 are repcount's, rule 4 is added; fsc147 has no number words (rules 1 and 3);
// countbench compares the texts of answer and truth after rules 1 (without the commas) and 2.
#pragma once

#include "harness/metric.h"
#include "metrics/shared/code_points.h"

#define PS_COUNT_NORMALISER 0.1 // rule 8

// Rules 1 to 5: the count that text states. False: none.
bool ps_count_read(const char *text, double *count);

typedef enum {
    PS_COUNT_PARSED,   // truth and answer are counts
    PS_COUNT_UNPARSED, // the answer states none
    PS_COUNT_NO_TRUTH, // no reference, or none that states a count
} PsCountState;

// Reads the answer and the first reference.
PsCountState
ps_count_of(const PsSample *sample, const PsResponse *response, double *count, double *truth);

// Fills stats with {measure(count, truth), 1}; false where there is no count (rule 7).
bool ps_count_score(const PsSample *sample,
                    const PsResponse *response,
                    double (*measure)(double count, double truth),
                    double *stats);

// Fills stats with {1 if |count - truth| ≤ most else 0, 1} (rule 6); false without a truth.
bool ps_count_score_within(const PsSample *sample,
                           const PsResponse *response,
                           double most,
                           double *stats);

// PsMetric.compute of the vector file counting: {prediction, target} → the three variants, or
// {predictions, targets}, numbers → mae, mse, rmse, exact, obo.
cJSON *ps_count_compute(const cJSON *input, const cJSON *expected);

// Temporal grounding: the span of time that an answer states, against the true one. Source:
// jiyanggao/TALL (Charades-STA) dataset.py calculate_IoU, with the clamp of lmms-eval
// tasks/charades_sta/utils.py iou. Numbered rules:
//
// 1. IoU = (least end - largest start) / (largest end - least start), not below 0; the
//    denominator is the hull, which is the union wherever the spans overlap; a hull of no
//    length gives 0;
// 2. R1@m is the share of samples with an IoU of at least m;
// 3. a time is H:MM:SS or M:SS (each with an optional fraction), or a plain decimal number of
//    seconds, not negative; a unit (s, sec, secs, second, seconds) may follow;
// 4. the span is the first two times with nothing but white space and one of - – — to and until
//    till , between them ("4 s to 8.5 s", "[4, 8.5]", "0:04 - 0:08"); if there are no such two,
//    the first two times of the answer;
// 5. a span that ends before it starts is turned round;
// 6. an answer with fewer than two times states no span: IoU 0, and it stays in the mean;
// 7. a reference is a span as in rules 3 to 5; of several the best counts.
//
// The variants in the vectors: TALL does not clamp (negative for spans apart, and an error for
// a hull of no length); lmms-eval reads spans by regular expressions of its own.
#pragma once

#include "harness/metric.h"

typedef struct {
    double start_s, end_s;
} PsTimeSpan;

// Rules 3 to 5: the span that text states. False: none.
bool ps_time_span_read(const char *text, PsTimeSpan *span);

// Rule 1. A span that ends before it starts is taken as it is.
double ps_time_span_iou(PsTimeSpan first, PsTimeSpan second);

// Rules 6 and 7: stats becomes {IoU, 1}; false without a reference that is a span.
bool ps_temporal_score(const PsSample *sample, const PsResponse *response, double *stats);

// Rule 2: stats becomes {1 if IoU ≥ least else 0, 1}.
bool ps_temporal_score_hit(const PsSample *sample,
                           const PsResponse *response,
                           double least,
                           double *stats);

// PsMetric.compute of the vector file temporal_iou: {gt, pred} (a span each, or lists of them)
// or {text}.
cJSON *ps_temporal_compute(const cJSON *input, const cJSON *expected);

// Average precision of boxes, of cocodataset/cocoapi (PythonAPI/pycocotools/cocoeval.py,
// common/maskApi.c).
//
// 1. Boxes are x, y, width, height, without "+ 1". The IoU with a crowd is the intersection
// over
//    the detection's area.
// 2. Of a picture and a category the 100 detections with the highest scores count (stable). At
// each
//    of the ten thresholds 0.50, 0.55 … 0.95, in the order of the scores, a detection takes the
//    true box with the largest IoU of at least the threshold that is free (a crowd always is);
//    of equal ones the later; one that is ignored only if no other is there.
// 3. Ignored are crowds, true boxes whose area (as annotated) is outside of the range, what is
//    matched with these, and unmatched detections whose own area is outside. Both bounds belong
//    to a range.
// 4. The detections of a category in all pictures are sorted by score (stable, in the order of
// the
//    pictures). Precision is made non-increasing from the right; AP is its mean at the first
//    recall of at least 0, 0.01 … 1, 0 where there is none. AR is the last recall.
// 5. AP is the mean over thresholds and over categories that have true boxes.
#pragma once

#include "harness/metric.h"

#define PS_DETECTION_THRESHOLDS 10
#define PS_DETECTION_MOST 100 // of a picture and category

typedef struct {
    uint64_t category;
    double box[4], area;
    double score;    // of a detection
    bool is_crowd;   // of a true box
    bool is_unnamed; // a true box that the official code takes for none once it is matched (its
                     // id is 0)
} PsBoxed;

double ps_detection_iou(const double *found, const double *truth, bool is_crowd);

// Rules 1 to 3 of one picture, as a record for rule 4. Areas from low to high.
GBytes *ps_detection_record(const PsBoxed *truths,
                            size_t n_truths,
                            const PsBoxed *found,
                            size_t n_found,
                            double area_low,
                            double area_high);

typedef struct {
    bool is_defined; // some category has true boxes
    double ap[PS_DETECTION_THRESHOLDS], ar[PS_DETECTION_THRESHOLDS]; // means over categories
} PsDetectionValues;

// Rules 4 and 5. weights: how often each record counts; NULL: once. most: detections of a
// picture and category that count, at most PS_DETECTION_MOST.
typedef struct PsDetectionPool PsDetectionPool;
PsDetectionPool *ps_detection_pool_new(GBytes *const *records, size_t n);
PsDetectionValues
ps_detection_pool_values(const PsDetectionPool *pool, const uint32_t *weights, size_t most);
void ps_detection_pool_free(PsDetectionPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsDetectionPool, ps_detection_pool_free)

double ps_detection_mean(const double *values); // over the thresholds

// ---- of samples and answers

// An answer is a JSON array of {"label", "box": [x, y, width, height], "score"}, from its first
// '[' to its last ']'; a score that is missing is 1. What is not understood counts as no
// detection. References are the same objects, one each, with "crowd": true and "area" where
// they are.
GBytes *ps_detection_record_of(const PsSample *sample, const PsResponse *response);
#define PS_DETECTION_ANSWER_MOST 10000 // detections that are read of an answer

// As PsMetric.score: the picture's own value at a threshold, or NAN for their mean, as stats[0]
// of 1.
bool ps_detection_score(const PsSample *sample,
                        const PsResponse *response,
                        double threshold,
                        double *stats);

// Vector cases (PsMetric.compute).
cJSON *ps_detection_compute(const cJSON *input, const cJSON *expected);

// COCO's average precision of boxes that overlap by half at least; the rules are in
// metrics/shared/detection.h.
#include "metrics/shared/detection.h"

#include <math.h>

static bool score(const PsSample *sample, const PsResponse *response, double *stats)
{
    return ps_detection_score(sample, response, 0.5, stats);
}

static void *create(GBytes *const *records, size_t n)
{
    return ps_detection_pool_new(records, n);
}

static double value(const void *pool, const uint32_t *weights)
{
    const PsDetectionValues values = ps_detection_pool_values(pool, weights, PS_DETECTION_MOST);
    return values.is_defined ? values.ap[0] : NAN;
}

static void destroy(void *pool)
{
    ps_detection_pool_free(pool);
}

static const PsPoolKind pool = {ps_detection_record_of, create, value, destroy};

const PsMetric ps_metric_detection_ap50 = {
    .name = "detection_ap50",
    .title = "Average precision at 0.5",
    .summary = "Mean precision over all recalls of boxes that overlap by half at least, over "
               "the categories of the slice.",
    .unit = "%",
    .unit_scale = 100,
    .source = "cocodataset/cocoapi PythonAPI/pycocotools/cocoeval.py",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_POOLED,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .pool = &pool,
    .score = score,
};

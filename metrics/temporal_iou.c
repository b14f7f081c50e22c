// Mean IoU of spans of time; the rules are in metrics/shared/temporal.h.
#include "harness/metric.h"
#include "metrics/shared/temporal.h"

const PsMetric ps_metric_temporal_iou = {
    .name = "temporal_iou",
    .title = "Temporal IoU",
    .summary = "Mean overlap of the stated span of time with the true one, as a share of what "
               "both cover.",
    .unit = "%",
    .unit_scale = 100,
    .source = "lmms-eval tasks/charades_sta utils.py, iou, after jiyanggao/TALL",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_UNIT,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
    .score = ps_temporal_score,
    .vectors = "temporal_iou",
    .compute = ps_temporal_compute,
};

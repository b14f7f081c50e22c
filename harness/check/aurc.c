// Risk and coverage: fd_shifts is IML-DKFZ/fd-shifts' RiskCoverageStats, step_mean
// daintlab/confidence-aware-learning's aurc_eaurc.
#include "harness/check/row.h"
#include "harness/stats/selective.h"

#include <math.h>
#include <string.h>

// Descending coverage, the last risk carried on to coverage 0.
static void curve_add(cJSON *result, const PsRiskCurve *curve)
{
    cJSON *object = cJSON_AddObjectToObject(result, "rc_curve");
    cJSON *coverage = cJSON_AddArrayToObject(object, "coverage");
    cJSON *risk = cJSON_AddArrayToObject(object, "risk");
    double last_risk = NAN;
    for (size_t i = curve->n_points; i-- > 0;) {
        const PsRiskPoint *point = &curve->points[i];
        const double share = (double)point->n_answered / (double)curve->n_rows;
        last_risk = point->n_errors / (double)point->n_answered;
        cJSON_AddItemToArray(coverage, cJSON_CreateNumber(share));
        cJSON_AddItemToArray(risk, cJSON_CreateNumber(last_risk));
    }
    cJSON_AddItemToArray(coverage, cJSON_CreateNumber(0));
    cJSON_AddItemToArray(risk, cJSON_CreateNumber(last_risk));
}

static void selective_add(cJSON *result, const char *key, PsSelective selective)
{
    cJSON *object = cJSON_AddObjectToObject(result, key);
    cJSON_AddNumberToObject(object, "coverage", selective.coverage);
    if (selective.n_answered > 0) {
        cJSON_AddNumberToObject(object, "accuracy", selective.accuracy);
    }
}

// The members whose names end in a number say at which coverage or threshold.
static void points_add(cJSON *result, const PsRiskCurve *curve, const cJSON *expected)
{
    static const char *const risk_at = "risk_at_coverage_", *const selective_at =
                                                                "selective_at_";
    const cJSON *member;
    cJSON_ArrayForEach(member, expected)
    {
        const char *key = member->string;
        if (g_str_has_prefix(key, risk_at)) {
            const double coverage = g_ascii_strtod(key + strlen(risk_at), NULL);
            cJSON_AddNumberToObject(result, key, ps_risk_curve_risk_at(curve, coverage));
        } else if (g_str_has_prefix(key, selective_at)) {
            const double threshold = g_ascii_strtod(key + strlen(selective_at), NULL);
            selective_add(result, key, ps_risk_curve_selective(curve, threshold));
        }
    }
}

// {confidence, correct}. With a NaN fd_shifts is NaN, and the others have no value.
static cJSON *aurc(const cJSON *input, const cJSON *expected)
{
    size_t n, n_correct;
    g_autofree double *confidence = ps_check_numbers(input, "confidence", &n);
    g_autofree double *correct = ps_check_numbers(input, "correct", &n_correct);
    if (!confidence || !correct || n != n_correct || n == 0) return NULL;
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, n);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "fd_shifts_aurc", curve ? ps_risk_curve_area(curve) : NAN);
    cJSON_AddNumberToObject(result, "fd_shifts_augrc",
                            curve ? ps_risk_curve_generalised_area(curve) : NAN);
    if (!curve) return result;
    cJSON_AddNumberToObject(result, "step_mean_aurc", ps_risk_curve_step_mean(curve));
    cJSON_AddNumberToObject(result, "step_mean_eaurc", ps_risk_curve_excess(curve));
    curve_add(result, curve);
    points_add(result, curve, expected);
    return result;
}

const PsCheckStatistic ps_check_statistic_aurc = {"aurc", aurc};

// The calibration errors: guo is _ECELoss of gpleiss/temperature_scaling.
#include "harness/check/row.h"
#include "harness/stats/calibration.h"

#include <math.h>

enum { MAX_BINS = 1000000 };

typedef struct {
    double *confidence, *correct; // [n]
    size_t n;
    PsReliabilityBin *bins; // [n_bins + 1]
    size_t n_bins;
} Calibration;

static void calibration_clear(Calibration *rows)
{
    g_free(rows->confidence);
    g_free(rows->correct);
    g_free(rows->bins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Calibration, calibration_clear)

static bool calibration_read(Calibration *rows, const cJSON *input)
{
    size_t n_correct;
    const double n_bins = ps_json_number(input, "n_bins", 15);
    rows->confidence = ps_check_numbers(input, "confidence", &rows->n);
    rows->correct = ps_check_numbers(input, "correct", &n_correct);
    if (!rows->confidence || !rows->correct || n_correct != rows->n) return false;
    if (!(n_bins >= 1 && n_bins <= MAX_BINS && n_bins == floor(n_bins))) return false;
    rows->n_bins = (size_t)n_bins;
    rows->bins = g_new(PsReliabilityBin, rows->n_bins + 1);
    return true;
}

static void guo_add(cJSON *result, const Calibration *rows)
{
    ps_reliability_bins(rows->confidence, rows->correct, rows->n, rows->bins, rows->n_bins);
    const PsCalibrationError error = ps_calibration_error(rows->bins, rows->n_bins, rows->n);
    cJSON_AddNumberToObject(result, "guo", error.expected);
    cJSON_AddNumberToObject(result, "guo_mce", error.maximum);
    cJSON *bins = cJSON_AddArrayToObject(result, "bins");
    for (size_t i = 0; i < rows->n_bins; i++) {
        if (rows->bins[i].n_rows == 0) continue;
        cJSON *bin = cJSON_CreateObject();
        cJSON_AddNumberToObject(bin, "bin", (double)i);
        cJSON_AddNumberToObject(bin, "count", (double)rows->bins[i].n_rows);
        cJSON_AddNumberToObject(bin, "conf", rows->bins[i].confidence);
        cJSON_AddNumberToObject(bin, "acc", rows->bins[i].accuracy);
        cJSON_AddItemToArray(bins, bin);
    }
}

// Neither of the two has a value where there are no rows, or one has no bin.
static void others_add(cJSON *result, const Calibration *rows)
{
    const size_t n_in_bins = ps_reliability_bins_left_closed(rows->confidence, rows->correct,
                                                             rows->n, rows->bins, rows->n_bins);
    if (rows->n == 0 || n_in_bins < rows->n) return;
    const PsCalibrationError error =
        ps_calibration_error(rows->bins, rows->n_bins + 1, rows->n);
    cJSON_AddNumberToObject(result, "torchmetrics", error.expected);
    cJSON_AddNumberToObject(result, "torchmetrics_max", error.maximum);
    cJSON_AddNumberToObject(result, "torchmetrics_l2", error.root_mean_square);
    const size_t n_bins = ps_reliability_bins_equal_mass(rows->confidence, rows->correct,
                                                         rows->n, rows->bins, rows->n_bins);
    cJSON_AddNumberToObject(result, "equal_mass",
                            ps_calibration_error(rows->bins, n_bins, rows->n).expected);
}

// {confidence, correct, n_bins}
static cJSON *ece(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    g_auto(Calibration) rows = {0};
    if (!calibration_read(&rows, input)) return NULL;
    cJSON *result = cJSON_CreateObject();
    guo_add(result, &rows);
    others_add(result, &rows);
    return result;
}

const PsCheckStatistic ps_check_statistic_ece = {"ece", ece};

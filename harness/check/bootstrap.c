// Bootstrap intervals of a mean, as scipy's bootstrap has them. Means are sums from the first
// value to the last, divided by n: whether a replicate ties with the estimate hangs on the last
// bit.
#include "harness/stats/bootstrap.h"

#include "harness/check/row.h"
#include "harness/rng.h"
#include "harness/stats/means.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"

#include <math.h>
#include <string.h>

enum { MAX_REPLICATES = 1 << 20, DEFAULT_DRAWS = 100000 };

typedef struct {
    size_t n, n_replicates;
    double *data;       // [n]
    double *jackknife;  // [n]
    double *replicates; // [n_replicates], ascending
    double estimate;
} Resampled;

static void resampled_clear(Resampled *resampled)
{
    g_free(resampled->data);
    g_free(resampled->jackknife);
    g_free(resampled->replicates);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resampled, resampled_clear)

// The mean of all but one of the values; leave_out = n leaves out none.
static double mean_without(const double *values, size_t n, size_t leave_out)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (i != leave_out) sum += values[i];
    }
    return sum / (double)(n - (leave_out < n));
}

static bool replicates_from_indices(Resampled *resampled, const cJSON *rows)
{
    const cJSON *row, *item;
    resampled->n_replicates = 0;
    resampled->replicates = g_new(double, (size_t)cJSON_GetArraySize(rows) + 1);
    cJSON_ArrayForEach(row, rows)
    {
        double sum = 0;
        const size_t n_indices = (size_t)cJSON_GetArraySize(row);
        cJSON_ArrayForEach(item, row)
        {
            const double index = cJSON_IsNumber(item) ? item->valuedouble : -1;
            if (!(index >= 0 && index < (double)resampled->n)) return false;
            sum += resampled->data[(size_t)index];
        }
        resampled->replicates[resampled->n_replicates++] = sum / (double)n_indices;
    }
    return true;
}

// All n^n resamples: counts up in base n.
static bool replicates_exhaustive(Resampled *resampled)
{
    const size_t n = resampled->n;
    if (pow((double)n, (double)n) > MAX_REPLICATES) return false;
    resampled->n_replicates = (size_t)llround(pow((double)n, (double)n));
    resampled->replicates = g_new(double, resampled->n_replicates);
    for (size_t i = 0; i < resampled->n_replicates; i++) {
        double sum = 0;
        size_t digits = i;
        for (size_t k = 0; k < n; k++, digits /= n)
            sum += resampled->data[digits % n];
        resampled->replicates[i] = sum / (double)n;
    }
    return true;
}

static bool replicates_drawn(Resampled *resampled, double n_draws)
{
    if (!(n_draws >= 1 && n_draws <= MAX_REPLICATES)) return false;
    resampled->n_replicates = (size_t)n_draws;
    resampled->replicates = g_new(double, resampled->n_replicates);
    PsRng rng;
    ps_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < resampled->n_replicates; i++) {
        double sum = 0;
        for (size_t k = 0; k < resampled->n; k++)
            sum += resampled->data[ps_rng_below(&rng, resampled->n)];
        resampled->replicates[i] = sum / (double)resampled->n;
    }
    return true;
}

static bool replicates_read(Resampled *resampled, const cJSON *input)
{
    const char *mode = ps_json_string(input, "mode");
    if (g_strcmp0(mode, "replicates") == 0) {
        resampled->replicates = ps_check_numbers(input, "replicates", &resampled->n_replicates);
        return resampled->replicates != NULL;
    }
    if (g_strcmp0(mode, "indices") == 0) {
        return replicates_from_indices(resampled,
                                       cJSON_GetObjectItemCaseSensitive(input, "indices"));
    }
    if (g_strcmp0(mode, "exhaustive") == 0) return replicates_exhaustive(resampled);
    return g_strcmp0(mode, "monte_carlo") == 0
           && replicates_drawn(resampled, ps_json_number(input, "n_resamples", DEFAULT_DRAWS));
}

// data, or for two systems that answered the same items a and b: an index chooses an item of
// both, so that the difference of their means is the mean of their differences.
static bool data_read(Resampled *resampled, const cJSON *input)
{
    if (cJSON_HasObjectItem(input, "data")) {
        resampled->data = ps_check_numbers(input, "data", &resampled->n);
        return resampled->data != NULL && resampled->n > 0;
    }
    size_t n_b;
    g_autofree double *b = ps_check_numbers(input, "b", &n_b);
    resampled->data = ps_check_numbers(input, "a", &resampled->n);
    if (!b || !resampled->data || resampled->n == 0 || resampled->n != n_b) return false;
    for (size_t i = 0; i < n_b; i++)
        resampled->data[i] -= b[i];
    return true;
}

static bool resampled_read(Resampled *resampled, const cJSON *input)
{
    const char *statistic = ps_json_string(input, "statistic");
    if (statistic && strcmp(statistic, "mean") != 0) return false;
    if (!data_read(resampled, input)) return false;
    if (!replicates_read(resampled, input) || resampled->n_replicates == 0) return false;
    resampled->estimate = mean_without(resampled->data, resampled->n, resampled->n);
    resampled->jackknife = g_new(double, resampled->n);
    for (size_t i = 0; i < resampled->n; i++)
        resampled->jackknife[i] = mean_without(resampled->data, resampled->n, i);
    ps_sort(resampled->replicates, resampled->n_replicates);
    return true;
}

// {data or a and b, statistic: "mean", confidence, mode, and what the mode needs}; mode is
// replicates (they are given), indices (rows of indices into data), exhaustive (all n^n
// resamples) or monte_carlo (n_resamples of our own).
static cJSON *bootstrap(const cJSON *input, const cJSON *expected)
{
    (void)expected;
    g_auto(Resampled) drawn = {0};
    if (!resampled_read(&drawn, input)) return NULL;
    const double confidence = ps_json_number(input, "confidence", 0.95);
    const PsBootstrapBca bca =
        ps_bootstrap_bca(drawn.replicates, drawn.n_replicates, drawn.estimate, drawn.jackknife,
                         drawn.n, confidence);
    const double shares[] = {bca.low_share, bca.high_share};
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "theta", drawn.estimate);
    cJSON_AddNumberToObject(result, "se",
                            ps_standard_deviation(drawn.replicates, drawn.n_replicates));
    cJSON_AddItemToObject(result, "percentile",
                          ps_check_interval(ps_bootstrap_percentile(
                              drawn.replicates, drawn.n_replicates, confidence)));
    cJSON_AddItemToObject(
        result, "basic",
        ps_check_interval(ps_bootstrap_basic(drawn.replicates, drawn.n_replicates,
                                             drawn.estimate, confidence)));
    cJSON_AddItemToObject(result, "bca", ps_check_interval(bca.interval));
    cJSON_AddItemToObject(result, "bca_alpha", cJSON_CreateDoubleArray(shares, 2));
    return result;
}

const PsCheckStatistic ps_check_statistic_bootstrap = {"bootstrap", bootstrap};

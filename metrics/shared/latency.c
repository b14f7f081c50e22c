#include "metrics/shared/latency.h"

#include "harness/stats/distributions.h"
#include "harness/stats/means.h"
#include "harness/stats/percentiles.h"
#include "harness/stats/sort.h"
#include "metrics/shared/vector_case.h"

#include <math.h>

static bool latency_between(int64_t start_ns, int64_t end_ns, double *stats)
{
    if (start_ns <= 0 || end_ns < start_ns) return false;
    stats[0] = (double)(end_ns - start_ns);
    return true;
}

bool ps_latency_score(const PsSample *sample, const PsResponse *response, double *stats)
{
    (void)sample;
    return latency_between(response->scheduled_ns, response->finished_ns, stats);
}

bool ps_latency_score_first_token(const PsSample *sample,
                                  const PsResponse *response,
                                  double *stats)
{
    (void)sample;
    return latency_between(response->scheduled_ns, response->first_token_ns, stats);
}

// ---- Percentile conventions -----------------------------------------------------------------

// Ascending values and a percentile: in per cent, and as the fraction that its digits spell
// (99.9 / 100 in floating point is not the double nearest to 0.999).
typedef double (*Convention)(const double *values, size_t n, double percent, double fraction);

static double nearest_rank(const double *values, size_t n, double percent, double fraction)
{
    (void)fraction;
    return ps_percentile(values, n, percent);
}

static double mlperf(const double *values, size_t n, double percent, double fraction)
{
    (void)percent;
    const size_t index = (size_t)((double)n * fraction);
    return values[MIN(index, n - 1)];
}

static double numpy_linear(const double *values, size_t n, double percent, double fraction)
{
    (void)fraction;
    const double index = (double)(n - 1) * (percent / 100), whole = floor(index);
    const double below = values[(size_t)whole], above = values[MIN((size_t)whole + 1, n - 1)];
    return below + (above - below) * (index - whole);
}

// The highest value that HdrHistogram does not tell from value, with 3 significant digits: its
// buckets hold 2048 values of equal width, twice as wide in every further bucket.
static double hdr_highest_equivalent(double value)
{
    const uint64_t ticks = (uint64_t)value;
    unsigned shift = 0;
    while (ticks >> shift >= 2048)
        shift++;
    return (double)((((ticks >> shift) + 1) << shift) - 1);
}

static double value_at_rank(const double *values, size_t n, double rank)
{
    const size_t whole = rank < 1 ? 1 : (size_t)rank;
    return values[MIN(whole, n) - 1];
}

static double hdr_c(const double *values, size_t n, double percent, double fraction)
{
    (void)fraction;
    const double rank = floor(percent / 100 * (double)n + 0.5);
    return hdr_highest_equivalent(value_at_rank(values, n, rank));
}

static double hdr_java(const double *values, size_t n, double percent, double fraction)
{
    (void)fraction;
    const double rank = ceil(nextafter(percent, -INFINITY) * (double)n / 100);
    return hdr_highest_equivalent(value_at_rank(values, n, rank));
}

static const struct {
    const char *name;
    Convention value;
} conventions[] = {
    {"nearest_rank", nearest_rank}, {"mlperf", mlperf},
    {"numpy_linear", numpy_linear}, {"hdr_c", hdr_c},
    {"hdr_java", hdr_java},
};

// ---- Vectors --------------------------------------------------------------------------------

// The percentiles that wanted (a member of expected) names as "p50", "p99.9" ….
static cJSON *percentiles(const cJSON *wanted, Convention value, const double *values, size_t n)
{
    cJSON *result = cJSON_CreateObject();
    const cJSON *member;
    cJSON_ArrayForEach(member, wanted)
    {
        if (member->string[0] != 'p') continue;
        g_autofree char *scaled = g_strconcat(member->string + 1, "e-2", NULL);
        const double percent = g_ascii_strtod(member->string + 1, NULL);
        const double fraction = g_ascii_strtod(scaled, NULL);
        if (!(percent >= 0 && percent <= 100)) continue;
        cJSON_AddNumberToObject(result, member->string, value(values, n, percent, fraction));
    }
    return result;
}

static cJSON *compute_latencies(const cJSON *input, const cJSON *expected)
{
    size_t n;
    g_autofree double *values = ps_case_numbers(input, "latencies", &n);
    if (!values || n == 0) return NULL;
    ps_sort(values, n);
    // Ticks are whole and at least 0; 2^53 of them are exact, and 104 days of ns.
    if (values[0] < 0 || values[n - 1] > 9007199254740992.0) return NULL;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];

    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "min", values[0]);
    cJSON_AddNumberToObject(result, "max", values[n - 1]);
    cJSON_AddNumberToObject(result, "mean", ps_mean(values, n));
    cJSON_AddNumberToObject(result, "mlperf_mean", trunc(sum / (double)n));
    for (size_t i = 0; i < G_N_ELEMENTS(conventions); i++) {
        const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(expected, conventions[i].name);
        if (!cJSON_IsObject(wanted)) continue;
        cJSON *values_json = percentiles(wanted, conventions[i].value, values, n);
        cJSON_AddItemToObject(result, conventions[i].name, values_json);
    }
    return result;
}

// MLPerf's early stopping (mlcommons/inference, loadgen/early_stopping.cc): the least h such
// that n_late slow queries among h + n_late would be unlikely (probability ≤ 1 - confidence) if
// the share of slow ones were as high as share_late. 0 if no h up to 2^40 does.
static uint64_t least_passing(uint64_t n_late, double share_late, double confidence)
{
    uint64_t low = 0, high = 1; // low does not pass
    while (ps_binomial_cdf(n_late, high + n_late, share_late) > 1 - confidence) {
        low = high;
        high *= 2;
        if (high > (uint64_t)1 << 40) return 0;
    }
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        const double p = ps_binomial_cdf(n_late, middle + n_late, share_late);
        if (p > 1 - confidence)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static cJSON *compute_early_stopping(const cJSON *input)
{
    double n_late, percentile, confidence, tolerance = 0;
    if (!ps_case_number(input, "overlatency_allowed", &n_late)
        || !ps_case_number(input, "percentile", &percentile)
        || !ps_case_number(input, "confidence", &confidence)) {
        return NULL;
    }
    ps_case_number(input, "tolerance", &tolerance);
    const double share_late = 1 - (percentile - tolerance);
    if (!(n_late >= 0 && n_late <= 1e6) || !(share_late > 0 && share_late < 1)) return NULL;
    if (!(confidence > 0 && confidence < 1)) return NULL;
    const uint64_t least = least_passing((uint64_t)n_late, share_late, confidence);
    if (least == 0) return NULL;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "min_passing_queries", (double)least);
    cJSON_AddNumberToObject(result, "binomial_check", (double)least);
    return result;
}

cJSON *ps_latency_compute(const cJSON *input, const cJSON *expected)
{
    const bool is_stopping = cJSON_GetObjectItemCaseSensitive(input, "overlatency_allowed");
    return is_stopping ? compute_early_stopping(input) : compute_latencies(input, expected);
}

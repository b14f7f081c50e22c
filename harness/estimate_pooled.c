// A pooled value is no sum over rows, so its interval is drawn: whole sources, with
// replacement, the middle 95 % of the values (Efron 1979; Davison and Hinkley 1997, 2.4 for
// clusters). The seed is fixed: the same rows have the same interval.
#include "harness/estimate_pooled.h"

#include "harness/rng.h"
#include "harness/stats/bootstrap.h"
#include "harness/stats/sort.h"

#include <math.h>
#include <string.h>

#define SEED 20261126u
#define DRAWS_MOST 1000
#define DRAWS_LEAST 200
#define ROWS_OF_DRAWS 20000000 // all draws together

typedef struct {
    const PsRows *rows;
    uint32_t *source_of; // [n_rows] numbered from 0
    size_t n_sources;
} Sources;

static void sources_clear(Sources *sources)
{
    g_free(sources->source_of);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sources, sources_clear)

static Sources number_sources(const PsRows *rows)
{
    Sources sources = {.rows = rows, .source_of = g_new(uint32_t, rows->n_rows + 1)};
    g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < rows->n_rows; i++) {
        void *const key = GUINT_TO_POINTER(rows->clusters[i]);
        void *number;
        if (!g_hash_table_lookup_extended(numbers, key, NULL, &number)) {
            number = GUINT_TO_POINTER(g_hash_table_size(numbers));
            g_hash_table_insert(numbers, key, number);
        }
        sources.source_of[i] = GPOINTER_TO_UINT(number);
    }
    sources.n_sources = g_hash_table_size(numbers);
    return sources;
}

// How often each row is drawn.
static void draw(const Sources *sources, PsRng *rng, uint32_t *counts, uint32_t *weights)
{
    memset(counts, 0, sources->n_sources * sizeof *counts);
    for (size_t i = 0; i < sources->n_sources; i++)
        counts[ps_rng_below(rng, sources->n_sources)]++;
    for (size_t i = 0; i < sources->rows->n_rows; i++)
        weights[i] = counts[sources->source_of[i]];
}

// The value of a pool, or of the second minus that of the first.
static double value_of(const PsMetric *metric, void *const pools[2], const uint32_t *weights)
{
    const double first = metric->pool->value(pools[0], weights);
    return pools[1] != NULL ? metric->pool->value(pools[1], weights) - first : first;
}

static void set_interval(PsEstimate *estimate,
                         const PsMetric *metric,
                         const Sources *sources,
                         void *const pools[2])
{
    const size_t n_rows = sources->rows->n_rows;
    const size_t n_draws = CLAMP(ROWS_OF_DRAWS / MAX(n_rows, 1), DRAWS_LEAST, DRAWS_MOST);
    g_autofree uint32_t *counts = g_new(uint32_t, sources->n_sources);
    g_autofree uint32_t *weights = g_new(uint32_t, n_rows);
    g_autofree double *values = g_new(double, n_draws);
    PsRng rng;
    ps_rng_init(&rng, SEED, 0);
    size_t n = 0;
    for (size_t i = 0; i < n_draws; i++) {
        draw(sources, &rng, counts, weights);
        const double value = value_of(metric, pools, weights);
        if (isfinite(value)) values[n++] = value;
    }
    ps_sort(values, n);
    if (n < DRAWS_LEAST || values[0] == values[n - 1]) {
        estimate->method = "no interval: the draws do not vary";
        return;
    }
    const PsInterval interval = ps_bootstrap_percentile(values, n, 0.95);
    estimate->has_interval = true;
    estimate->low = MIN(interval.low, estimate->value);
    estimate->high = MAX(interval.high, estimate->value);
    estimate->method =
        pools[1] != NULL ? "bootstrap, paired, clustered" : "bootstrap, clustered";
}

static PsEstimate
estimate_pools(const PsMetric *metric, const PsRows *rows, void *const pools[2])
{
    PsEstimate estimate = {.n = rows->n_rows, .method = "", .error = NAN};
    const double value = rows->n_rows > 0 ? value_of(metric, pools, NULL) : NAN;
    if (!isfinite(value)) return estimate;
    g_auto(Sources) sources = number_sources(rows);
    estimate.is_defined = true;
    estimate.value = value;
    estimate.n_clusters = sources.n_sources;
    if (sources.n_sources < 2)
        estimate.method = "no interval: one source";
    else
        set_interval(&estimate, metric, &sources, pools);
    return estimate;
}

static PsEstimate without_records(const PsRows *rows)
{
    return (PsEstimate){.n = rows->n_rows, .method = "rows without records", .error = NAN};
}

PsEstimate ps_pooled_estimate(const PsMetric *metric, const PsRows *rows)
{
    if (rows->records == NULL) return without_records(rows);
    void *const pools[2] = {metric->pool->create(rows->records, rows->n_rows), NULL};
    const PsEstimate estimate = estimate_pools(metric, rows, pools);
    metric->pool->destroy(pools[0]);
    return estimate;
}

PsEstimate
ps_pooled_difference(const PsMetric *metric, const PsRows *first, const PsRows *second)
{
    if (first->records == NULL || second->records == NULL) return without_records(first);
    void *const pools[2] = {metric->pool->create(first->records, first->n_rows),
                            metric->pool->create(second->records, second->n_rows)};
    const PsEstimate estimate = estimate_pools(metric, first, pools);
    metric->pool->destroy(pools[0]);
    metric->pool->destroy(pools[1]);
    return estimate;
}

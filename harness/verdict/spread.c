// Numbered as in docs/truth.md:
// 11. The variance of a ratio is split on its linearised residuals (rule 1), that of a
//     difference on the differences of the residuals (rule 6).
#include "harness/verdict/spread.h"

#include <math.h>
#include <string.h>

// The rows that have a value, and what they are nested in.
typedef struct {
    size_t n_rows, n_stats;
    double *first, *second;      // [n_rows, n_stats]; first is NULL for one run
    uint32_t *sources, *samples; // [n_rows]
} Rows;

static void rows_clear(Rows *rows)
{
    g_free(rows->first);
    g_free(rows->second);
    g_free(rows->sources);
    g_free(rows->samples);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rows, rows_clear)

static bool is_same_sample(const PsTaskRows *table, size_t a, size_t b)
{
    return table->clusters[a] == table->clusters[b]
           && table->conditions[a] == table->conditions[b]
           && ps_name_hash_compare(table->samples[a], table->samples[b]) == 0;
}

static void copy_stats(double *stats, size_t to, const PsStatColumn *column, size_t row)
{
    size_t n_stats = (size_t)column->metric->n_stats;
    memcpy(stats + to * n_stats, column->stats + row * n_stats, n_stats * sizeof *stats);
}

// first and second may be NULL: then every row counts.
static Rows rows_gather(const PsTaskRows *table,
                        const PsStatColumn *first,
                        const PsStatColumn *second,
                        const uint32_t *rows,
                        size_t n_rows)
{
    size_t n_stats = second != NULL ? (size_t)second->metric->n_stats : 0, before = 0;
    Rows kept = {.n_stats = n_stats,
                 .first = first != NULL ? g_new(double, n_rows *n_stats) : NULL,
                 .second = g_new(double, n_rows *n_stats),
                 .sources = g_new(uint32_t, n_rows),
                 .samples = g_new(uint32_t, n_rows)};
    uint32_t sample = 0;
    for (size_t i = 0; i < n_rows; i++) {
        size_t row = rows[i], at = kept.n_rows;
        if (first != NULL && !first->is_defined[row]) continue;
        if (second != NULL && !second->is_defined[row]) continue;
        if (first != NULL) copy_stats(kept.first, at, first, row);
        if (second != NULL) copy_stats(kept.second, at, second, row);
        sample += at > 0 && !is_same_sample(table, before, row);
        kept.sources[at] = table->clusters[row];
        kept.samples[at] = sample;
        kept.n_rows++;
        before = row;
    }
    return kept;
}

// ---- parts

// Adds factor times the residual of each row, scaled so that their mean varies as the ratio.
static void
add_residuals(double *residuals, const Rows *rows, const double *stats, double factor)
{
    double numerator = 0, denominator = 0, n = (double)rows->n_rows;
    for (size_t i = 0; i < rows->n_rows; i++) {
        numerator += stats[i * rows->n_stats];
        denominator += stats[i * rows->n_stats + 1];
    }
    for (size_t i = 0; i < rows->n_rows; i++) {
        const double *row = stats + i * rows->n_stats;
        residuals[i] +=
            factor * (row[0] - numerator / denominator * row[1]) / (denominator / n);
    }
}

static bool is_alike(const double *residuals, size_t n_rows, double value)
{
    double squares = 0;
    for (size_t i = 0; i < n_rows; i++)
        squares += residuals[i] * residuals[i];
    return !(squares > 1e-24 * (double)n_rows * MAX(value * value, 1));
}

// Rows that are all alike have no variance to measure (rule 3). A share's is that of as many
// sources and one more on either side.
static void set_alike_value(PsSpread *spread, PsRange range)
{
    double c = (double)spread->design.n_sources;
    if (range == PS_RANGE_POSITIVE) {
        spread->why = "all rows are alike";
        return;
    }
    spread->parts.sources =
        ps_variance_parts_of_share((spread->value.value * c + 1) / (c + 2), 1).sources;
    spread->note = "all rows are alike: one source is added to either side";
}

// A difference's is what its interval adds (rule 6).
static void set_alike_difference(PsSpread *spread, const PsEstimate *difference)
{
    spread->parts.sources =
        difference->error * difference->error * spread->design.sources_effective;
    spread->note = "no two rows of the runs differ: the variance is what the interval adds";
}

static const char *note_on(const PsVarianceParts *parts)
{
    return parts->is_cut ? "a part came out negative and was set to 0" : NULL;
}

// difference: of the two runs, or NULL for one.
static void set_parts(PsSpread *spread,
                      const PsMetric *metric,
                      const Rows *rows,
                      const PsEstimate *difference)
{
    g_autofree double *residuals = g_new0(double, rows->n_rows);
    add_residuals(residuals, rows, rows->second, 1);
    if (rows->first != NULL) add_residuals(residuals, rows, rows->first, -1);
    spread->parts = ps_variance_parts(residuals, rows->sources, rows->samples, rows->n_rows);
    spread->note = note_on(&spread->parts);
    if (spread->design.n_sources < 2) {
        spread->why = "one source";
    } else if (is_alike(residuals, rows->n_rows, spread->value.value)) {
        if (difference != NULL)
            set_alike_difference(spread, difference);
        else
            set_alike_value(spread, metric->range);
    }
}

static PsSpread spread_of(const PsTaskRows *table,
                          const PsStatColumn *first,
                          const PsStatColumn *second,
                          const uint32_t *numbers,
                          size_t n_rows)
{
    const PsMetric *metric = second->metric;
    PsSpread spread = {.parts = {.sources = NAN}};
    g_auto(Rows) rows = rows_gather(table, first, second, numbers, n_rows);
    if (rows.n_rows == 0) {
        spread.why = "no row has a value";
        return spread;
    }
    const PsRows of_first = {
        .n_rows = rows.n_rows, .stats = rows.first, .clusters = rows.sources};
    const PsRows of_second = {
        .n_rows = rows.n_rows, .stats = rows.second, .clusters = rows.sources};
    spread.value = ps_estimate(metric, &of_second);
    spread.design = ps_power_design(rows.sources, rows.samples, rows.n_rows);
    if (metric->form != PS_FORM_RATIO) {
        spread.why = metric->form == PS_FORM_ROOT     ? "root mean squares are not covered"
                     : metric->form == PS_FORM_SUMS   ? "functions of sums are not covered"
                     : metric->form == PS_FORM_POOLED ? "pooled values are not covered"
                                                      : "percentiles are not covered";
        return spread;
    }
    PsEstimate difference = {.is_defined = true};
    if (first != NULL) difference = ps_estimate_difference(metric, &of_first, &of_second);
    if (!spread.value.is_defined || !difference.is_defined)
        spread.why = "the denominator is zero";
    else
        set_parts(&spread, metric, &rows, first != NULL ? &difference : NULL);
    return spread;
}

PsSpread ps_spread_of_run(const PsTaskRows *table,
                          const PsStatColumn *column,
                          const uint32_t *rows,
                          size_t n_rows)
{
    return spread_of(table, NULL, column, rows, n_rows);
}

PsSpread ps_spread_of_pair(const PsTaskRows *table,
                           const PsStatColumn *first,
                           const PsStatColumn *second,
                           const uint32_t *rows,
                           size_t n_rows)
{
    return spread_of(table, first, second, rows, n_rows);
}

PsSpread ps_spread_of_plan(const PsTaskRows *table,
                           const uint32_t *numbers,
                           size_t n_rows,
                           double share,
                           double icc,
                           int epochs)
{
    PsSpread spread = {.parts = {.sources = NAN}};
    g_auto(Rows) rows = rows_gather(table, NULL, NULL, numbers, n_rows);
    if (rows.n_rows == 0) {
        spread.why = "no samples";
        return spread;
    }
    spread.design = ps_power_design(rows.sources, rows.samples, rows.n_rows);
    spread.design.n_rows *= (size_t)epochs;
    spread.value = (PsEstimate){.is_defined = true,
                                .value = share,
                                .method = "assumed",
                                .n = spread.design.n_rows,
                                .n_clusters = spread.design.n_sources,
                                .error = NAN};
    spread.parts = ps_variance_parts_of_share(share, icc);
    if (spread.design.n_sources < 2) spread.why = "one source";
    return spread;
}

double ps_spread_epochs(const PsSpread *spread)
{
    if (spread->design.n_samples == 0) return 0;
    return (double)spread->design.n_rows / (double)spread->design.n_samples;
}

double ps_spread_step(const PsSpread *spread, const PsMetric *metric)
{
    return metric->range == PS_RANGE_BINARY ? 1 / (double)spread->design.n_rows : 0;
}

#include "harness/verdict/discover/table.h"

#include <math.h>
#include <xxhash.h>

static const PsMetric error_of_binary = {.name = "error rate",
                                         .title = "Error rate",
                                         .unit = "%",
                                         .unit_scale = 100,
                                         .direction = PS_LOWER_IS_BETTER,
                                         .range = PS_RANGE_BINARY,
                                         .n_stats = 2};
static const PsMetric error_of_share = {.name = "error rate",
                                        .title = "Error rate",
                                        .unit = "%",
                                        .unit_scale = 100,
                                        .direction = PS_LOWER_IS_BETTER,
                                        .range = PS_RANGE_UNIT,
                                        .n_stats = 2};

bool ps_discover_has_error(const PsMetric *metric)
{
    return metric->form == PS_FORM_RATIO && metric->n_stats == 2
           && (metric->direction == PS_LOWER_IS_BETTER
               || (metric->direction == PS_HIGHER_IS_BETTER
                   && metric->range != PS_RANGE_POSITIVE));
}

bool *ps_discover_split(const PsTaskRows *rows, uint64_t seed)
{
    bool *is_test = g_new(bool, rows->n_rows + 1);
    for (size_t row = 0; row < rows->n_rows; row++)
        is_test[row] =
            XXH3_64bits_withSeed(&rows->sources[row], sizeof rows->sources[row], seed) & 1;
    return is_test;
}

// ---- errors

// NAN: the row does not count.
static double
error_of_row(PsDiscoverTable *table, const PsStatColumn *column, size_t row, bool answered_only)
{
    bool is_answered = table->rows->outcomes[row] == PS_OUTCOME_ANSWERED;
    double value = ps_stat_column_value(column, row);
    if (!is_answered && answered_only) return NAN;
    if (isnan(value)) {
        *(is_answered ? &table->n_undefined : &table->n_unanswered) += 1;
        return is_answered ? NAN : 1;
    }
    if (column->metric->direction == PS_HIGHER_IS_BETTER) return CLAMP(1 - value, 0, 1);
    table->n_capped += value > 1;
    return CLAMP(value, 0, 1);
}

static void half_init(PsDiscoverHalf *half, size_t n_rows)
{
    half->rows = g_new(uint32_t, n_rows + 1);
    half->clusters = g_new(uint32_t, n_rows + 1);
    half->stats = g_new(double, 2 * n_rows + 1);
}

static void half_clear(PsDiscoverHalf *half)
{
    g_free(half->rows);
    g_free(half->clusters);
    g_free(half->stats);
}

static void half_add(PsDiscoverHalf *half, uint32_t row, uint32_t cluster, double error)
{
    size_t i = half->n_rows++;
    half->n_sources += i == 0 || half->clusters[i - 1] != cluster;
    half->rows[i] = row;
    half->clusters[i] = cluster;
    half->stats[2 * i] = error;
    half->stats[2 * i + 1] = 1;
}

// ---- all

// Whether rows have different keys. A key that all rows have would only describe every slice a
// second time.
static bool tells_apart(const PsKeyColumn *keys, size_t n_rows)
{
    for (size_t row = 1; row < n_rows; row++)
        if (keys->of_rows[row] != keys->of_rows[0]) return true;
    return false;
}

static void keep_features(PsDiscoverTable *table, const PsDiscoverFeature *features, size_t n)
{
    table->features = g_new(PsDiscoverFeature, n + 1);
    for (size_t i = 0; i < n; i++)
        if (tells_apart(features[i].keys, table->rows->n_rows))
            table->features[table->n_features++] = features[i];
}

PsDiscoverTable *ps_discover_table_new(const PsTaskRows *rows,
                                       const PsStatColumn *column,
                                       const PsDiscoverFeature *features,
                                       size_t n_features,
                                       const bool *is_test,
                                       bool answered_only)
{
    PsDiscoverTable *table = g_new0(PsDiscoverTable, 1);
    table->rows = rows;
    table->error = &error_of_binary;
    keep_features(table, features, n_features);
    half_init(&table->search, rows->n_rows);
    half_init(&table->test, rows->n_rows);
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        double error = error_of_row(table, column, row, answered_only);
        if (isnan(error)) continue;
        if (error != 0 && error != 1) table->error = &error_of_share;
        half_add(is_test[row] ? &table->test : &table->search, row, rows->clusters[row], error);
    }
    return table;
}

void ps_discover_table_free(PsDiscoverTable *table)
{
    if (table == NULL) return;
    half_clear(&table->search);
    half_clear(&table->test);
    g_free(table->features);
    g_free(table);
}

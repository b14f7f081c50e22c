#include "harness/rows_private.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

// ---- making room

static void add_metric(PsTaskRows *rows, const PsMetric *metric)
{
    rows->metrics[rows->n_metrics++] = (PsStatColumn){
        .metric = metric,
        .stats = g_new0(double, rows->n_rows *(size_t)metric->n_stats),
        .is_defined = g_new0(bool, rows->n_rows),
        .records = metric->pool != NULL ? g_new0(GBytes *, rows->n_rows) : NULL,
    };
}

static void add_metrics(PsTaskRows *rows, const PsTask *task, const PsRegistry *registry)
{
    size_t n_all = task->n_metrics;
    for (size_t i = 0; registry->metrics[i] != NULL; i++)
        n_all++;
    rows->metrics = g_new0(PsStatColumn, n_all);
    for (size_t i = 0; i < task->n_metrics; i++)
        add_metric(rows, task->metrics[i]);
    rows->n_suite_metrics = rows->n_metrics;
    for (size_t i = 0; registry->metrics[i] != NULL; i++)
        if (registry->metrics[i]->is_derived) add_metric(rows, registry->metrics[i]);
}

PsTaskRows *ps_task_rows_new(size_t n_rows, const PsTask *task, const PsRegistry *registry)
{
    PsTaskRows *rows = g_new0(PsTaskRows, 1);
    rows->n_rows = n_rows;
    rows->item_ids = g_new0(uint64_t, n_rows);
    rows->sample_ids = g_new0(uint64_t, n_rows);
    rows->samples = g_new0(PsNameHash, n_rows);
    rows->sources = g_new0(PsNameHash, n_rows);
    rows->clusters = g_new0(uint32_t, n_rows);
    rows->conditions = g_new0(uint32_t, n_rows);
    rows->epochs = g_new0(uint32_t, n_rows);
    rows->outcomes = g_new0(PsOutcome, n_rows);
    rows->latencies_ms = g_new0(double, n_rows);
    rows->confidences = g_new0(double, n_rows);
    add_metrics(rows, task, registry);
    rows->n_slicers = task->n_slicers;
    rows->slicers = g_new0(PsKeyColumn, task->n_slicers);
    for (size_t i = 0; i < task->n_slicers; i++) {
        rows->slicers[i].of_rows = g_new(uint32_t, n_rows);
        for (size_t row = 0; row < n_rows; row++)
            rows->slicers[i].of_rows[row] = PS_NO_KEY;
    }
    return rows;
}

static void clear_column(PsStatColumn *column, size_t n_rows)
{
    for (size_t row = 0; column->records != NULL && row < n_rows; row++)
        if (column->records[row] != NULL) g_bytes_unref(column->records[row]);
    g_free(column->records);
    g_free(column->stats);
    g_free(column->is_defined);
}

void ps_task_rows_free(PsTaskRows *rows)
{
    if (rows == NULL) return;
    for (size_t i = 0; i < rows->n_metrics; i++)
        clear_column(&rows->metrics[i], rows->n_rows);
    for (size_t i = 0; i < rows->n_slicers; i++) {
        for (size_t k = 0; k < rows->slicers[i].n_keys; k++)
            g_free(rows->slicers[i].names[k]);
        g_free(rows->slicers[i].names);
        g_free(rows->slicers[i].of_rows);
    }
    g_free(rows->metrics);
    g_free(rows->slicers);
    g_free(rows->item_ids);
    g_free(rows->sample_ids);
    g_free(rows->samples);
    g_free(rows->sources);
    g_free(rows->clusters);
    g_free(rows->conditions);
    g_free(rows->epochs);
    g_free(rows->outcomes);
    g_free(rows->latencies_ms);
    g_free(rows->confidences);
    g_free(rows);
}

bool ps_task_rows_find(const PsTaskRows *rows, uint64_t item_id, size_t *row)
{
    size_t low = 0, high = rows->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->item_ids[middle] < item_id)
            low = middle + 1;
        else
            high = middle;
    }
    *row = low;
    return low < rows->n_rows && rows->item_ids[low] == item_id;
}

// ---- names

PsNameHash ps_name_hash(const char *name)
{
    XXH128_hash_t hash = XXH3_128bits(name, strlen(name));
    return (PsNameHash){.high = hash.high64, .low = hash.low64};
}

uint32_t ps_key_number(GHashTable *numbers, const char *key)
{
    void *number;
    if (g_hash_table_lookup_extended(numbers, key, NULL, &number))
        return GPOINTER_TO_UINT(number);
    uint32_t next = g_hash_table_size(numbers);
    g_hash_table_insert(numbers, g_strdup(key), GUINT_TO_POINTER(next));
    return next;
}

void ps_key_column_name(PsKeyColumn *column, GHashTable *numbers)
{
    column->n_keys = g_hash_table_size(numbers);
    column->names = g_new0(char *, column->n_keys);
    GHashTableIter iterator;
    void *name, *number;
    g_hash_table_iter_init(&iterator, numbers);
    while (g_hash_table_iter_next(&iterator, &name, &number))
        column->names[GPOINTER_TO_UINT(number)] = g_strdup(name);
}

int ps_name_hash_compare(PsNameHash a, PsNameHash b)
{
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

double ps_stat_column_value(const PsStatColumn *column, size_t row)
{
    const double *stats = column->stats + row * (size_t)column->metric->n_stats;
    return column->is_defined[row] ? ps_metric_value(column->metric, stats) : NAN;
}

bool ps_task_rows_lists(const PsTaskRows *rows, const PsStatColumn *column)
{
    if (!column->metric->is_derived) return true;
    return rows->n_rows > 0 && memchr(column->is_defined, true, rows->n_rows) != NULL;
}

void ps_task_rows_drop_unlisted(PsTaskRows *rows)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < rows->n_metrics; i++) {
        if (ps_task_rows_lists(rows, &rows->metrics[i]))
            rows->metrics[n_kept++] = rows->metrics[i];
        else
            clear_column(&rows->metrics[i], rows->n_rows);
    }
    rows->n_metrics = n_kept;
}

static bool is_whole_column(const PsTaskRows *table,
                            const PsStatColumn *column,
                            const uint32_t *rows,
                            size_t n_rows)
{
    if (n_rows == 0 || n_rows != table->n_rows) return false;
    if (memchr(column->is_defined, false, n_rows) != NULL) return false;
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i] != i) return false;
    return true;
}

PsRows ps_task_rows_gather(const PsTaskRows *table,
                           const PsStatColumn *column,
                           const uint32_t *rows,
                           size_t n_rows)
{
    if (is_whole_column(table, column, rows, n_rows))
        return (PsRows){.n_rows = n_rows,
                        .stats = column->stats,
                        .clusters = table->clusters,
                        .records = column->records,
                        .is_borrowed = true};
    size_t n_stats = (size_t)column->metric->n_stats, n = 0;
    double *stats = g_new(double, n_rows *n_stats);
    uint32_t *clusters = g_new(uint32_t, n_rows);
    GBytes **records = column->records != NULL ? g_new(GBytes *, n_rows) : NULL;
    for (size_t i = 0; i < n_rows; i++) {
        size_t row = rows[i];
        if (!column->is_defined[row]) continue;
        if (records != NULL) records[n] = column->records[row];
        ps_copy_stats(stats + n * n_stats, column->stats + row * n_stats, n_stats);
        clusters[n++] = table->clusters[row];
    }
    return (PsRows){.n_rows = n, .stats = stats, .clusters = clusters, .records = records};
}

void ps_rows_clear(PsRows *rows)
{
    if (!rows->is_borrowed) {
        g_free((double *)rows->stats);
        g_free((uint32_t *)rows->clusters);
        g_free((void *)rows->records);
    }
    *rows = (PsRows){0};
}

// ---- order

static guint source_hash(gconstpointer key)
{
    return (guint)((const PsNameHash *)key)->low;
}

static gboolean source_equal(gconstpointer a, gconstpointer b)
{
    return ps_name_hash_compare(*(const PsNameHash *)a, *(const PsNameHash *)b) == 0;
}

GHashTable *ps_cluster_numbers_new(void)
{
    return g_hash_table_new(source_hash, source_equal);
}

void ps_task_rows_number_new_clusters(PsTaskRows *rows, size_t first_row, GHashTable *numbers)
{
    for (size_t row = first_row; row < rows->n_rows; row++) {
        void *number;
        if (row > 0 && source_equal(&rows->sources[row], &rows->sources[row - 1])) {
            rows->clusters[row] = rows->clusters[row - 1];
        } else if (g_hash_table_lookup_extended(numbers, &rows->sources[row], NULL, &number)) {
            rows->clusters[row] = GPOINTER_TO_UINT(number);
        } else {
            rows->clusters[row] = g_hash_table_size(numbers);
            g_hash_table_insert(numbers, &rows->sources[row],
                                GUINT_TO_POINTER(rows->clusters[row]));
        }
    }
}

void ps_task_rows_number_clusters(PsTaskRows *rows)
{
    g_autoptr(GHashTable) numbers = ps_cluster_numbers_new();
    ps_task_rows_number_new_clusters(rows, 0, numbers);
}

static int compare_rows(const void *a, const void *b, void *user_data)
{
    const PsTaskRows *rows = user_data;
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    int order = ps_name_hash_compare(rows->sources[first], rows->sources[second]);
    if (order == 0) order = ps_name_hash_compare(rows->samples[first], rows->samples[second]);
    if (order != 0) return order;
    if (rows->conditions[first] != rows->conditions[second])
        return rows->conditions[first] < rows->conditions[second] ? -1 : 1;
    return (rows->epochs[first] > rows->epochs[second])
           - (rows->epochs[first] < rows->epochs[second]);
}

uint32_t *ps_task_rows_canonical_order(const PsTaskRows *rows)
{
    uint32_t *order = g_new(uint32_t, rows->n_rows);
    for (uint32_t row = 0; row < rows->n_rows; row++)
        order[row] = row;
    if (rows->n_rows > 1)
        qsort_r(order, rows->n_rows, sizeof *order, compare_rows, (void *)rows);
    return order;
}

// A new array with the elements order[n_kept] of an old one, which is freed.
static void *pick(void *elements, size_t element_bytes, const uint32_t *order, size_t n_kept)
{
    char *picked = g_malloc(n_kept * element_bytes);
    const char *all = elements;
#define PICK_OF(bytes)                                                                         \
    case bytes:                                                                                \
        for (size_t i = 0; i < n_kept; i++)                                                    \
            memcpy(picked + i * bytes, all + (size_t)order[i] * bytes, bytes);                 \
        break
    switch (element_bytes) { // a constant size is a few instructions, and there are millions
        PICK_OF(1);
        PICK_OF(4);
        PICK_OF(8);
        PICK_OF(16);
    default:
        for (size_t i = 0; i < n_kept; i++)
            memcpy(picked + i * element_bytes, all + order[i] * element_bytes, element_bytes);
    }
#undef PICK_OF
    g_free(elements);
    return picked;
}

static bool is_ever_defined(const PsStatColumn *column, size_t n_rows)
{
    return memchr(column->is_defined, true, n_rows) != NULL;
}

// Records of rows that are dropped are nobody's.
static GBytes **pick_records(GBytes **records, const uint32_t *order, size_t n_kept, size_t n)
{
    GBytes **picked = g_new(GBytes *, n_kept + 1);
    for (size_t i = 0; i < n_kept; i++)
        picked[i] = records[order[i]] != NULL ? g_bytes_ref(records[order[i]]) : NULL;
    for (size_t i = 0; i < n; i++)
        if (records[i] != NULL) g_bytes_unref(records[i]);
    g_free(records);
    return picked;
}

void ps_task_rows_keep(PsTaskRows *rows, const uint32_t *order, size_t n_kept)
{
#define PICK(array) rows->array = pick(rows->array, sizeof *rows->array, order, n_kept)
    PICK(item_ids);
    PICK(sample_ids);
    PICK(samples);
    PICK(sources);
    PICK(clusters);
    PICK(conditions);
    PICK(epochs);
    PICK(outcomes);
    PICK(latencies_ms);
    PICK(confidences);
    for (size_t i = 0; i < rows->n_slicers; i++)
        PICK(slicers[i].of_rows);
    for (size_t i = 0; i < rows->n_metrics; i++) {
        PsStatColumn *column = &rows->metrics[i];
        if (column->records != NULL)
            column->records = pick_records(column->records, order, n_kept, rows->n_rows);
        // Statistics of a metric that no row has were never written, so they take no memory.
        if (rows->n_rows == 0 || !is_ever_defined(column, rows->n_rows)) continue;
        PICK(metrics[i].is_defined);
        column->stats = pick(column->stats, sizeof(double) * (size_t)column->metric->n_stats,
                             order, n_kept);
    }
#undef PICK
    rows->n_rows = n_kept;
}

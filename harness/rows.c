#include "harness/rows.h"

#include "harness/error.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <xxhash.h>

// A statement over the items or samples of one task: ?1 the first number, ?2 one past the last.
static sqlite3_stmt *
prepare_range(PsRunFile *run, const char *sql, uint64_t first, uint64_t n, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(run, sql, error);
    if (statement == NULL) return NULL;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
    uint64_t end = first + n;
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)end);
    return statement;
}

// Never NULL, whatever a damaged file holds.
static const char *column_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text != NULL ? text : "";
}

static bool fail_damaged(PsRunFile *run, uint64_t item_id, GError **error)
{
    return ps_fail(error, PS_ERROR_DATA, "%s: the row of item %" G_GUINT64_FORMAT " is damaged",
                   ps_runfile_path(run), item_id);
}

// ---- making room

static void add_metric(PsTaskRows *rows, const PsMetric *metric)
{
    rows->metrics[rows->n_metrics++] = (PsStatColumn){
        .metric = metric,
        .stats = g_new0(double, rows->n_rows *(size_t)metric->n_stats),
        .is_defined = g_new0(bool, rows->n_rows),
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

static PsTaskRows *rows_new(size_t n_rows, const PsTask *task, const PsRegistry *registry)
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

void ps_task_rows_free(PsTaskRows *rows)
{
    if (rows == NULL) return;
    for (size_t i = 0; i < rows->n_metrics; i++) {
        g_free(rows->metrics[i].stats);
        g_free(rows->metrics[i].is_defined);
    }
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

int ps_name_hash_compare(PsNameHash a, PsNameHash b)
{
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

double ps_stat_column_value(const PsStatColumn *column, size_t row)
{
    const double *stats = column->stats + row * (size_t)column->metric->n_stats;
    if (!column->is_defined[row]) return NAN;
    if (column->metric->form == PS_FORM_PERCENTILE) return stats[0];
    return stats[1] != 0 ? stats[0] / stats[1] : NAN;
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

void ps_task_rows_number_clusters(PsTaskRows *rows)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new(source_hash, source_equal);
    for (size_t row = 0; row < rows->n_rows; row++) {
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
    for (size_t i = 0; i < n_kept; i++)
        memcpy(picked + i * element_bytes, (char *)elements + order[i] * element_bytes,
               element_bytes);
    g_free(elements);
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
        PICK(metrics[i].is_defined);
        column->stats = pick(column->stats, sizeof(double) * (size_t)column->metric->n_stats,
                             order, n_kept);
    }
#undef PICK
    rows->n_rows = n_kept;
}

// ---- responses

static void set_derived(PsTaskRows *rows, size_t row, const PsResponse *response)
{
    for (size_t m = rows->n_suite_metrics; m < rows->n_metrics; m++) {
        PsStatColumn *column = &rows->metrics[m];
        if (column->metric->scope == PS_SCOPE_ANSWERED
            && response->outcome != PS_OUTCOME_ANSWERED)
            continue;
        double *stats = column->stats + row * (size_t)column->metric->n_stats;
        column->is_defined[row] = column->metric->score(NULL, response, stats);
    }
}

static int64_t integer_or(sqlite3_stmt *statement, int column, int64_t fallback)
{
    return sqlite3_column_type(statement, column) == SQLITE_INTEGER
               ? sqlite3_column_int64(statement, column)
               : fallback;
}

// Outcome, clock, tokens, confidence; derived metrics look at nothing else.
static bool read_response(sqlite3_stmt *statement, PsResponse *response)
{
    ps_response_init(response);
    response->scheduled_ns = sqlite3_column_int64(statement, 5);
    response->started_ns = sqlite3_column_int64(statement, 6);
    response->first_token_ns = sqlite3_column_int64(statement, 7);
    response->finished_ns = sqlite3_column_int64(statement, 8);
    if (response->scheduled_ns < 0 || response->started_ns < 0 || response->first_token_ns < 0
        || response->finished_ns < 0)
        return false;
    response->input_tokens = integer_or(statement, 9, -1);
    response->output_tokens = integer_or(statement, 10, -1);
    if (sqlite3_column_type(statement, 11) == SQLITE_FLOAT)
        response->confidence = sqlite3_column_double(statement, 11);
    return ps_outcome_find(column_text(statement, 4), &response->outcome);
}

static bool set_row(PsTaskRows *rows, size_t row, size_t n_conditions, sqlite3_stmt *statement)
{
    PsResponse response;
    if (!read_response(statement, &response)
        || (size_t)sqlite3_column_int64(statement, 2) >= n_conditions)
        return false;
    rows->item_ids[row] = (uint64_t)sqlite3_column_int64(statement, 0);
    rows->sample_ids[row] = (uint64_t)sqlite3_column_int64(statement, 1);
    rows->conditions[row] = (uint32_t)sqlite3_column_int(statement, 2);
    rows->epochs[row] = (uint32_t)sqlite3_column_int(statement, 3);
    rows->outcomes[row] = response.outcome;
    rows->latencies_ms[row] =
        response.outcome == PS_OUTCOME_ANSWERED
            ? (double)(response.finished_ns - response.scheduled_ns) * 1e-6
            : NAN;
    rows->confidences[row] = response.confidence;
    if (row == 0 || response.scheduled_ns < rows->first_scheduled_ns)
        rows->first_scheduled_ns = response.scheduled_ns;
    rows->last_finished_ns = MAX(rows->last_finished_ns, response.finished_ns);
    set_derived(rows, row, &response);
    return true;
}

static bool
load_responses(PsTaskRows *rows, PsRunFile *run, const PsPlanTask *task, GError **error)
{
    sqlite3_stmt *statement =
        prepare_range(run,
                      "SELECT item_id, sample_id, condition, epoch, outcome, scheduled_ns,"
                      " started_ns, first_token_ns, finished_ns, input_tokens, output_tokens,"
                      " confidence FROM response"
                      " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
                      task->first_item, task->n_items, error);
    if (statement == NULL) return false;
    size_t row = 0;
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        if (row == rows->n_rows || !set_row(rows, row, task->task->n_conditions, statement)) {
            status = -1;
            fail_damaged(run, (uint64_t)sqlite3_column_int64(statement, 0), error);
            break;
        }
        row++;
    }
    sqlite3_finalize(statement);
    return status == 0;
}

static bool count_rows(PsRunFile *run, const PsPlanTask *task, size_t *n_rows, GError **error)
{
    sqlite3_stmt *statement =
        prepare_range(run, "SELECT count(*) FROM response WHERE item_id >= ?1 AND item_id < ?2",
                      task->first_item, task->n_items, error);
    if (statement == NULL) return false;
    bool is_ok = ps_runfile_step(run, statement, error) == 1;
    if (is_ok) *n_rows = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return is_ok;
}

// ---- clusters

static PsNameHash hash_name(const char *name)
{
    XXH128_hash_t hash = XXH3_128bits(name, strlen(name));
    return (PsNameHash){.high = hash.high64, .low = hash.low64};
}

// Both responses and samples come in ascending order, so one pass over each does.
static bool
load_samples(PsTaskRows *rows, PsRunFile *run, const PsPlanTask *task, GError **error)
{
    sqlite3_stmt *statement =
        prepare_range(run,
                      "SELECT sample_id, id, cluster FROM sample"
                      " WHERE sample_id >= ?1 AND sample_id < ?2 ORDER BY sample_id",
                      task->first_sample, task->n_samples, error);
    if (statement == NULL) return false;
    size_t row = 0;
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        uint64_t sample_id = (uint64_t)sqlite3_column_int64(statement, 0);
        PsNameHash sample = hash_name(column_text(statement, 1));
        PsNameHash source = hash_name(column_text(statement, 2));
        while (row < rows->n_rows && rows->sample_ids[row] < sample_id)
            row++;
        for (; row < rows->n_rows && rows->sample_ids[row] == sample_id; row++) {
            rows->samples[row] = sample;
            rows->sources[row] = source;
        }
    }
    sqlite3_finalize(statement);
    ps_task_rows_number_clusters(rows);
    return status == 0;
}

// ---- scores and slices

static uint32_t number_of(GHashTable *numbers, const char *name)
{
    void *number;
    if (g_hash_table_lookup_extended(numbers, name, NULL, &number))
        return GPOINTER_TO_UINT(number);
    uint32_t next = g_hash_table_size(numbers);
    g_hash_table_insert(numbers, g_strdup(name), GUINT_TO_POINTER(next));
    return next;
}

static PsStatColumn *column_of(PsTaskRows *rows, const char *name)
{
    for (size_t m = 0; m < rows->n_suite_metrics; m++)
        if (strcmp(rows->metrics[m].metric->name, name) == 0) return &rows->metrics[m];
    return NULL;
}

static bool set_score(PsStatColumn *column, size_t row, sqlite3_stmt *statement)
{
    int n_stats = column->metric->n_stats;
    double *stats = column->stats + row * (size_t)n_stats;
    stats[0] = sqlite3_column_double(statement, 2);
    if (n_stats > 1) stats[1] = sqlite3_column_double(statement, 3);
    size_t n_bytes = (size_t)MAX(n_stats - 2, 0) * sizeof(double);
    if ((size_t)sqlite3_column_bytes(statement, 4) != n_bytes) return false;
    if (n_bytes > 0) memcpy(stats + 2, sqlite3_column_blob(statement, 4), n_bytes);
    return column->is_defined[row] = true;
}

static bool
load_scores(PsTaskRows *rows, PsRunFile *run, const PsPlanTask *task, GError **error)
{
    sqlite3_stmt *statement =
        prepare_range(run,
                      "SELECT item_id, name, numerator, denominator, more FROM score"
                      " JOIN metric ON metric.id = score.metric"
                      " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
                      task->first_item, task->n_items, error);
    if (statement == NULL) return false;
    size_t row = 0;
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        uint64_t item_id = (uint64_t)sqlite3_column_int64(statement, 0);
        PsStatColumn *column = column_of(rows, column_text(statement, 1));
        while (row < rows->n_rows && rows->item_ids[row] < item_id)
            row++;
        if (column == NULL || row == rows->n_rows || rows->item_ids[row] != item_id) continue;
        if (!set_score(column, row, statement)) {
            status = -1;
            fail_damaged(run, item_id, error);
            break;
        }
    }
    sqlite3_finalize(statement);
    return status == 0;
}

static void set_keys(PsKeyColumn *column, GHashTable *numbers)
{
    column->n_keys = g_hash_table_size(numbers);
    column->names = g_new0(char *, column->n_keys);
    GHashTableIter iterator;
    void *name, *number;
    g_hash_table_iter_init(&iterator, numbers);
    while (g_hash_table_iter_next(&iterator, &name, &number))
        column->names[GPOINTER_TO_UINT(number)] = g_strdup(name);
}

static bool load_slicer(
    PsTaskRows *rows, PsRunFile *run, const PsPlanTask *task, size_t slicer, GError **error)
{
    sqlite3_stmt *statement =
        prepare_range(run,
                      "SELECT item_id, key FROM slice WHERE item_id >= ?1 AND item_id < ?2"
                      " AND slicer = (SELECT id FROM slicer WHERE name = ?3) ORDER BY item_id",
                      task->first_item, task->n_items, error);
    if (statement == NULL) return false;
    sqlite3_bind_text(statement, 3, task->task->slicers[slicer].label, -1, SQLITE_STATIC);
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    PsKeyColumn *column = &rows->slicers[slicer];
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        size_t row;
        if (ps_task_rows_find(rows, (uint64_t)sqlite3_column_int64(statement, 0), &row))
            column->of_rows[row] = number_of(numbers, column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    set_keys(column, numbers);
    return status == 0;
}

PsTaskRows *ps_task_rows_load(PsRunFile *run,
                              const PsPlanTask *task,
                              const PsRegistry *registry,
                              GError **error)
{
    size_t n_rows;
    if (!count_rows(run, task, &n_rows, error)) return NULL;
    if (n_rows > PS_TASK_ROWS_MOST)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: task %s has more than %u rows",
                            ps_runfile_path(run), task->task->name, PS_TASK_ROWS_MOST);
    g_autoptr(PsTaskRows) rows = rows_new(n_rows, task->task, registry);
    if (!load_responses(rows, run, task, error) || !load_samples(rows, run, task, error)
        || !load_scores(rows, run, task, error))
        return NULL;
    for (size_t i = 0; i < rows->n_slicers; i++)
        if (!load_slicer(rows, run, task, i, error)) return NULL;
    return g_steal_pointer(&rows);
}

// Reading rows from a run file: one pass over each table, in ascending order.
#include "harness/rows_private.h"
#include "harness/rows_reader.h"

#include "harness/error.h"
#include "harness/price.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

typedef enum { RESPONSES, SAMPLES, SCORES, SLICES, N_TABLES } Table;

// Each over a range of items, or of samples: ?1 the first number, ?2 one past the last.
static const char *const table_sql[N_TABLES] = {
    [RESPONSES] = "SELECT item_id, sample_id, condition, epoch, outcome, scheduled_ns,"
                  " started_ns, first_token_ns, finished_ns, input_tokens, output_tokens,"
                  " confidence FROM response"
                  " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
    [SAMPLES] = "SELECT sample_id, id, cluster FROM sample"
                " WHERE sample_id >= ?1 AND sample_id < ?2 ORDER BY sample_id",
    [SCORES] = "SELECT item_id, metric, numerator, denominator, more FROM score"
               " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
    [SLICES] = "SELECT item_id, slicer, key FROM slice"
               " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
};

struct PsRowsReader {
    PsRunFile *run;
    const PsPlanTask *task;
    PsTaskRows *rows; // n_rows of them are read
    size_t n_rows_most;
    uint64_t next_item; // the first that is not read
    PsPrice price;
    sqlite3_stmt *statements[N_TABLES];
    GArray *metric_columns, *slicer_columns; // size_t, by the run file's numbers
    GHashTable **key_numbers;                // [n_slicers] of the keys
    GHashTable *cluster_numbers;
};

static void bind_range(sqlite3_stmt *statement, uint64_t first, uint64_t end)
{
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)end);
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

// False if the row is damaged.
static bool set_row(PsTaskRows *rows,
                    size_t row,
                    size_t n_conditions,
                    const PsPrice *price,
                    sqlite3_stmt *statement)
{
    PsResponse response;
    if (!read_response(statement, &response)
        || (size_t)sqlite3_column_int64(statement, 2) >= n_conditions)
        return false;
    response.cost = ps_price_cost(price, &response);
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

static bool read_responses(PsRowsReader *reader, GError **error)
{
    PsTaskRows *rows = reader->rows;
    sqlite3_stmt *statement = reader->statements[RESPONSES];
    int status;
    while ((status = ps_runfile_step(reader->run, statement, error)) == 1) {
        if (rows->n_rows == reader->n_rows_most
            || !set_row(rows, rows->n_rows, reader->task->task->n_conditions, &reader->price,
                        statement))
            return fail_damaged(reader->run, (uint64_t)sqlite3_column_int64(statement, 0),
                                error);
        rows->n_rows++;
    }
    return status == 0;
}

static bool count_rows(PsRunFile *run, const PsPlanTask *task, size_t *n_rows, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT count(*) FROM response WHERE item_id >= ?1 AND item_id < ?2", error);
    if (statement == NULL) return false;
    bind_range(statement, task->first_item, task->first_item + task->n_items);
    bool is_ok = ps_runfile_step(run, statement, error) == 1;
    if (is_ok) *n_rows = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return is_ok;
}

// ---- clusters

// Both responses and samples come in ascending order, so one pass over each does.
static bool read_samples(PsRowsReader *reader, size_t row, GError **error)
{
    PsTaskRows *rows = reader->rows;
    sqlite3_stmt *statement = reader->statements[SAMPLES];
    int status;
    while ((status = ps_runfile_step(reader->run, statement, error)) == 1) {
        uint64_t sample_id = (uint64_t)sqlite3_column_int64(statement, 0);
        PsNameHash sample = ps_name_hash(column_text(statement, 1));
        PsNameHash source = ps_name_hash(column_text(statement, 2));
        while (row < rows->n_rows && rows->sample_ids[row] < sample_id)
            row++;
        for (; row < rows->n_rows && rows->sample_ids[row] == sample_id; row++) {
            rows->samples[row] = sample;
            rows->sources[row] = source;
        }
    }
    return status == 0;
}

// ---- scores and slices

#define NAMES_MOST 100000u // metrics or slicers that a run file may name
#define NO_COLUMN SIZE_MAX

// Which column of rows a name of the run file's table ("metric" or "slicer") stands for.
typedef size_t (*FindColumn)(const PsTaskRows *rows, const PsTask *task, const char *name);

static size_t find_metric(const PsTaskRows *rows, const PsTask *task, const char *name)
{
    (void)task;
    for (size_t m = 0; m < rows->n_suite_metrics; m++)
        if (strcmp(rows->metrics[m].metric->name, name) == 0) return m;
    return NO_COLUMN;
}

static size_t find_slicer(const PsTaskRows *rows, const PsTask *task, const char *name)
{
    for (size_t i = 0; i < rows->n_slicers; i++)
        if (strcmp(task->slicers[i].label, name) == 0) return i;
    return NO_COLUMN;
}

// The columns by the numbers that the table gives to names: size_t, NO_COLUMN for one that this
// task does not have. NULL on error.
static GArray *number_columns(const PsTaskRows *rows,
                              PsRunFile *run,
                              const PsTask *task,
                              const char *table,
                              FindColumn find,
                              GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT id, name FROM %s WHERE id BETWEEN 0 AND %u", table, NAMES_MOST);
    sqlite3_stmt *statement = ps_runfile_prepare(run, sql, error);
    if (statement == NULL) return NULL;
    GArray *columns = g_array_new(false, false, sizeof(size_t));
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        size_t id = (size_t)sqlite3_column_int64(statement, 0), none = NO_COLUMN;
        while (columns->len <= id)
            g_array_append_val(columns, none);
        g_array_index(columns, size_t, id) = find(rows, task, column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    if (status != 0) g_clear_pointer(&columns, g_array_unref);
    return columns;
}

static size_t column_at(const GArray *columns, sqlite3_int64 id)
{
    return id >= 0 && id < columns->len ? g_array_index(columns, size_t, (size_t)id)
                                        : NO_COLUMN;
}

// The row of item_id at or after *row, which follows the ascending items.
static bool follow(const PsTaskRows *rows, uint64_t item_id, size_t *row)
{
    while (*row < rows->n_rows && rows->item_ids[*row] < item_id)
        ++*row;
    return *row < rows->n_rows && rows->item_ids[*row] == item_id;
}

// A record that is longer than any is, or there twice, is not the metric's.
static bool set_record(PsStatColumn *column, size_t row, sqlite3_stmt *statement)
{
    const int n_bytes = sqlite3_column_bytes(statement, 4);
    if (n_bytes <= 0 || (unsigned)n_bytes > PS_POOL_RECORD_MOST || column->records[row] != NULL)
        return false;
    column->records[row] = g_bytes_new(sqlite3_column_blob(statement, 4), (gsize)n_bytes);
    return column->is_defined[row] = true;
}

static bool set_score(PsStatColumn *column, size_t row, sqlite3_stmt *statement)
{
    int n_stats = column->metric->n_stats;
    double *stats = column->stats + row * (size_t)n_stats;
    stats[0] = sqlite3_column_double(statement, 2);
    if (n_stats > 1) stats[1] = sqlite3_column_double(statement, 3);
    if (column->records != NULL) return set_record(column, row, statement);
    size_t n_bytes = (size_t)MAX(n_stats - 2, 0) * sizeof(double);
    if ((size_t)sqlite3_column_bytes(statement, 4) != n_bytes) return false;
    if (n_bytes > 0) memcpy(stats + 2, sqlite3_column_blob(statement, 4), n_bytes);
    return column->is_defined[row] = true;
}

static bool read_scores(PsRowsReader *reader, size_t row, GError **error)
{
    sqlite3_stmt *statement = reader->statements[SCORES];
    int status;
    while ((status = ps_runfile_step(reader->run, statement, error)) == 1) {
        uint64_t item_id = (uint64_t)sqlite3_column_int64(statement, 0);
        size_t column = column_at(reader->metric_columns, sqlite3_column_int64(statement, 1));
        if (column == NO_COLUMN || !follow(reader->rows, item_id, &row)) continue;
        if (!set_score(&reader->rows->metrics[column], row, statement))
            return fail_damaged(reader->run, item_id, error);
    }
    return status == 0;
}

// Keys are numbered in order of first appearance: one table of numbers a slicer.
static bool read_slices(PsRowsReader *reader, size_t row, GError **error)
{
    sqlite3_stmt *statement = reader->statements[SLICES];
    int status;
    while ((status = ps_runfile_step(reader->run, statement, error)) == 1) {
        size_t column = column_at(reader->slicer_columns, sqlite3_column_int64(statement, 1));
        if (column == NO_COLUMN
            || !follow(reader->rows, (uint64_t)sqlite3_column_int64(statement, 0), &row))
            continue;
        reader->rows->slicers[column].of_rows[row] =
            ps_key_number(reader->key_numbers[column], column_text(statement, 2));
    }
    return status == 0;
}

// ---- the reader

static bool prepare(PsRowsReader *reader, GError **error)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        reader->statements[i] = ps_runfile_prepare(reader->run, table_sql[i], error);
        if (reader->statements[i] == NULL) return false;
    }
    return true;
}

PsRowsReader *ps_rows_reader_new(PsRunFile *run,
                                 const PsPlanTask *task,
                                 const PsRegistry *registry,
                                 size_t n_rows_most,
                                 GError **error)
{
    g_autoptr(PsRowsReader) reader = g_new0(PsRowsReader, 1);
    reader->run = run;
    reader->task = task;
    reader->n_rows_most = n_rows_most;
    reader->next_item = task->first_item;
    reader->rows = ps_task_rows_new(n_rows_most, task->task, registry);
    reader->rows->n_rows = 0;
    reader->cluster_numbers = ps_cluster_numbers_new();
    reader->key_numbers = g_new0(GHashTable *, reader->rows->n_slicers + 1);
    for (size_t i = 0; i < reader->rows->n_slicers; i++)
        reader->key_numbers[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader->metric_columns =
        number_columns(reader->rows, run, task->task, "metric", find_metric, error);
    if (reader->metric_columns == NULL) return NULL;
    reader->slicer_columns =
        number_columns(reader->rows, run, task->task, "slicer", find_slicer, error);
    bool is_ok = reader->slicer_columns != NULL && ps_price_load(run, &reader->price, error)
                 && prepare(reader, error);
    return is_ok ? g_steal_pointer(&reader) : NULL;
}

void ps_rows_reader_free(PsRowsReader *reader)
{
    if (reader == NULL) return;
    for (size_t i = 0; i < N_TABLES; i++)
        sqlite3_finalize(reader->statements[i]);
    for (size_t i = 0; reader->key_numbers[i] != NULL; i++)
        g_hash_table_unref(reader->key_numbers[i]);
    g_free(reader->key_numbers);
    g_hash_table_unref(reader->cluster_numbers);
    g_clear_pointer(&reader->metric_columns, g_array_unref);
    g_clear_pointer(&reader->slicer_columns, g_array_unref);
    ps_task_rows_free(reader->rows);
    g_free(reader);
}

static void bind_ranges(PsRowsReader *reader, uint64_t end_item)
{
    const PsPlanTask *task = reader->task;
    const uint64_t items_a_sample = task->n_items / task->n_samples;
    const uint64_t first = reader->next_item - task->first_item;
    const uint64_t end = end_item - task->first_item;
    bind_range(reader->statements[RESPONSES], reader->next_item, end_item);
    bind_range(reader->statements[SCORES], reader->next_item, end_item);
    bind_range(reader->statements[SLICES], reader->next_item, end_item);
    bind_range(reader->statements[SAMPLES], task->first_sample + first / items_a_sample,
               task->first_sample + (end + items_a_sample - 1) / items_a_sample);
}

bool ps_rows_reader_read(PsRowsReader *reader, uint64_t end_item, GError **error)
{
    const uint64_t end = MIN(end_item, reader->task->first_item + reader->task->n_items);
    if (end <= reader->next_item) return true;
    const size_t row = reader->rows->n_rows;
    bind_ranges(reader, end);
    bool is_ok = read_responses(reader, error) && read_samples(reader, row, error)
                 && read_scores(reader, row, error) && read_slices(reader, row, error);
    for (size_t i = 0; i < N_TABLES; i++)
        sqlite3_reset(reader->statements[i]); // or they hold the log that is to be folded in
    ps_task_rows_number_new_clusters(reader->rows, row, reader->cluster_numbers);
    reader->next_item = end;
    return is_ok;
}

uint64_t ps_rows_reader_next_item(const PsRowsReader *reader)
{
    return reader->next_item;
}

PsTaskRows *ps_rows_reader_finish(PsRowsReader *reader)
{
    PsTaskRows *rows = g_steal_pointer(&reader->rows);
    for (size_t i = 0; i < rows->n_slicers; i++)
        ps_key_column_name(&rows->slicers[i], reader->key_numbers[i]);
    return rows;
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
    g_autoptr(PsRowsReader) reader = ps_rows_reader_new(run, task, registry, n_rows, error);
    return reader != NULL && ps_rows_reader_read(reader, UINT64_MAX, error)
               ? ps_rows_reader_finish(reader)
               : NULL;
}

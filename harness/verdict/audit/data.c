#include "harness/verdict/audit/data.h"

#include "harness/error.h"

#include <sqlite3.h>
#include <string.h>
#include <xxhash.h>

static const char *const yes_words[] = {"yes", "true"};
static const char *const no_words[] = {"no", "false"};

// ---- texts

char *ps_audit_normalize(const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    if (g_str_is_ascii(trimmed)) return g_ascii_strdown(trimmed, -1);
    return g_utf8_validate(trimmed, -1, NULL) ? g_utf8_casefold(trimmed, -1)
                                              : g_steal_pointer(&trimmed);
}

static PsNameHash hash_text(const char *normalized)
{
    XXH128_hash_t hash = XXH3_128bits(normalized, strlen(normalized));
    return (PsNameHash){.high = hash.high64, .low = hash.low64};
}

static bool is_one_of(const char *word, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (strcmp(word, words[i]) == 0) return true;
    return false;
}

// What a normalised text says; with positive, everything else is no.
static PsBinary read_binary(const char *normalized, const char *positive)
{
    if (positive != NULL)
        return strcmp(normalized, positive) == 0 ? PS_BINARY_YES : PS_BINARY_NO;
    if (is_one_of(normalized, yes_words, G_N_ELEMENTS(yes_words))) return PS_BINARY_YES;
    if (is_one_of(normalized, no_words, G_N_ELEMENTS(no_words))) return PS_BINARY_NO;
    return PS_BINARY_NONE;
}

// ---- numbering names

typedef struct {
    GHashTable *numbers;
    GPtrArray *names; // borrowed from numbers
} Names;

static Names names_new(void)
{
    return (Names){g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   g_ptr_array_new()};
}

static void names_clear(Names *names)
{
    if (names->numbers == NULL) return;
    g_hash_table_unref(names->numbers);
    g_ptr_array_unref(names->names);
}

static uint32_t number_of(Names *names, const char *name)
{
    void *number;
    if (g_hash_table_lookup_extended(names->numbers, name, NULL, &number))
        return GPOINTER_TO_UINT(number);
    char *copy = g_strdup(name);
    uint32_t next = names->names->len;
    g_hash_table_insert(names->numbers, copy, GUINT_TO_POINTER(next));
    g_ptr_array_add(names->names, copy);
    return next;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The names in alphabetical order, so that the order of the rows does not show.
static void sort_keys(PsKeyColumn *keys, Names *names, size_t n_rows)
{
    g_autofree uint32_t *moved = g_new(uint32_t, names->names->len + 1);
    keys->n_keys = names->names->len;
    keys->names = g_new0(char *, keys->n_keys + 1);
    for (size_t i = 0; i < keys->n_keys; i++)
        keys->names[i] = g_strdup(names->names->pdata[i]);
    qsort(keys->names, keys->n_keys, sizeof *keys->names, compare_names);
    for (uint32_t i = 0; i < keys->n_keys; i++)
        moved[number_of(names, keys->names[i])] = i;
    for (size_t row = 0; row < n_rows; row++)
        if (keys->of_rows[row] != PS_NO_KEY) keys->of_rows[row] = moved[keys->of_rows[row]];
}

// ---- reading

typedef struct {
    PsAuditData *data;
    const PsAuditWanted *wanted;
    char *positive; // normalised, or NULL
    Names *of_columns;
    Names pairs, attributes;
    uint64_t sample_id; // that the rest is of
    PsSample *sample;
    PsNameHash *references; // [sample->n_references]
    PsBinary label;
} Reading;

static void reading_clear(Reading *reading)
{
    for (size_t c = 0; reading->of_columns != NULL && c < reading->data->n_columns; c++)
        names_clear(&reading->of_columns[c]);
    g_free(reading->of_columns);
    names_clear(&reading->pairs);
    names_clear(&reading->attributes);
    g_free(reading->positive);
    g_free(reading->references);
    ps_sample_free(reading->sample);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

// A sample's label: yes if one of its references is, no if one is and none is yes.
static PsBinary read_label(Reading *reading)
{
    PsBinary label = PS_BINARY_NONE;
    for (size_t i = 0; i < reading->sample->n_references; i++) {
        g_autofree char *text = ps_audit_normalize(reading->sample->references[i]);
        reading->references[i] = hash_text(text);
        PsBinary one = read_binary(text, reading->positive);
        label = MAX(label, one);
    }
    return label;
}

static bool read_sample(Reading *reading, sqlite3_stmt *statement, GError **error)
{
    const char *content = (const char *)sqlite3_column_text(statement, 3);
    g_clear_pointer(&reading->sample, ps_sample_free);
    if (content == NULL) content = "";
    reading->sample = ps_sample_from_json(content, strlen(content), error);
    if (reading->sample == NULL) return false;
    g_free(reading->references);
    reading->references = g_new(PsNameHash, reading->sample->n_references + 1);
    reading->label = read_label(reading);
    if (reading->label == PS_BINARY_NONE) reading->data->is_binary = false;
    for (size_t i = 0; i < reading->sample->n_attributes; i++)
        number_of(&reading->attributes, reading->sample->attributes[i].key);
    return true;
}

static void read_answer(Reading *reading, size_t row, const char *answer)
{
    PsAuditData *data = reading->data;
    if (answer == NULL || data->rows->outcomes[row] != PS_OUTCOME_ANSWERED) return;
    g_autofree char *text = ps_audit_normalize(answer);
    data->answers[row] = hash_text(text);
    data->predictions[row] = (uint8_t)read_binary(text, reading->positive);
    for (size_t i = 0; i < reading->sample->n_references; i++)
        data->is_reference[row] =
            data->is_reference[row]
            || ps_name_hash_compare(data->answers[row], reading->references[i]) == 0;
}

static void fill_row(Reading *reading, size_t row, const char *answer)
{
    PsAuditData *data = reading->data;
    const PsSample *sample = reading->sample;
    for (size_t c = 0; c < data->n_columns; c++) {
        if (data->columns[c].keys.names != NULL) continue; // not an attribute
        const char *value = ps_sample_attribute(sample, data->columns[c].name);
        data->columns[c].keys.of_rows[row] =
            value != NULL ? number_of(&reading->of_columns[c], value) : PS_NO_KEY;
    }
    const char *pair = ps_sample_attribute(sample, reading->wanted->pair);
    const char *control = ps_sample_attribute(sample, "control");
    data->pairs[row] = pair != NULL ? number_of(&reading->pairs, pair) : PS_NO_KEY;
    data->is_control[row] = control != NULL && g_ascii_strcasecmp(control, "true") == 0;
    data->labels[row] = (uint8_t)reading->label;
    read_answer(reading, row, answer);
}

// Steps over rows that take no part, up to the one of item_id.
static int step_to(PsRunFile *run, sqlite3_stmt *statement, uint64_t item_id, GError **error)
{
    int status;
    do
        status = ps_runfile_step(run, statement, error);
    while (status == 1 && (uint64_t)sqlite3_column_int64(statement, 0) < item_id);
    return status;
}

static bool read_rows(Reading *reading, PsRunFile *run, GError **error)
{
    const PsTaskRows *rows = reading->data->rows;
    const PsPlanTask *task = reading->data->task;
    sqlite3_stmt *statement =
        ps_runfile_prepare(run,
                           "SELECT item_id, response.sample_id, answer, content FROM response"
                           " LEFT JOIN sample ON sample.sample_id = response.sample_id"
                           " WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id",
                           error);
    if (statement == NULL) return false;
    const uint64_t end = task->first_item + task->n_items;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)task->first_item);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)end);
    int status = 0;
    for (size_t row = 0; row < rows->n_rows; row++) {
        if ((status = step_to(run, statement, rows->item_ids[row], error)) != 1) break;
        bool is_new = reading->sample == NULL || reading->sample_id != rows->sample_ids[row];
        reading->sample_id = rows->sample_ids[row];
        if (is_new && !read_sample(reading, statement, error)) {
            status = -1;
            break;
        }
        fill_row(reading, row, (const char *)sqlite3_column_text(statement, 2));
    }
    sqlite3_finalize(statement);
    return status >= 0;
}

// ---- columns that are no attributes

static void use_conditions(PsAuditData *data, PsAuditColumn *column)
{
    const PsTask *task = data->task->task;
    g_autofree uint32_t *numbers = g_new0(uint32_t, task->n_conditions);
    column->is_everywhere = true;
    column->keys.names = g_new0(char *, task->n_conditions + 1);
    for (size_t i = 0; i < task->n_conditions; i++) {
        if (task->conditions[i].ablation.kind != PS_ABLATION_NONE) continue;
        numbers[i] = (uint32_t)column->keys.n_keys;
        column->keys.names[column->keys.n_keys++] = g_strdup(task->conditions[i].label);
    }
    for (size_t row = 0; row < data->rows->n_rows; row++)
        column->keys.of_rows[row] = numbers[data->rows->conditions[row]];
}

static void use_slicer(PsAuditData *data, PsAuditColumn *column, size_t slicer)
{
    const PsKeyColumn *given = &data->rows->slicers[slicer];
    Names names = names_new();
    PsSlicerReads reads = data->task->task->slicers[slicer].slicer->reads;
    column->is_everywhere = reads != PS_SLICER_READS_SAMPLE && reads != PS_SLICER_READS_PARTS;
    for (size_t i = 0; i < given->n_keys; i++)
        number_of(&names, given->names[i]);
    memcpy(column->keys.of_rows, given->of_rows,
           data->rows->n_rows * sizeof *column->keys.of_rows);
    sort_keys(&column->keys, &names, data->rows->n_rows);
    names_clear(&names);
}

static void init_column(PsAuditData *data, PsAuditColumn *column, const char *name)
{
    const PsTask *task = data->task->task;
    column->name = g_strdup(name);
    column->keys.of_rows = g_new(uint32_t, data->rows->n_rows + 1);
    if (strcmp(name, "condition") == 0) {
        use_conditions(data, column);
        return;
    }
    for (size_t i = 0; i < task->n_slicers; i++)
        if (strcmp(task->slicers[i].label, name) == 0) {
            use_slicer(data, column, i);
            return;
        }
}

// ---- all

static void *permuted(void *elements, size_t element_bytes, const uint32_t *order, size_t n)
{
    char *moved = g_malloc(n * element_bytes + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(moved + i * element_bytes, (char *)elements + order[i] * element_bytes,
               element_bytes);
    g_free(elements);
    return moved;
}

static void order_rows(PsAuditData *data)
{
    size_t n = data->rows->n_rows;
    g_autofree uint32_t *order = ps_task_rows_canonical_order(data->rows);
#define PERMUTE(array) data->array = permuted(data->array, sizeof *data->array, order, n)
    for (size_t c = 0; c < data->n_columns; c++)
        PERMUTE(columns[c].keys.of_rows);
    PERMUTE(pairs);
    PERMUTE(is_control);
    PERMUTE(answers);
    PERMUTE(is_reference);
    PERMUTE(labels);
    PERMUTE(predictions);
#undef PERMUTE
    ps_task_rows_keep(data->rows, order, n);
    ps_task_rows_number_clusters(data->rows);
}

static void take_names(Reading *reading)
{
    PsAuditData *data = reading->data;
    for (size_t c = 0; c < data->n_columns; c++)
        if (data->columns[c].keys.names == NULL)
            sort_keys(&data->columns[c].keys, &reading->of_columns[c], data->rows->n_rows);
    data->n_pairs = reading->pairs.names->len;
    data->n_attributes = reading->attributes.names->len;
    data->attributes = g_new0(char *, data->n_attributes + 1);
    for (size_t i = 0; i < data->n_attributes; i++)
        data->attributes[i] = g_strdup(reading->attributes.names->pdata[i]);
    qsort(data->attributes, data->n_attributes, sizeof(char *), compare_names);
}

static PsAuditData *data_new(PsTaskRows *rows, const PsPlanTask *task, char **columns)
{
    PsAuditData *data = g_new0(PsAuditData, 1);
    size_t n_rows = rows->n_rows;
    data->task = task;
    data->rows = rows;
    data->is_binary = true;
    data->pairs = g_new(uint32_t, n_rows + 1);
    data->is_control = g_new0(bool, n_rows + 1);
    data->answers = g_new0(PsNameHash, n_rows + 1);
    data->is_reference = g_new0(bool, n_rows + 1);
    data->labels = g_new0(uint8_t, n_rows + 1);
    data->predictions = g_new0(uint8_t, n_rows + 1);
    data->n_columns = g_strv_length(columns);
    data->columns = g_new0(PsAuditColumn, data->n_columns + 1);
    for (size_t c = 0; c < data->n_columns; c++)
        init_column(data, &data->columns[c], columns[c]);
    return data;
}

// Rows of modality ablations take no part: nobody who uses the system leaves a picture out.
static void drop_ablations(PsTaskRows *rows, const PsTask *task)
{
    g_autofree uint32_t *order = g_new(uint32_t, rows->n_rows + 1);
    size_t n_kept = 0;
    for (uint32_t row = 0; row < rows->n_rows; row++)
        if (task->conditions[rows->conditions[row]].ablation.kind == PS_ABLATION_NONE)
            order[n_kept++] = row;
    if (n_kept < rows->n_rows) ps_task_rows_keep(rows, order, n_kept);
}

uint64_t ps_audit_data_n_planned(const PsPlanTask *task)
{
    uint64_t of_condition = task->n_items / task->task->n_conditions, n_planned = 0;
    for (size_t c = 0; c < task->task->n_conditions; c++)
        if (task->task->conditions[c].ablation.kind == PS_ABLATION_NONE)
            n_planned += of_condition;
    return n_planned;
}

PsAuditData *ps_audit_data_load(PsRunFile *run,
                                const PsPlanTask *task,
                                const PsRegistry *registry,
                                const PsAuditWanted *wanted,
                                GError **error)
{
    PsTaskRows *rows = ps_task_rows_load(run, task, registry, error);
    if (rows == NULL) return NULL;
    drop_ablations(rows, task->task);
    g_autoptr(PsAuditData) data = data_new(rows, task, wanted->columns);
    g_auto(Reading) reading = {.data = data, .wanted = wanted};
    reading.positive = wanted->positive != NULL ? ps_audit_normalize(wanted->positive) : NULL;
    reading.of_columns = g_new0(Names, data->n_columns + 1);
    for (size_t c = 0; c < data->n_columns; c++)
        reading.of_columns[c] = names_new();
    reading.pairs = names_new();
    reading.attributes = names_new();
    if (!read_rows(&reading, run, error)) {
        g_prefix_error(error, "%s: ", ps_runfile_path(run));
        return NULL;
    }
    take_names(&reading);
    order_rows(data);
    return g_steal_pointer(&data);
}

void ps_audit_data_free(PsAuditData *data)
{
    if (data == NULL) return;
    for (size_t c = 0; c < data->n_columns; c++) {
        g_free(data->columns[c].name);
        g_strfreev(data->columns[c].keys.names);
        g_free(data->columns[c].keys.of_rows);
    }
    g_free(data->columns);
    g_free(data->pairs);
    g_free(data->is_control);
    g_free(data->answers);
    g_free(data->is_reference);
    g_free(data->labels);
    g_free(data->predictions);
    g_strfreev(data->attributes);
    ps_task_rows_free(data->rows);
    g_free(data);
}

size_t ps_audit_data_column(const PsAuditData *data, const char *name)
{
    for (size_t c = 0; c < data->n_columns; c++)
        if (strcmp(data->columns[c].name, name) == 0) return c;
    g_assert_not_reached();
}

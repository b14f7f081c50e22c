#include "harness/import_records.h"

#include "harness/json_scan.h"

#include <string.h>
#include <xxhash.h>

// Hands a record's problem to the sink, with its place.
static bool tolerate(PsImportSink *sink, GError *problem, const char *place, GError **error)
{
    g_prefix_error(&problem, "%s: ", place);
    return ps_import_tolerate(sink, problem, error);
}

static bool visit_text(PsImportSink *sink,
                       const char *text,
                       size_t length,
                       PsImportVisit visit,
                       void *data,
                       GError **error)
{
    if (length > PS_IMPORT_RECORD_MOST)
        return ps_fail(error, PS_ERROR_DATA, "is longer than %u bytes", PS_IMPORT_RECORD_MOST);
    g_autoptr(cJSON) record = ps_json_parse(text, length, error);
    return record != NULL && visit(sink, record, data, error);
}

static GMappedFile *map(const char *path, GError **error)
{
    g_autoptr(GError) problem = NULL;
    GMappedFile *file = g_mapped_file_new(path, false, &problem);
    if (file == NULL) ps_fail(error, PS_ERROR_NO_INPUT, "%s", problem->message);
    return file;
}

// ---- lines

static bool is_blank(const char *line, size_t length)
{
    size_t n = 0;
    while (n < length && (line[n] == ' ' || line[n] == '\t' || line[n] == '\r'))
        n++;
    return n == length;
}

bool ps_import_lines(
    const char *path, PsImportSink *sink, PsImportVisit visit, void *data, GError **error)
{
    g_autoptr(GMappedFile) file = map(path, error);
    if (file == NULL) return false;
    const char *at = g_mapped_file_get_contents(file);
    const char *end = at != NULL ? at + g_mapped_file_get_length(file) : NULL;
    for (size_t number = 1; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const size_t length = (size_t)((stop != NULL ? stop : end) - at);
        g_autoptr(GError) problem = NULL;
        g_autofree char *place = g_strdup_printf("%s:%zu", path, number);
        if (!is_blank(at, length) && !visit_text(sink, at, length, visit, data, &problem)
            && !tolerate(sink, g_steal_pointer(&problem), place, error))
            return false;
        at += length + 1;
    }
    return true;
}

// ---- arrays

// Steps into the array; false if there is none.
static bool enter(PsJsonScan *scan, const char *key)
{
    if (key == NULL) return ps_json_scan_peek(scan) == '[';
    if (ps_json_scan_peek(scan) != '{') return false;
    PsJsonSpan member, value;
    for (size_t n = 0; ps_json_scan_member(scan, n, &member); n++) {
        if (ps_json_span_equal(&member, key)) return ps_json_scan_peek(scan) == '[';
        if (!ps_json_scan_value(scan, &value)) return false;
    }
    return false;
}

static char *array_name(const char *path, const char *key)
{
    return g_strdup_printf("%s%s%s", path, key != NULL ? ": " : "", key != NULL ? key : "");
}

// Calls each for the span of every element. The scan's own error names the byte.
static bool
each_span(const char *path,
          const char *key,
          GMappedFile *file,
          bool (*each)(const PsJsonSpan *span, size_t n, void *data, GError **error),
          void *data,
          GError **error)
{
    PsJsonScan scan;
    PsJsonSpan span;
    g_autofree char *name = array_name(path, key);
    const char *text = g_mapped_file_get_contents(file);
    ps_json_scan_init(&scan, text != NULL ? text : "", g_mapped_file_get_length(file));
    if (!enter(&scan, key)) {
        if (scan.problem == NULL)
            return ps_fail(error, PS_ERROR_DATA, "%s: is not a list", name);
        ps_json_scan_finish(&scan, false, error);
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    for (size_t n = 0; ps_json_scan_element(&scan, n); n++) {
        if (!ps_json_scan_value(&scan, &span)) break;
        if (!each(&span, n, data, error)) return false;
    }
    if (ps_json_scan_finish(&scan, false, error)) return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

typedef struct {
    const char *path, *key;
    PsImportSink *sink;
    PsImportVisit visit;
    void *data;
} Walk;

static bool visit_span(const PsJsonSpan *span, size_t n, void *data, GError **error)
{
    const Walk *walk = data;
    g_autoptr(GError) problem = NULL;
    if (visit_text(walk->sink, span->text, span->length, walk->visit, walk->data, &problem))
        return true;
    g_autofree char *name = array_name(walk->path, walk->key);
    g_autofree char *place = g_strdup_printf("%s[%zu]", name, n);
    return tolerate(walk->sink, g_steal_pointer(&problem), place, error);
}

bool ps_import_elements(const char *path,
                        const char *key,
                        PsImportSink *sink,
                        PsImportVisit visit,
                        void *data,
                        GError **error)
{
    Walk walk = {path, key, sink, visit, data};
    g_autoptr(GMappedFile) file = map(path, error);
    return file != NULL && each_span(path, key, file, visit_span, &walk, error);
}

// ---- tables

typedef struct {
    const char *at, *end;
    size_t line;
    bool is_quoted;
    bool is_open;   // the last cell's quote never closed
    size_t n_bytes; // of the row so far; beyond PS_IMPORT_RECORD_MOST none is kept
} Cells;

// The next cell; *is_last: a line's end follows. The caller's.
static char *next_cell(Cells *cells, bool *is_last)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    bool in_quotes = cells->is_quoted && cells->at < cells->end && *cells->at == '"';
    cells->at += in_quotes;
    for (; cells->at < cells->end; cells->at++) {
        const char c = *cells->at;
        const bool is_double = c == '"' && cells->at + 1 < cells->end && cells->at[1] == '"';
        if (in_quotes && is_double) {
            cells->at++;
        } else if (in_quotes && c == '"') {
            in_quotes = false;
            continue;
        } else if (!in_quotes && (c == '\t' || c == '\n')) {
            break;
        }
        cells->line += c == '\n';
        if (++cells->n_bytes > PS_IMPORT_RECORD_MOST) continue;
        if (c != '\r' || in_quotes) g_string_append_c(cell, c);
    }
    cells->is_open = in_quotes;
    *is_last = cells->at >= cells->end || *cells->at == '\n';
    cells->line += cells->at < cells->end && *cells->at == '\n';
    if (cells->at < cells->end) cells->at++;
    return g_string_free(g_steal_pointer(&cell), false);
}

#define COLUMNS_MOST 1000

// One more cell than may be tells that there are too many.
static GPtrArray *next_row(Cells *cells)
{
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
    bool is_last = cells->at >= cells->end;
    cells->n_bytes = 0;
    while (!is_last) {
        g_autofree char *cell = next_cell(cells, &is_last);
        if (row->len <= COLUMNS_MOST) g_ptr_array_add(row, g_steal_pointer(&cell));
    }
    return row;
}

const char *ps_import_cell(const PsImportRow *row, const char *name)
{
    for (size_t i = 0; i < row->n_columns; i++)
        if (strcmp(row->columns[i], name) == 0) return row->cells[i];
    return NULL;
}

static bool visit_row(PsImportSink *sink,
                      const GPtrArray *columns,
                      GPtrArray *cells,
                      PsImportRowVisit visit,
                      void *data,
                      GError **error)
{
    if (cells->len != columns->len)
        return ps_fail(error, PS_ERROR_DATA, "has %u cells, the first line %u", cells->len,
                       columns->len);
    for (guint i = 0; i < cells->len; i++)
        if (!g_utf8_validate(cells->pdata[i], -1, NULL))
            return ps_fail(error, PS_ERROR_DATA, "is not UTF-8");
    const PsImportRow row = {columns->len, (char **)columns->pdata, (char **)cells->pdata};
    return visit(sink, &row, data, error);
}

// A name that is there twice would hide a column.
static bool are_columns(const GPtrArray *names, const char *path, GError **error)
{
    if (names->len > COLUMNS_MOST)
        return ps_fail(error, PS_ERROR_DATA, "%s:1: has more than %u columns", path,
                       COLUMNS_MOST);
    for (guint i = 0; i < names->len; i++) {
        if (!g_utf8_validate(names->pdata[i], -1, NULL))
            return ps_fail(error, PS_ERROR_DATA, "%s:1: is not UTF-8", path);
        for (guint other = 0; other < i; other++)
            if (strcmp(names->pdata[i], names->pdata[other]) == 0)
                return ps_fail(error, PS_ERROR_DATA, "%s:1: two columns are called \"%s\"",
                               path, (const char *)names->pdata[i]);
    }
    return true;
}

bool ps_import_table(const char *path,
                     bool is_quoted,
                     PsImportSink *sink,
                     PsImportRowVisit visit,
                     void *data,
                     GError **error)
{
    g_autoptr(GMappedFile) file = map(path, error);
    if (file == NULL) return false;
    const char *text = g_mapped_file_get_contents(file);
    const size_t length = g_mapped_file_get_length(file);
    if (length == 0 || memchr(text, '\0', length) != NULL)
        return ps_fail(error, PS_ERROR_DATA, "%s: is not a table", path);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    Cells cells = {text, g_mapped_file_get_contents(file) + length, 1, is_quoted, false, 0};
    g_autoptr(GPtrArray) columns = next_row(&cells);
    if (!are_columns(columns, path, error)) return false;
    while (cells.at < cells.end) {
        g_autofree char *place = g_strdup_printf("%s:%zu", path, cells.line);
        g_autoptr(GError) problem = NULL;
        g_autoptr(GPtrArray) row = next_row(&cells);
        if (cells.is_open)
            return ps_fail(error, PS_ERROR_DATA, "%s: a quote in this row never closes", place);
        const bool is_empty = row->len == 1 && *(const char *)row->pdata[0] == '\0';
        const bool is_short = cells.n_bytes <= PS_IMPORT_RECORD_MOST
                              || ps_fail(&problem, PS_ERROR_DATA, "is longer than %u bytes",
                                         PS_IMPORT_RECORD_MOST);
        if (!is_empty && !(is_short && visit_row(sink, columns, row, visit, data, &problem))
            && !tolerate(sink, g_steal_pointer(&problem), place, error))
            return false;
    }
    return true;
}

// ---- indices

typedef struct {
    uint64_t key; // XXH3 of its text
    uint64_t offset;
    uint32_t length;
    unsigned place : 31; // keeps the file's order
    unsigned is_found : 1;
} Entry;

struct PsImportIndex {
    char *name, *by; // name: "FILE: KEY"
    PsImportSink *sink;
    GMappedFile *file;
    GArray *entries; // Entry, ascending
};

static int compare_entries(gconstpointer a, gconstpointer b)
{
    const Entry *first = a, *second = b;
    if (first->key != second->key) return first->key < second->key ? -1 : 1;
    return (first->place > second->place) - (first->place < second->place);
}

static bool add_entry(PsImportIndex *index, const PsJsonSpan *span, size_t n, GError **error)
{
    if (span->length > PS_IMPORT_RECORD_MOST || n > INT32_MAX)
        return ps_fail(error, PS_ERROR_DATA, "is too large, or one too many");
    g_autoptr(cJSON) record = ps_json_parse(span->text, span->length, error);
    g_autofree char *key = record != NULL ? ps_import_need(record, index->by, error) : NULL;
    if (key == NULL) return false;
    const Entry entry = {.key = XXH3_64bits(key, strlen(key)),
                         .offset =
                             (uint64_t)(span->text - g_mapped_file_get_contents(index->file)),
                         .length = (uint32_t)span->length,
                         .place = (unsigned)n & INT32_MAX};
    g_array_append_val(index->entries, entry);
    return true;
}

static bool visit_entry(const PsJsonSpan *span, size_t n, void *data, GError **error)
{
    PsImportIndex *index = data;
    g_autoptr(GError) problem = NULL;
    if (add_entry(index, span, n, &problem)) return true;
    g_autofree char *place = g_strdup_printf("%s[%zu]", index->name, n);
    return tolerate(index->sink, g_steal_pointer(&problem), place, error);
}

PsImportIndex *ps_import_index_new(
    const char *path, const char *key, const char *by, PsImportSink *sink, GError **error)
{
    g_autoptr(PsImportIndex) index = g_new0(PsImportIndex, 1);
    index->name = array_name(path, key);
    index->by = g_strdup(by);
    index->sink = sink;
    index->entries = g_array_new(false, false, sizeof(Entry));
    index->file = map(path, error);
    if (index->file == NULL || !each_span(path, key, index->file, visit_entry, index, error))
        return NULL;
    g_array_sort(index->entries, compare_entries);
    return g_steal_pointer(&index);
}

void ps_import_index_free(PsImportIndex *index)
{
    if (index == NULL) return;
    if (index->file != NULL) g_mapped_file_unref(index->file);
    g_array_unref(index->entries);
    g_free(index->name);
    g_free(index->by);
    g_free(index);
}

cJSON *ps_import_index_find(PsImportIndex *index, const char *key, size_t n)
{
    const uint64_t hash = XXH3_64bits(key, strlen(key));
    size_t low = 0, high = index->entries->len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (g_array_index(index->entries, Entry, middle).key < hash)
            low = middle + 1;
        else
            high = middle;
    }
    if (low + n >= index->entries->len) return NULL;
    Entry *entry = &g_array_index(index->entries, Entry, low + n);
    if (entry->key != hash) return NULL;
    entry->is_found = 1;
    return ps_json_parse(g_mapped_file_get_contents(index->file) + entry->offset, entry->length,
                         NULL);
}

void ps_import_index_note_rest(const PsImportIndex *index, PsImportSink *sink)
{
    size_t n_rest = 0, first = SIZE_MAX;
    for (guint i = 0; i < index->entries->len; i++) {
        const Entry *entry = &g_array_index(index->entries, Entry, i);
        if (entry->is_found) continue;
        n_rest++;
        first = MIN(first, entry->place);
    }
    if (n_rest > 0)
        ps_import_note(sink,
                       "%zu records belong to none that was imported, the first is %s[%zu]",
                       n_rest, index->name, first);
}

// ---- members

char *ps_import_text_of(const cJSON *record, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(record, member);
    if (cJSON_IsString(value)) return g_strdup(value->valuestring);
    if (!cJSON_IsNumber(value)) return NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    ps_json_append_number(out, value->valuedouble);
    return g_strdup(out->str);
}

char *ps_import_need(const cJSON *record, const char *member, GError **error)
{
    char *text = ps_import_text_of(record, member);
    if (text == NULL) ps_fail(error, PS_ERROR_DATA, "has no \"%s\"", member);
    return text;
}

static bool add_one_reference(PsImportSink *sink, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        ps_import_add_reference(sink, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        g_autoptr(GString) out = g_string_new(NULL);
        ps_json_append_number(out, value->valuedouble);
        ps_import_add_reference(sink, out->str);
    }
    return cJSON_IsString(value) || cJSON_IsNumber(value);
}

bool ps_import_add_references(PsImportSink *sink,
                              const cJSON *value,
                              const char *what,
                              GError **error)
{
    const cJSON *one;
    bool is_ok =
        cJSON_IsArray(value) ? cJSON_GetArraySize(value) > 0 : add_one_reference(sink, value);
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(one, value) is_ok = is_ok && add_one_reference(sink, one);
    return is_ok || ps_fail(error, PS_ERROR_DATA, "\"%s\" holds no accepted answer", what);
}

// Walking the files of other kits, record by record, in bounded memory. Each walk calls visit
// for every record; what visit does not understand (PS_ERROR_DATA) is the sink's to tolerate,
// and its message gets the record's place in front: "FILE:LINE: ", "FILE: annotations[17]: ".
#pragma once

#include "harness/import_sink.h"
#include "harness/json.h"

#define PS_IMPORT_RECORD_MOST (256u << 20) // bytes of one record

typedef bool (*PsImportVisit)(PsImportSink *sink,
                              const cJSON *record,
                              void *data,
                              GError **error);

// JSON Lines; blank lines are passed over.
bool ps_import_lines(
    const char *path, PsImportSink *sink, PsImportVisit visit, void *data, GError **error);

// The elements of a JSON array: of the member key of the file's object, or, where key is NULL,
// of the file itself. PS_ERROR_DATA if there is no such array. The file is mapped, not read.
bool ps_import_elements(const char *path,
                        const char *key,
                        PsImportSink *sink,
                        PsImportVisit visit,
                        void *data,
                        GError **error);

// Tables of tab-separated values whose first line names the columns, each once. Cells are text.
// A row with more or fewer of them is not understood.
typedef struct {
    size_t n_columns;
    char **columns, **cells; // [n_columns]
} PsImportRow;

// The cell of the column called name, or NULL if there is no such column.
const char *ps_import_cell(const PsImportRow *row, const char *name);

typedef bool (*PsImportRowVisit)(PsImportSink *sink,
                                 const PsImportRow *row,
                                 void *data,
                                 GError **error);

// is_quoted: a cell that begins with '"' goes on to the next single one, line breaks and all,
// as pandas writes it; otherwise quotes are text (Common Voice).
bool ps_import_table(const char *path,
                     bool is_quoted,
                     PsImportSink *sink,
                     PsImportRowVisit visit,
                     void *data,
                     GError **error);

// ---- what belongs together, in two places of a file or in two files

// Where records with a key lie; 24 bytes a record. Of one thread.
typedef struct PsImportIndex PsImportIndex;

// Of the elements of an array as above, by their member by (a number or a text). A record
// without it is an error, or the sink's to tolerate.
PsImportIndex *ps_import_index_new(
    const char *path, const char *key, const char *by, PsImportSink *sink, GError **error);
void ps_import_index_free(PsImportIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsImportIndex, ps_import_index_free)

// Record number n (from 0) among those with that key, in the file's order; NULL if there are no
// more. The caller's.
cJSON *ps_import_index_find(PsImportIndex *index, const char *key, size_t n);

// Notes how many records nobody has found, and where the first of them is.
void ps_import_index_note_rest(const PsImportIndex *index, PsImportSink *sink);

// A member that is a text or a number, as text; NULL if it is neither. The caller's.
char *ps_import_text_of(const cJSON *record, const char *member);

// Adds a text or a number, or every one of a list of them, as references. PS_ERROR_DATA, naming
// what, if it is anything else or an empty list.
bool ps_import_add_references(PsImportSink *sink,
                              const cJSON *value,
                              const char *what,
                              GError **error);

// The same; without one, an error that names it.
char *ps_import_need(const cJSON *record, const char *member, GError **error);

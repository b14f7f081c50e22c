// Where an importer writes: a dataset folder that appears whole or not at all. Rows go to the
// file as they come, media are written once a content; memory does not grow with the data.
//
//     ps_import_begin(sink, id); ps_import_add_text(…); …; ps_import_end(sink, error)
//
// What a record lacks is an error of the record; a row that was begun and not ended is dropped.
#pragma once

#include "harness/error.h"
#include "harness/sample.h"

typedef struct PsImportSink PsImportSink;

// A folder beside output, which must not exist; with_unknown: records that are not understood
// are counted, not an end.
PsImportSink *ps_import_sink_new(const char *output, bool with_unknown, GError **error);

// Gives up what was written, if ps_import_sink_finish has not been called.
void ps_import_sink_free(PsImportSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsImportSink, ps_import_sink_free)

void ps_import_begin(PsImportSink *sink, const char *id);
void ps_import_set_cluster(PsImportSink *sink, const char *cluster);
void ps_import_add_text(PsImportSink *sink, const char *text);
void ps_import_add_reference(PsImportSink *sink,
                             const char *reference); // one that is there stays once
void ps_import_repeat_reference(PsImportSink *sink,
                                const char *reference); // as often as it is given
void ps_import_add_attribute(PsImportSink *sink,
                             const char *name,
                             const char *value); // NULL, "": none

// Media, from bytes (name: where its type may be seen, or NULL) or from a file below folder,
// whose path may not be absolute nor lead out of it. PS_ERROR_DATA: not there, too large.
bool ps_import_add_bytes(
    PsImportSink *sink, PsPartKind kind, GBytes *bytes, const char *name, GError **error);
bool ps_import_add_file(
    PsImportSink *sink, PsPartKind kind, const char *folder, const char *path, GError **error);

// The parts of the row so far, to be given to another row that has the same media: some 150
// bytes a medium. The caller's.
char *ps_import_parts(const PsImportSink *sink);
void ps_import_repeat_parts(PsImportSink *sink, const char *parts);

// What some system answered to the row, for predictions.jsonl. Before the row's end.
void ps_import_set_answer(PsImportSink *sink, const char *answer);

// Writes the row. PS_ERROR_DATA without an id, with that of an earlier row, without a part, or
// if the row is not one that a reader takes (too many references, say).
bool ps_import_end(PsImportSink *sink, GError **error);

// What to do with a record that was not understood: true, with problem counted (and freed), or
// false with error set to it. Takes problem.
bool ps_import_tolerate(PsImportSink *sink, GError *problem, GError **error);

typedef struct {
    size_t n_rows, n_media, n_answers, n_unknown;
    GPtrArray *unknown; // char *, the first PS_IMPORT_SHOWN messages; the sink's
    GPtrArray *notes;   // char *, of ps_import_note; the sink's
} PsImportCounts;
#define PS_IMPORT_SHOWN 5

// What is no error and yet has to be said when all is done.
void ps_import_note(PsImportSink *sink, const char *format, ...) G_GNUC_PRINTF(2, 3);

const PsImportCounts *ps_import_counts(const PsImportSink *sink);

// The folder that is being written, and its files before it appears.
const char *ps_import_folder(const PsImportSink *sink);

// Closes the files and puts the folder in its place. PS_ERROR_DATA if there is no row;
// PS_ERROR_CANT_CREATE if something, an empty folder even, has come to be in that place.
bool ps_import_sink_close(PsImportSink *sink, GError **error);
bool ps_import_sink_finish(PsImportSink *sink, GError **error);

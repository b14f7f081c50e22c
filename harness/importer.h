// An importer reads what other kits have (their files, as they publish them) and writes a
// dataset of ours. One file in datasets/importers/ and one row in datasets/importers.def;
// docs/import.md is the manual.
#pragma once

#include "harness/import_records.h"
#include "harness/import_sink.h"

typedef struct {
    const char *path;        // what the command line names
    const char *annotations; // --annotations FILE, or NULL
    const char *images;      // --media FOLDER, or NULL: the folder of path
} PsImportSource;

typedef struct PsImporter {
    const char *name;    // "vlmevalkit"
    const char *source;  // what path is: "FILE.tsv"
    const char *summary; // one sentence
    const char *metrics; // as in a suite: "exact_match, token_f1"
    const char *prompt;  // of the suite's task, or NULL

    // Adds every record of source to sink. False: reading failed, or a record was not
    // understood and the sink does not tolerate that.
    bool (*import)(const PsImportSource *source, PsImportSink *sink, GError **error);
} PsImporter;

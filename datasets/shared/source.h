// A source: what the readers of this folder have in common. A store (a folder, a pack) delivers
// the text of the rows and the bytes of media; a source makes samples of them, counts and
// hashes them. The functions that take `void *source` have the signatures of PsReader, so that
// a reader's table can name them.
#pragma once

#include "datasets/shared/lines.h"
#include "harness/dataset.h"

#define PS_MANIFEST_MAX_BYTES ((size_t)16 << 20)

typedef struct {
    PsLinesRead read; // of the rows' text
    // The bytes of a media part; errors name its path. Thread-safe.
    GBytes *(*load)(void *store, const PsPart *part, GError **error);
    void (*close)(void *store);
} PsStoreFunctions;

typedef struct {
    const PsStoreFunctions *functions;
    void *store;
    char *rows_name; // what messages call the rows' text: "samples.jsonl"
    PsManifest *manifest;
    PsLines lines;
} PsSource;

// Takes ownership of store and manifest; if the manifest has no name, it gets default_name.
PsSource *ps_source_new(const PsStoreFunctions *functions,
                        void *store,
                        const char *rows_name,
                        PsManifest *manifest,
                        const char *default_name);
void ps_source_close(void *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSource, ps_source_close)

const PsManifest *ps_source_manifest(void *source);

// The next sample. After a row that is damaged (PS_ERROR_DATA, naming file and line) the next
// call goes on behind it; after any other failure it is at the end.
PsSample *ps_source_next(void *source, GError **error);

// The same of another reading of the rows' text.
PsSample *ps_source_parse(const PsSource *source, PsLines *lines, GError **error);

bool ps_source_rewind(void *source, GError **error);

// Counts and hashes, from the start and back to it. docs/datasets.md defines the hash. Fails on
// the first damaged row, and on the first id that is there twice, naming both lines.
bool ps_source_measure(void *source, size_t *n_samples, char **sha256, GError **error);

PsMedia *ps_source_load_media(void *source, const PsPart *part, bool verify, GError **error);

// The bytes alone, with their hash in *sha256 (the caller's), which is compared with a stated
// one.
GBytes *
ps_source_load_hashed(PsSource *source, const PsPart *part, char **sha256, GError **error);

// Makes a manifest of the bytes of a manifest.json.
PsManifest *ps_source_parse_manifest(GBytes *bytes, GError **error);

// The name of the rows' file as the manifest states it ("samples"), else "samples.jsonl".
char *ps_source_samples_name(const PsManifest *manifest);

// A temporary folder with what another kit has, for the tests of importers: a.png, b c.png,
// huge.png (more than a medium may have) and page.html (no medium), in the folder itself.
#pragma once

#include "tests/datasets/dataset_fixture.h"

#include "harness/importer.h"

#include <criterion/criterion.h>

// A picture, as far as its first bytes tell.
#define PNG_BYTES "\x89PNG\r\n\x1a\n0123456789012345678901234567890123456789012"
#define PNG_BASE64 "iVBORw0KGgowMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEy"

// The parts of a.png and of "b c.png", as they are written.
#define A_PART                                                                                 \
    "{\"image\":\"media/83ed0bb60506b1a70209729a.png\",\"sha256\":\""                          \
    "83ed0bb60506b1a70209729a8f27f513a69238e63ffa2882ddaed87f14eee615\",\"media_type\":"       \
    "\"image/png\"}"
#define B_PART                                                                                 \
    "{\"image\":\"media/c10c17d97dbf16983123fd25.png\",\"sha256\":\""                          \
    "c10c17d97dbf16983123fd250762087f2dbd051ca651e83bcbe8867e45cc7bea\",\"media_type\":"       \
    "\"image/png\"}"

typedef struct {
    Fixture files;
    const PsImporter *importer;
    const char *source;      // the name that is imported
    const char *annotations; // or NULL
    bool with_unknown;
    size_t n_unknown; // after import_run
    char *notes;      // after import_run: what was noted, a line each
} Import;

void import_init(Import *import, const char *importer, const char *source);
void import_clear(Import *import);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Import, import_clear)

// Writes a file into the folder; length -1: a string.
void import_write(const Import *import, const char *name, const char *text, gssize length);

// Makes a file of n_bytes zero bytes that takes no room.
void import_write_zeros(const Import *import, const char *name, gint64 n_bytes);

// The rows that were written, or NULL with error set; the caller's.
char *import_run(Import *import, GError **error);

// Fails the test unless the rows are those.
void import_expect(Import *import, const char *rows);

// Fails the test unless the import is refused as data, in words that contain wanted, and
// nothing is left of it.
void import_expect_refused(Import *import, const char *wanted);

// Writes text as the source, and expects that.
void import_expect_text_refused(Import *import, const char *text, const char *wanted);

// A sensor series or a table: channels of numbers or words, row by row, as CSV or HDF5 files
// hold them. docs/datasets.md says how both are read. Thread-safe.
#pragma once

#include "harness/media.h"

#define PS_SERIES_MAX_CHANNELS 1000
#define PS_SERIES_MAX_VALUES (32u << 20) // rows times channels

typedef struct {
    char *name;     // "" if the file gives none
    char *unit;     // "" if the file gives none
    double *values; // [n_rows] numbers; NAN: missing. NULL for a channel of words
    char **words;   // [n_rows] words, UTF-8; NULL: missing. NULL for a channel of numbers
} PsChannel;

typedef struct {
    double rate_hz; // rows a second; 0: not a series in time, or not known
    char *
        time_column; // the title of a CSV file's column of times, or NULL; start_s is its first
    double start_s;
    size_t n_rows, n_channels;
    PsChannel *channels; // [n_channels] ≥ 1
} PsSeries;

// Room for n_rows of n_channels of numbers, which are not set. NULL if there is no memory for
// it.
PsSeries *ps_series_new(size_t n_rows, size_t n_channels);
void ps_series_free(PsSeries *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSeries, ps_series_free)

// Reads "text/csv" or "application/x-hdf5" (told by the first bytes where the type does not
// say). PS_ERROR_DATA, naming line or dataset, if it is neither, damaged, or too large.
PsSeries *ps_series_decode(const PsMedia *media, GError **error);

// type: "text/csv" or "application/x-hdf5" (a dataset a channel). The same series gives the
// same bytes, and reads back as the same series (HDF5: channels in the order of their names).
PsMedia *ps_series_encode(const PsSeries *series, const char *type, GError **error);

// What ps_series_encode has to be told so that media keeps its kind.
const char *ps_series_type(const PsMedia *media);

// The two forms of the above for CSV (harness/series_csv.c).
PsSeries *ps_series_from_csv(const char *text, size_t length, GError **error);
void ps_series_append_csv(GString *out, const PsSeries *series);
void ps_series_append_word(GString *out,
                           const char *word); // quoted where need be; NULL: nothing

// A series as text for a system that reads no files: a line that says what it is (rows,
// channels, rate), then CSV. A series of more than rows_most rows is divided into that many
// stretches of (nearly) equal length; each is a line with mean, least and greatest value of
// every channel of numbers, and the first of the words. Numbers have 6 significant digits. The
// caller's.
char *ps_series_text(const PsSeries *series, size_t rows_most);

// HDF5 as Debian builds it is not thread-safe: every call of it, in any part of the program, is
// made under this lock, which one thread may take more than once.
//     G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_lock();
GRecMutexLocker *ps_hdf5_lock(void);

// Blobs: one-dimensional byte arrays in an HDF5 file, which may come from anywhere. What is
// read: datasets of a one-byte type that lie in the file itself, whole or in chunks, plain or
// deflated. Chunks are fetched as they are stored and inflated here, into a buffer of the size
// they claim: HDF5's filter pipeline, whose deflate grows without bound and whose other filters
// are code loaded from elsewhere, never runs on a foreign file. External links, external
// storage and virtual datasets, through which a file could have others opened, are refused.
#pragma once

#include "harness/error.h"
#include "harness/series.h"

#include <hdf5.h>

// The lock of harness/series.h, under which every call of HDF5 is made. Taking it the first
// time also turns HDF5's own printing of errors and its loading of plugins off.
//     G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
GRecMutexLocker *ps_hdf5_enter(void);

// An identifier that closes itself: `g_auto(PsHdf5Id) id = H5Fopen(…);`
typedef hid_t PsHdf5Id;
void ps_hdf5_close(PsHdf5Id id);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(PsHdf5Id, ps_hdf5_close, H5I_INVALID_HID)

typedef struct PsBlob PsBlob;

// Opens the dataset called path in file. PS_ERROR_DATA, naming path, if it is not there, is not
// a blob, or is larger than max_bytes.
PsBlob *ps_blob_open(hid_t file, const char *path, guint64 max_bytes, GError **error);
void ps_blob_close(PsBlob *blob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsBlob, ps_blob_close)

guint64 ps_blob_size(const PsBlob *blob);

// Reads up to size bytes from offset on; fewer only at the end. PS_ERROR_DATA on damage.
bool ps_blob_read(
    PsBlob *blob, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error);

// Opens, reads whole and closes.
GBytes *ps_blob_load(hid_t file, const char *path, size_t max_bytes, GError **error);

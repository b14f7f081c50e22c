// HDF5 files from anywhere. Everything here is called under ps_hdf5_lock.
#pragma once

#include <glib.h>
#include <hdf5.h>
#include <stdbool.h>

// An identifier that closes itself: `g_auto(Hdf5Id) id = H5Fopen(…);`
typedef hid_t Hdf5Id;
void hdf5_id_close(Hdf5Id id);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(Hdf5Id, hdf5_id_close, H5I_INVALID_HID)

// Turns HDF5's own printing of errors and its loading of plugins off.
void hdf5_set_up(void);

// Whether the values of a dataset of one or two dimensions lie in the file itself, plain or
// with no other filters than deflate, shuffle and a checksum, and every deflated chunk,
// inflated here into a buffer of the size it claims, fits into it: HDF5's own inflating grows
// without bound.
bool hdf5_is_stored_safely(hid_t dataset, int n_dims, size_t value_bytes);

#include "harness/media/hdf5.h"

#include <zlib.h>

#define CHUNK_MOST_BYTES ((hsize_t)64 << 20)
#define CHUNKS_MOST ((hsize_t)1 << 25)

void hdf5_id_close(Hdf5Id id)
{
    if (id >= 0) H5Idec_ref(id);
}

void hdf5_set_up(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

static bool is_safe_filter(H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE
           || filter == H5Z_FILTER_FLETCHER32;
}

// Whether deflate is among the filters; false with *is_safe false if another one is.
static bool has_deflate(hid_t creation, bool *is_safe)
{
    int n_filters = H5Pget_nfilters(creation);
    bool found = false;
    *is_safe = n_filters >= 0;
    for (int i = 0; i < n_filters; i++) {
        unsigned flags, configuration;
        size_t n_values = 0;
        H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)i, &flags, &n_values, NULL, 0,
                                             NULL, &configuration);
        *is_safe = *is_safe && is_safe_filter(filter);
        found |= filter == H5Z_FILTER_DEFLATE;
    }
    return found;
}

// Whether a stored chunk inflates to no more than n_bytes (and a checksum's four).
static bool inflates_within(const uint8_t *stored, size_t length, size_t n_bytes)
{
    g_autofree uint8_t *room = g_try_malloc(n_bytes + 5);
    uLongf n_inflated = n_bytes + 5;
    if (room == NULL) return false;
    int status = uncompress(room, &n_inflated, stored, length);
    return status == Z_OK && n_inflated <= n_bytes + 4;
}

static bool check_chunk(hid_t dataset, hsize_t index, size_t chunk_bytes)
{
    hsize_t offset[2] = {0}, stored = 0;
    unsigned mask = 0;
    haddr_t address;
    g_auto(Hdf5Id) space = H5Dget_space(dataset);
    if (H5Dget_chunk_info(dataset, space, index, offset, &mask, &address, &stored) < 0)
        return false;
    if (stored == 0 || stored > CHUNK_MOST_BYTES + 64) return false;
    if (mask != 0) return stored <= chunk_bytes + 4; // a filter was left out: not deflated, say
    g_autofree uint8_t *bytes = g_try_malloc(stored);
    if (bytes == NULL || H5Dread_chunk(dataset, H5P_DEFAULT, offset, &mask, bytes) < 0)
        return false;
    return inflates_within(bytes, stored, chunk_bytes);
}

static bool check_chunks(hid_t dataset, hid_t creation, int n_dims, size_t value_bytes)
{
    hsize_t sides[2] = {1, 1}, n_chunks = 0;
    if (H5Pget_chunk(creation, n_dims, sides) != n_dims) return false;
    if (sides[0] > CHUNK_MOST_BYTES || sides[1] > CHUNK_MOST_BYTES
        || sides[0] * sides[1] > CHUNK_MOST_BYTES / value_bytes)
        return false;
    bool is_safe, is_deflated = has_deflate(creation, &is_safe);
    if (!is_safe) return false;
    if (!is_deflated) return true;
    g_auto(Hdf5Id) space = H5Dget_space(dataset);
    if (H5Dget_num_chunks(dataset, space, &n_chunks) < 0 || n_chunks > CHUNKS_MOST)
        return false;
    for (hsize_t i = 0; i < n_chunks; i++)
        if (!check_chunk(dataset, i, (size_t)(sides[0] * sides[1]) * value_bytes)) return false;
    return true;
}

bool hdf5_is_stored_safely(hid_t dataset, int n_dims, size_t value_bytes)
{
    g_auto(Hdf5Id) creation = H5Dget_create_plist(dataset);
    if (creation < 0 || H5Pget_external_count(creation) != 0) return false;
    H5D_layout_t layout = H5Pget_layout(creation);
    if (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS) return true;
    return layout == H5D_CHUNKED && check_chunks(dataset, creation, n_dims, value_bytes);
}

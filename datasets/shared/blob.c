#include "datasets/shared/blob.h"

#include <string.h>
#include <zlib.h>

// A chunk as it is stored, and what it inflates to.
#define MAX_CHUNK_BYTES ((hsize_t)16 << 20)

struct PsBlob {
    hid_t dataset, type;
    guint64 size;
    hsize_t chunk; // bytes of a chunk; 0: not chunked
    bool is_deflated;
    bool has_cached;
    guint64 cached; // the number of the chunk in chunk_bytes
    guint8 *chunk_bytes, *stored;
};

GRecMutexLocker *ps_hdf5_enter(void)
{
    static bool is_set_up;
    GRecMutexLocker *lock = ps_hdf5_lock();
    if (!is_set_up) {
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
        H5PLset_loading_state(0);
        is_set_up = true;
    }
    return lock;
}

void ps_hdf5_close(PsHdf5Id id)
{
    if (id >= 0) H5Idec_ref(id);
}

static herr_t refuse_external_link(const char *parent_file,
                                   const char *parent_group,
                                   const char *child_file,
                                   const char *child_object,
                                   unsigned *flags,
                                   hid_t fapl,
                                   void *user_data)
{
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object;
    (void)flags, (void)fapl, (void)user_data;
    return -1;
}

// Opened without following a link into another file.
static hid_t open_dataset(hid_t file, const char *path)
{
    H5O_info_t info;
    g_auto(PsHdf5Id) access = H5Pcreate(H5P_LINK_ACCESS);
    if (access < 0 || H5Pset_elink_cb(access, refuse_external_link, NULL) < 0) return -1;
    if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, access) < 0) return -1;
    if (info.type != H5O_TYPE_DATASET) return -1;
    g_auto(PsHdf5Id) dataset_access = H5Pcreate(H5P_DATASET_ACCESS);
    if (dataset_access < 0 || H5Pset_elink_cb(dataset_access, refuse_external_link, NULL) < 0)
        return -1;
    return H5Dopen2(file, path, dataset_access);
}

static bool has_byte_type(hid_t type)
{
    return H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == 1;
}

static bool get_size(hid_t dataset, guint64 *size)
{
    hsize_t extent;
    g_auto(PsHdf5Id) space = H5Dget_space(dataset);
    if (space < 0 || H5Sget_simple_extent_ndims(space) != 1
        || H5Sget_simple_extent_dims(space, &extent, NULL) != 1)
        return false;
    *size = extent;
    return true;
}

// No filter, or deflate alone.
static bool get_filters(hid_t creation, bool *is_deflated)
{
    unsigned flags, configuration;
    size_t n_values = 0;
    int n_filters = H5Pget_nfilters(creation);
    *is_deflated = n_filters == 1;
    if (n_filters <= 0) return n_filters == 0;
    H5Z_filter_t filter =
        H5Pget_filter2(creation, 0, &flags, &n_values, NULL, 0, NULL, &configuration);
    return n_filters == 1 && filter == H5Z_FILTER_DEFLATE;
}

static bool get_layout(PsBlob *blob)
{
    g_auto(PsHdf5Id) creation = H5Dget_create_plist(blob->dataset);
    if (creation < 0 || H5Pget_external_count(creation) != 0) return false;
    if (!get_filters(creation, &blob->is_deflated)) return false;
    switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
    case H5D_CONTIGUOUS:
        return !blob->is_deflated;
    case H5D_CHUNKED:
        return H5Pget_chunk(creation, 1, &blob->chunk) == 1 && blob->chunk > 0
               && blob->chunk <= MAX_CHUNK_BYTES;
    default:
        return false;
    }
}

static bool get_shape(PsBlob *blob, const char *path, guint64 max_bytes, GError **error)
{
    blob->type = H5Dget_type(blob->dataset);
    if (blob->type < 0 || !has_byte_type(blob->type) || !get_size(blob->dataset, &blob->size))
        return ps_fail(error, PS_ERROR_DATA, "%s: not a list of bytes", path);
    if (blob->size > max_bytes)
        return ps_fail(error, PS_ERROR_DATA,
                       "%s: %" G_GUINT64_FORMAT " bytes, more than the %" G_GUINT64_FORMAT
                       " that are allowed",
                       path, blob->size, max_bytes);
    return get_layout(blob)
           || ps_fail(error, PS_ERROR_DATA,
                      "%s: stored in a way that a pack may not use (external, virtual, a "
                      "filter other than deflate, or a chunk of more than 16 MB)",
                      path);
}

PsBlob *ps_blob_open(hid_t file, const char *path, guint64 max_bytes, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    g_autoptr(PsBlob) blob = g_new0(PsBlob, 1);
    blob->type = H5I_INVALID_HID;
    blob->dataset = open_dataset(file, path);
    if (blob->dataset < 0)
        return ps_fail_null(error, PS_ERROR_DATA, "%s: not in the pack, or damaged", path);
    if (!get_shape(blob, path, max_bytes, error)) return NULL;
    return g_steal_pointer(&blob);
}

void ps_blob_close(PsBlob *blob)
{
    if (!blob) return;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    ps_hdf5_close(blob->type);
    ps_hdf5_close(blob->dataset);
    g_free(blob->chunk_bytes);
    g_free(blob->stored);
    g_free(blob);
}

guint64 ps_blob_size(const PsBlob *blob)
{
    return blob->size;
}

static bool damaged(GError **error)
{
    return ps_fail(error, PS_ERROR_DATA, "the pack is damaged or cut short");
}

static bool
read_whole_layout(PsBlob *blob, guint64 offset, void *buffer, size_t size, GError **error)
{
    hsize_t start = offset, count = size;
    g_auto(PsHdf5Id) space = H5Dget_space(blob->dataset);
    g_auto(PsHdf5Id) memory = H5Screate_simple(1, &count, NULL);
    bool is_read =
        space >= 0 && memory >= 0
        && H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0
        && H5Dread(blob->dataset, blob->type, memory, space, H5P_DEFAULT, buffer) >= 0;
    return is_read || damaged(error);
}

// Inflates into exactly one chunk's bytes: less or more is damage.
static bool inflate_chunk(PsBlob *blob, size_t n_stored)
{
    uLongf length = (uLongf)blob->chunk;
    return uncompress(blob->chunk_bytes, &length, blob->stored, n_stored) == Z_OK
           && length == blob->chunk;
}

static bool fetch_chunk(PsBlob *blob, guint64 number)
{
    hsize_t offset = number * blob->chunk, n_stored = 0, most = compressBound(blob->chunk);
    uint32_t skipped_filters = 0;
    if (H5Dget_chunk_storage_size(blob->dataset, &offset, &n_stored) < 0) return false;
    if (n_stored == 0 || n_stored > most) return false;
    if (!blob->stored) {
        blob->stored = g_try_malloc(most);
        blob->chunk_bytes = g_try_malloc(blob->chunk);
        if (!blob->stored || !blob->chunk_bytes) return false;
    }
    if (H5Dread_chunk(blob->dataset, H5P_DEFAULT, &offset, &skipped_filters, blob->stored) < 0)
        return false;
    if (blob->is_deflated && !(skipped_filters & 1)) return inflate_chunk(blob, n_stored);
    if (n_stored != blob->chunk) return false;
    memcpy(blob->chunk_bytes, blob->stored, blob->chunk);
    return true;
}

static bool
read_chunks(PsBlob *blob, guint64 offset, guint8 *buffer, size_t size, GError **error)
{
    while (size > 0) {
        guint64 number = offset / blob->chunk;
        size_t start = (size_t)(offset % blob->chunk);
        size_t n = MIN(size, (size_t)blob->chunk - start);
        if (!blob->has_cached || blob->cached != number) {
            blob->has_cached = fetch_chunk(blob, number);
            blob->cached = number;
            if (!blob->has_cached) return damaged(error);
        }
        memcpy(buffer, blob->chunk_bytes + start, n);
        buffer += n;
        offset += n;
        size -= n;
    }
    return true;
}

bool ps_blob_read(
    PsBlob *blob, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error)
{
    *n_read = 0;
    if (offset >= blob->size) return true;
    size_t n = (size_t)MIN((guint64)size, blob->size - offset);
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    bool is_read = blob->chunk ? read_chunks(blob, offset, buffer, n, error)
                               : read_whole_layout(blob, offset, buffer, n, error);
    *n_read = is_read ? n : 0;
    return is_read;
}

GBytes *ps_blob_load(hid_t file, const char *path, size_t max_bytes, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    g_autoptr(PsBlob) blob = ps_blob_open(file, path, max_bytes, error);
    if (!blob) return NULL;
    size_t n_read;
    g_autofree guint8 *buffer = g_try_malloc(MAX(blob->size, 1));
    if (!buffer) return ps_fail_null(error, PS_ERROR_DATA, "%s: no memory for it", path);
    if (!ps_blob_read(blob, 0, buffer, (size_t)blob->size, &n_read, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&buffer), n_read);
}

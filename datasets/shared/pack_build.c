#include "datasets/shared/blob.h"
#include "datasets/shared/pack.h"

#include "harness/id_set.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SAMPLES_CHUNK ((hsize_t)256 << 10)
#define DEFLATE_LEVEL 6

typedef struct {
    PsSource *source;
    hid_t file;
    hid_t samples;       // the dataset that grows
    hsize_t n_written;   // bytes of it
    bool samples_failed; // a write to it
    PsIdSet *parts;      // that were packed: path, zero byte, stated hash
    PsPackCounts *counts;
} Builder;

static bool hdf5_failed(const char *what, GError **error)
{
    return ps_fail(error, PS_ERROR_IO, "writing the pack's %s failed (disk full?)", what);
}

static hid_t create_file(const char *path)
{
    g_auto(PsHdf5Id) access = H5Pcreate(H5P_FILE_ACCESS);
    g_auto(PsHdf5Id) creation = H5Pcreate(H5P_FILE_CREATE);
    if (access < 0 || creation < 0
        || H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) < 0
        || H5Pset_file_locking(access, false, true) < 0
        || H5Pset_obj_track_times(creation, false) < 0)
        return -1;
    return H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
}

static bool write_attribute(hid_t file, const char *name, hid_t type, const void *value)
{
    g_auto(PsHdf5Id) space = H5Screate(H5S_SCALAR);
    g_auto(PsHdf5Id) attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    return attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
}

static bool write_format(hid_t file)
{
    const int version = PS_PACK_VERSION;
    g_auto(PsHdf5Id) type = H5Tcopy(H5T_C_S1);
    return type >= 0 && H5Tset_size(type, sizeof PS_PACK_FORMAT) >= 0
           && write_attribute(file, "format", type, PS_PACK_FORMAT)
           && write_attribute(file, "version", H5T_STD_I32LE, &version);
}

// Time stamps are left out, so that the same data give the same file.
static hid_t object_plist(hid_t class)
{
    hid_t plist = H5Pcreate(class);
    if (plist >= 0) H5Pset_obj_track_times(plist, false);
    return plist;
}

static bool create_group(hid_t file, const char *name)
{
    g_auto(PsHdf5Id) creation = object_plist(H5P_GROUP_CREATE);
    g_auto(PsHdf5Id) group = H5Gcreate2(file, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    return group >= 0;
}

static bool write_blob(hid_t file, const char *name, const void *data, size_t size)
{
    const hsize_t extent = size;
    g_auto(PsHdf5Id) creation = object_plist(H5P_DATASET_CREATE);
    g_auto(PsHdf5Id) space = H5Screate_simple(1, &extent, NULL);
    g_auto(PsHdf5Id) dataset =
        H5Dcreate2(file, name, H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    return dataset >= 0
           && (size == 0
               || H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, data)
                      >= 0);
}

static hid_t create_samples(hid_t file)
{
    const hsize_t none = 0, unlimited = H5S_UNLIMITED, chunk = SAMPLES_CHUNK;
    g_auto(PsHdf5Id) creation = object_plist(H5P_DATASET_CREATE);
    g_auto(PsHdf5Id) space = H5Screate_simple(1, &none, &unlimited);
    if (creation < 0 || H5Pset_chunk(creation, 1, &chunk) < 0
        || H5Pset_deflate(creation, DEFLATE_LEVEL) < 0)
        return -1;
    return H5Dcreate2(file, "/samples", H5T_STD_U8LE, space, H5P_DEFAULT, creation,
                      H5P_DEFAULT);
}

// A tap on the source's lines: every byte of the rows' text goes into /samples as it stands.
static void append_samples(void *user_data, const char *bytes, size_t n_bytes)
{
    Builder *builder = user_data;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    const hsize_t start = builder->n_written, count = n_bytes, extent = start + count;
    builder->n_written = extent;
    if (H5Dset_extent(builder->samples, &extent) < 0) builder->samples_failed = true;
    g_auto(PsHdf5Id) space = H5Dget_space(builder->samples);
    g_auto(PsHdf5Id) memory = H5Screate_simple(1, &count, NULL);
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0
        || H5Dwrite(builder->samples, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, bytes) < 0)
        builder->samples_failed = true;
}

// The groups above name, made here because those that HDF5 makes by itself get a time stamp.
static bool create_parents(hid_t file, const char *name)
{
    for (const char *slash = strchr(name + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        H5O_info_t info;
        g_autofree char *parent = g_strndup(name, (gsize)(slash - name));
        if (H5Oget_info_by_name2(file, parent, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0
            && !create_group(file, parent))
            return false;
    }
    return true;
}

// "a" and "./a" are one file and one name in HDF5 too: a link that is there must lead to blob.
static bool link_path(hid_t file, const char *blob, const char *path)
{
    H5O_info_t there, wanted;
    g_autofree char *name = g_strconcat("/paths/", path, NULL);
    if (H5Oget_info_by_name2(file, name, &there, H5O_INFO_BASIC, H5P_DEFAULT) >= 0)
        return H5Oget_info_by_name2(file, blob, &wanted, H5O_INFO_BASIC, H5P_DEFAULT) >= 0
               && there.addr == wanted.addr;
    return create_parents(file, name)
           && H5Lcreate_hard(file, blob, file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0;
}

static bool pack_bytes(Builder *builder, const PsPart *part, const char *sha256, GBytes *bytes)
{
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    g_autofree char *name = g_strconcat("/media/", sha256, NULL);
    htri_t is_there = H5Lexists(builder->file, name, H5P_DEFAULT);
    if (is_there == 0) {
        size_t size;
        const void *data = g_bytes_get_data(bytes, &size);
        if (!write_blob(builder->file, name, data, size)) return false;
        builder->counts->n_media++;
        builder->counts->media_bytes += size;
    }
    return is_there >= 0 && (part->sha256 || link_path(builder->file, name, part->path));
}

static bool pack_part(Builder *builder, const PsPart *part, GError **error)
{
    g_autofree char *sha256 = NULL;
    g_autoptr(GString) key = g_string_new(part->path);
    g_string_append_c(key, '\0');
    if (part->sha256) g_string_append(key, part->sha256);
    if (ps_id_set_add(builder->parts, key->str, key->len, 1)) return true;
    g_autoptr(GBytes) bytes = ps_source_load_hashed(builder->source, part, &sha256, error);
    if (!bytes) return false;
    return pack_bytes(builder, part, sha256, bytes) || hdf5_failed(part->path, error);
}

static bool pack_rows(Builder *builder, GError **error)
{
    ps_lines_rewind(&builder->source->lines);
    builder->source->lines.tap = append_samples;
    builder->source->lines.tap_data = builder;
    for (;;) {
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_source_next(builder->source, &failure);
        if (failure) {
            g_propagate_error(error, failure);
            return false;
        }
        if (!sample) return !builder->samples_failed || hdf5_failed("samples", error);
        for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++)
            if (sample->parts[i].path && !pack_part(builder, &sample->parts[i], error))
                return false;
    }
}

static bool pack_all(Builder *builder, GError **error)
{
    const char *manifest = builder->source->manifest->json;
    if (!write_format(builder->file) || !create_group(builder->file, "/media")
        || !create_group(builder->file, "/paths")
        || !write_blob(builder->file, "/manifest", manifest, strlen(manifest)))
        return hdf5_failed("head", error);
    builder->samples = create_samples(builder->file);
    if (builder->samples < 0) return hdf5_failed("samples", error);
    bool is_packed = pack_rows(builder, error);
    ps_lines_rewind(&builder->source->lines);
    bool is_closed = H5Dclose(builder->samples) >= 0;
    return is_packed && (is_closed || hdf5_failed("samples", error));
}

static bool write_pack(Builder *builder, const char *path, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    builder->file = create_file(path);
    if (builder->file < 0) return hdf5_failed("file", error);
    bool is_packed = pack_all(builder, error);
    bool is_closed = H5Fclose(builder->file) >= 0;
    return is_packed && (is_closed || hdf5_failed("file", error));
}

static bool put_in_place(int fd, const char *from, const char *to, GError **error)
{
    if (fsync(fd) == 0 && rename(from, to) == 0) return true;
    return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", to, g_strerror(errno));
}

bool ps_pack_build(PsSource *source, const char *path, PsPackCounts *counts, GError **error)
{
    *counts = (PsPackCounts){0};
    if (!ps_pack_check(source, counts, error)) return false;
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0) return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", path, g_strerror(errno));
    g_autoptr(PsIdSet) parts = ps_id_set_new();
    Builder builder = {.source = source, .parts = parts, .counts = counts};
    bool is_built =
        write_pack(&builder, temporary, error) && put_in_place(fd, temporary, path, error);
    close(fd);
    if (!is_built) g_unlink(temporary);
    return is_built;
}

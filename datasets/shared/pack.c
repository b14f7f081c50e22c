#include "datasets/shared/pack.h"

#include "datasets/shared/blob.h"
#include "datasets/shared/folder.h"
#include "harness/json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// HDF5 File Format Specification 3.0, II.A: the signature, then the superblock's version.
#define SIGNATURE "\x89HDF\r\n\x1a\n"
#define SIGNATURE_BYTES 8
#define HEAD_BYTES (SIGNATURE_BYTES + 1)

typedef struct {
    hid_t file;
    PsBlob *samples;
} Pack;

static void pack_close(void *store)
{
    Pack *pack = store;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    ps_blob_close(pack->samples);
    ps_hdf5_close(pack->file);
    g_free(pack);
}

static void pack_free(Pack *pack)
{
    if (pack) pack_close(pack);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)

static bool pack_read(
    void *store, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error)
{
    return ps_blob_read(((Pack *)store)->samples, offset, buffer, size, n_read, error);
}

static GBytes *pack_load(void *store, const PsPart *part, GError **error)
{
    Pack *pack = store;
    g_autofree char *name = part->sha256 ? g_strconcat("/media/", part->sha256, NULL)
                                         : g_strconcat("/paths/", part->path, NULL);
    GBytes *bytes = ps_blob_load(pack->file, name, PS_MEDIA_MAX_BYTES, error);
    if (!bytes && part->sha256) g_prefix_error(error, "%s: ", part->path);
    return bytes;
}

static const PsStoreFunctions pack_functions = {
    .read = pack_read,
    .load = pack_load,
    .close = pack_close,
};

// The first bytes of a regular file at path into head. False, with error, if it has fewer.
static bool read_head(const char *path, unsigned char *head, GError **error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return ps_fail(error, PS_ERROR_NO_INPUT, "%s", g_strerror(errno));
    bool is_regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t n = is_regular ? pread(fd, head, HEAD_BYTES, 0) : 0;
    close(fd);
    if (!is_regular) return ps_fail(error, PS_ERROR_DATA, "not a regular file");
    return n == HEAD_BYTES || ps_fail(error, PS_ERROR_DATA, "too short to be a pack");
}

bool ps_pack_can_open(const char *path)
{
    unsigned char head[HEAD_BYTES];
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) return false;
    if (g_str_has_suffix(path, ".h5") || g_str_has_suffix(path, ".hdf5")) return true;
    return read_head(path, head, NULL) && memcmp(head, SIGNATURE, SIGNATURE_BYTES) == 0;
}

static bool check_head(const char *path, GError **error)
{
    unsigned char head[HEAD_BYTES];
    if (!read_head(path, head, error)) return false;
    if (memcmp(head, SIGNATURE, SIGNATURE_BYTES) != 0)
        return ps_fail(error, PS_ERROR_DATA, "not an HDF5 file");
    unsigned version = head[SIGNATURE_BYTES];
    return version == 2 || version == 3
           || ps_fail(error, PS_ERROR_DATA,
                      "not a pack: superblock version %u has no checksums (2 or 3 is needed)",
                      version);
}

static hid_t open_file(const char *path)
{
    g_auto(PsHdf5Id) access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0 || H5Pset_fapl_sec2(access) < 0
        || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0
        || H5Pset_file_locking(access, false, true) < 0)
        return -1;
    return H5Fopen(path, H5F_ACC_RDONLY, access);
}

// A scalar of class and of at most size bytes, read with its own type (for a string) or as int.
static bool
read_attribute(hid_t file, const char *name, H5T_class_t class, void *value, size_t size)
{
    g_auto(PsHdf5Id) attribute = H5Aopen(file, name, H5P_DEFAULT);
    if (attribute < 0) return false;
    g_auto(PsHdf5Id) type = H5Aget_type(attribute);
    g_auto(PsHdf5Id) space = H5Aget_space(attribute);
    if (type < 0 || space < 0 || H5Tget_class(type) != class || H5Tget_size(type) > size
        || H5Sget_simple_extent_npoints(space) != 1)
        return false;
    if (class == H5T_STRING && H5Tis_variable_str(type) != 0) return false;
    hid_t memory = class == H5T_INTEGER ? H5T_NATIVE_INT : type;
    return H5Aread(attribute, memory, value) >= 0;
}

static bool check_format(hid_t file, GError **error)
{
    char format[64] = "";
    int version = 0;
    if (!read_attribute(file, "format", H5T_STRING, format, sizeof format - 1)
        || strcmp(format, PS_PACK_FORMAT) != 0)
        return ps_fail(error, PS_ERROR_DATA,
                       "not a pack: the attribute \"format\" is not \"" PS_PACK_FORMAT "\"");
    if (!read_attribute(file, "version", H5T_INTEGER, &version, sizeof version)
        || version != PS_PACK_VERSION)
        return ps_fail(error, PS_ERROR_DATA,
                       "a pack of version %d, but only version %d is known", version,
                       PS_PACK_VERSION);
    return true;
}

static PsManifest *read_manifest(hid_t file, GError **error)
{
    g_autoptr(GBytes) bytes = ps_blob_load(file, "/manifest", PS_MANIFEST_MAX_BYTES, error);
    if (!bytes) return NULL;
    PsManifest *manifest = ps_source_parse_manifest(bytes, error);
    if (!manifest) g_prefix_error(error, "/manifest: ");
    return manifest;
}

PsSource *ps_pack_open(const char *path, GError **error)
{
    if (!check_head(path, error)) return NULL;
    G_GNUC_UNUSED g_autoptr(GRecMutexLocker) lock = ps_hdf5_enter();
    g_autoptr(Pack) pack = g_new0(Pack, 1);
    pack->file = open_file(path);
    if (pack->file < 0)
        return ps_fail_null(error, PS_ERROR_DATA, "HDF5 cannot open it: damaged or cut short");
    if (!check_format(pack->file, error)) return NULL;
    g_autoptr(PsManifest) manifest = read_manifest(pack->file, error);
    if (!manifest) return NULL;
    pack->samples = ps_blob_open(pack->file, "/samples", PS_PACK_MAX_SAMPLES_BYTES, error);
    if (!pack->samples) return NULL;
    g_autofree char *name = g_path_get_basename(path);
    return ps_source_new(&pack_functions, g_steal_pointer(&pack), "/samples",
                         g_steal_pointer(&manifest), name);
}

PsSource *ps_pack_open_any(const char *path, const PsDatasetOptions *options, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s: no such dataset", path);
    bool is_pack = ps_pack_can_open(path);
    if (!is_pack && !ps_folder_can_open(path))
        return ps_fail_null(error, PS_ERROR_DATA, "%s: not a dataset", path);
    PsSource *source =
        is_pack ? ps_pack_open(path, error) : ps_folder_open(path, options, error);
    if (!source) g_prefix_error(error, "%s: ", path);
    return source;
}

bool ps_pack_check(PsSource *source, PsPackCounts *counts, GError **error)
{
    g_autofree char *sha256 = NULL;
    if (!ps_source_measure(source, &counts->n_samples, &sha256, error)) return false;
    const PsManifest *manifest = source->manifest;
    if (*manifest->samples_sha256 && strcmp(manifest->samples_sha256, sha256) != 0)
        return ps_fail(error, PS_ERROR_DATA,
                       "the manifest says samples_sha256 is %s, but it is %s",
                       manifest->samples_sha256, sha256);
    g_autoptr(cJSON) object = ps_json_parse(manifest->json, strlen(manifest->json), error);
    if (!object) return false;
    double stated = ps_json_number(object, "n_samples", (double)counts->n_samples);
    return stated == (double)counts->n_samples
           || ps_fail(error, PS_ERROR_DATA,
                      "the manifest says n_samples is %.0f, but there are %zu", stated,
                      counts->n_samples);
}

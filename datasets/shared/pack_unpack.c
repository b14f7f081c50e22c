#include "datasets/shared/pack.h"
#include "datasets/shared/beneath.h"

#include "harness/id_set.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    PsSource *source;
    const char *dir; // a new folder that nobody else knows, so it holds no links
    int rows_fd;
    int rows_errno;    // of the first write to rows_fd that failed
    PsIdSet *parts;    // that were looked at: path as stated, stated hash
    PsIdSet *files;    // that were written: path without "." and "//"
    PsIdSet *contents; // of them: path, hash
    PsPackCounts *counts;
} Unpacker;

static bool cannot_create(const char *path, GError **error)
{
    return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", path, g_strerror(errno));
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

// A new file at path, which the dataset names, with the folders above it; -1 if it cannot be
// made.
static int create_file(Unpacker *unpacker, const char *path, GError **error)
{
    if (!ps_beneath_check(path, false, error)) return -1;
    g_autofree char *full = g_build_filename(unpacker->dir, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);
    int fd = -1;
    if (g_mkdir_with_parents(parent, 0777) == 0)
        fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) cannot_create(path, error);
    return fd;
}

static bool
write_file(Unpacker *unpacker, const char *path, const char *data, size_t size, GError **error)
{
    int fd = create_file(unpacker, path, error);
    if (fd < 0) return false;
    bool is_written = write_all(fd, data, size);
    is_written = close(fd) == 0 && is_written;
    return is_written || ps_fail(error, PS_ERROR_IO, "%s: %s", path, g_strerror(errno));
}

static void append_rows(void *user_data, const char *bytes, size_t n_bytes)
{
    Unpacker *unpacker = user_data;
    if (!unpacker->rows_errno && !write_all(unpacker->rows_fd, bytes, n_bytes))
        unpacker->rows_errno = errno;
}

// Whether the two strings (the second may be NULL) are in set already; adds them.
static bool is_in(PsIdSet *set, const char *first, const char *second)
{
    g_autoptr(GString) key = g_string_new(first);
    g_string_append_c(key, '\0');
    g_string_append(key, second ? second : "");
    return ps_id_set_add(set, key->str, key->len, 1) != 0;
}

// A file that several parts name is written once, and must have one content.
static bool unpack_part(Unpacker *unpacker, const PsPart *part, GError **error)
{
    g_autofree char *sha256 = NULL;
    if (is_in(unpacker->parts, part->path, part->sha256)) return true;
    if (!ps_beneath_check(part->path, false, error)) return false;
    g_autoptr(GBytes) bytes = ps_source_load_hashed(unpacker->source, part, &sha256, error);
    if (!bytes) return false;
    g_autofree char *file = g_canonicalize_filename(part->path, "/");
    bool is_written = is_in(unpacker->files, file, NULL);
    bool is_known = is_in(unpacker->contents, file, sha256);
    if (is_written && !is_known)
        return ps_fail(error, PS_ERROR_DATA, "%s: two contents for one file", part->path);
    if (is_written) return true;
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    unpacker->counts->n_media++;
    unpacker->counts->media_bytes += size;
    return write_file(unpacker, part->path, data, size, error);
}

static bool unpack_rows(Unpacker *unpacker, GError **error)
{
    for (;;) {
        GError *failure = NULL;
        g_autoptr(PsSample) sample = ps_source_next(unpacker->source, &failure);
        if (failure) {
            g_propagate_error(error, failure);
            return false;
        }
        if (!sample) return true;
        for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++)
            if (sample->parts[i].path && !unpack_part(unpacker, &sample->parts[i], error))
                return false;
    }
}

static bool unpack_all(Unpacker *unpacker, GError **error)
{
    PsSource *source = unpacker->source;
    const char *manifest = source->manifest->json;
    g_autofree char *rows = ps_source_samples_name(source->manifest);
    if (!write_file(unpacker, "manifest.json", manifest, strlen(manifest), error)) return false;
    unpacker->rows_fd = create_file(unpacker, rows, error);
    if (unpacker->rows_fd < 0) return false;
    ps_lines_rewind(&source->lines);
    source->lines.tap = append_rows;
    source->lines.tap_data = unpacker;
    bool is_unpacked = unpack_rows(unpacker, error);
    ps_lines_rewind(&source->lines);
    if (close(unpacker->rows_fd) != 0 && !unpacker->rows_errno) unpacker->rows_errno = errno;
    if (!is_unpacked || !unpacker->rows_errno) return is_unpacked;
    return ps_fail(error, PS_ERROR_IO, "%s: %s", rows, g_strerror(unpacker->rows_errno));
}

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

bool ps_pack_unpack(PsSource *source, const char *path, PsPackCounts *counts, GError **error)
{
    *counts = (PsPackCounts){0};
    if (!ps_pack_check(source, counts, error)) return false;
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: is there already", path);
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    if (!g_mkdtemp_full(temporary, 0777)) return cannot_create(path, error);
    g_autoptr(PsIdSet) parts = ps_id_set_new();
    g_autoptr(PsIdSet) files = ps_id_set_new();
    g_autoptr(PsIdSet) contents = ps_id_set_new();
    Unpacker unpacker = {.source = source,
                         .dir = temporary,
                         .parts = parts,
                         .files = files,
                         .contents = contents,
                         .counts = counts};
    bool is_unpacked = unpack_all(&unpacker, error);
    if (is_unpacked && rename(temporary, path) != 0) is_unpacked = cannot_create(path, error);
    if (!is_unpacked) nftw(temporary, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return is_unpacked;
}

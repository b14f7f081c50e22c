#include "harness/import_sink.h"

#include "harness/json.h"
#include "harness/media.h"
#include "harness/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

struct PsImportSink {
    char *output, *folder; // folder becomes output
    bool with_unknown;
    FILE *samples, *answers;
    PsImportCounts counts;
    GHashTable *ids; // XXH3 of every row's id, some 20 bytes a row

    // The row under way.
    char *id, *cluster, *answer;
    GString *parts, *attributes;
    GPtrArray *references; // char *
    GHashTable *seen;      // those of ps_import_add_reference
};

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static FILE *open_in(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    FILE *file = g_fopen(path, "wbe");
    if (file == NULL)
        return ps_fail_null(error, PS_ERROR_CANT_CREATE, "%s: %s", path, g_strerror(errno));
    return file;
}

static bool make_folder(PsImportSink *sink, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(sink->folder);
    g_autofree char *media = g_build_filename(sink->folder, "media", NULL);
    if (g_mkdir_with_parents(parent, 0777) != 0 || g_mkdir(sink->folder, 0777) != 0) {
        const int code = errno;
        g_clear_pointer(&sink->folder, g_free); // what is there is somebody else's
        return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", sink->output, g_strerror(code));
    }
    if (g_mkdir(media, 0777) != 0)
        return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", media, g_strerror(errno));
    sink->samples = open_in(sink->folder, "samples.jsonl", error);
    return sink->samples != NULL;
}

PsImportSink *ps_import_sink_new(const char *output, bool with_unknown, GError **error)
{
    if (g_file_test(output, G_FILE_TEST_EXISTS))
        return ps_fail_null(error, PS_ERROR_CANT_CREATE, "%s: is there already", output);
    g_autoptr(PsImportSink) sink = g_new0(PsImportSink, 1);
    sink->output = g_strdup(output);
    for (size_t n = strlen(output); n > 1 && sink->output[n - 1] == '/'; n--)
        sink->output[n - 1] = '\0';
    sink->folder = g_strdup_printf("%s.importing-%d", sink->output, (int)getpid());
    sink->with_unknown = with_unknown;
    sink->parts = g_string_new(NULL);
    sink->attributes = g_string_new(NULL);
    sink->references = g_ptr_array_new_with_free_func(g_free);
    sink->counts.unknown = g_ptr_array_new_with_free_func(g_free);
    sink->counts.notes = g_ptr_array_new_with_free_func(g_free);
    sink->ids = g_hash_table_new(NULL, NULL);
    sink->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return make_folder(sink, error) ? g_steal_pointer(&sink) : NULL;
}

static void drop_row(PsImportSink *sink)
{
    g_clear_pointer(&sink->id, g_free);
    g_clear_pointer(&sink->cluster, g_free);
    g_clear_pointer(&sink->answer, g_free);
    g_string_truncate(sink->parts, 0);
    g_string_truncate(sink->attributes, 0);
    g_hash_table_remove_all(sink->seen);
    g_ptr_array_set_size(sink->references, 0);
}

void ps_import_sink_free(PsImportSink *sink)
{
    if (sink == NULL) return;
    drop_row(sink);
    if (sink->samples != NULL) fclose(sink->samples);
    if (sink->answers != NULL) fclose(sink->answers);
    if (sink->folder != NULL) nftw(sink->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_string_free(sink->parts, true);
    g_string_free(sink->attributes, true);
    g_ptr_array_unref(sink->references);
    g_ptr_array_unref(sink->counts.unknown);
    g_ptr_array_unref(sink->counts.notes);
    g_hash_table_unref(sink->ids);
    g_hash_table_unref(sink->seen);
    g_free(sink->output);
    g_free(sink->folder);
    g_free(sink);
}

// ---- rows

void ps_import_begin(PsImportSink *sink, const char *id)
{
    drop_row(sink);
    sink->id = g_strdup(id);
}

void ps_import_set_cluster(PsImportSink *sink, const char *cluster)
{
    g_free(sink->cluster);
    sink->cluster = g_strdup(cluster);
}

void ps_import_set_answer(PsImportSink *sink, const char *answer)
{
    g_free(sink->answer);
    sink->answer = g_strdup(answer);
}

static void begin_part(PsImportSink *sink)
{
    g_string_append_c(sink->parts, sink->parts->len > 0 ? ',' : '[');
    g_string_append_c(sink->parts, '{');
}

void ps_import_add_text(PsImportSink *sink, const char *text)
{
    if (text == NULL || *text == '\0') return;
    begin_part(sink);
    ps_json_append_key(sink->parts, "text");
    ps_json_append_string(sink->parts, text);
    g_string_append_c(sink->parts, '}');
}

void ps_import_repeat_reference(PsImportSink *sink, const char *reference)
{
    g_ptr_array_add(sink->references, g_strdup(reference));
}

void ps_import_add_reference(PsImportSink *sink, const char *reference)
{
    if (g_hash_table_add(sink->seen, g_strdup(reference)))
        ps_import_repeat_reference(sink, reference);
}

void ps_import_add_attribute(PsImportSink *sink, const char *name, const char *value)
{
    if (value == NULL || *value == '\0') return;
    g_string_append_c(sink->attributes, sink->attributes->len > 0 ? ',' : '{');
    ps_json_append_string(sink->attributes, name);
    g_string_append_c(sink->attributes, ':');
    ps_json_append_string(sink->attributes, value);
}

// ---- media

static const struct {
    const char *type, *extension;
} extensions[] = {
    {"image/png", "png"}, {"image/jpeg", "jpg"},      {"image/webp", "webp"},
    {"image/gif", "gif"}, {"audio/flac", "flac"},     {"audio/mpeg", "mp3"},
    {"audio/wav", "wav"}, {"audio/ogg", "ogg"},       {"image/tiff", "tiff"},
    {"video/mp4", "mp4"}, {"application/pdf", "pdf"},
};

static const char *extension_of(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++)
        if (strcmp(extensions[i].type, type) == 0) return extensions[i].extension;
    return "bin";
}

static bool write_media(PsImportSink *sink, const char *path, GBytes *bytes, GError **error)
{
    g_autofree char *full = g_build_filename(sink->folder, path, NULL);
    g_autoptr(GError) problem = NULL;
    size_t n_bytes;
    const char *data = g_bytes_get_data(bytes, &n_bytes);
    if (g_file_test(full, G_FILE_TEST_EXISTS)) return true;
    sink->counts.n_media++;
    return g_file_set_contents_full(full, data, (gssize)n_bytes, G_FILE_SET_CONTENTS_NONE, 0666,
                                    &problem)
           || ps_fail(error, PS_ERROR_CANT_CREATE, "%s", problem->message);
}

bool ps_import_add_bytes(
    PsImportSink *sink, PsPartKind kind, GBytes *bytes, const char *name, GError **error)
{
    const size_t n_bytes = g_bytes_get_size(bytes);
    if (n_bytes == 0 || n_bytes > PS_MEDIA_MAX_BYTES)
        return ps_fail(error, PS_ERROR_DATA, "%s: %zu bytes are no medium",
                       name != NULL ? name : "media", n_bytes);
    g_autoptr(PsMedia) media = ps_media_new(bytes, NULL, name);
    if (strcmp(media->type, "application/octet-stream") == 0)
        return ps_fail(error, PS_ERROR_DATA, "%s: is no kind of medium that is known here",
                       name != NULL ? name : "media");
    g_autofree char *hash = ps_sha256_of_bytes(bytes);
    g_autofree char *path = g_strdup_printf("media/%.24s.%s", hash, extension_of(media->type));
    if (!write_media(sink, path, bytes, error)) return false;
    begin_part(sink);
    ps_json_append_key(sink->parts, ps_part_kind_name(kind));
    ps_json_append_string(sink->parts, path);
    ps_json_append_key(sink->parts, "sha256");
    ps_json_append_string(sink->parts, hash);
    ps_json_append_key(sink->parts, "media_type");
    ps_json_append_string(sink->parts, media->type);
    g_string_append_c(sink->parts, '}');
    return true;
}

char *ps_import_parts(const PsImportSink *sink)
{
    return g_strdup(sink->parts->str);
}

void ps_import_repeat_parts(PsImportSink *sink, const char *parts)
{
    g_string_assign(sink->parts, parts);
}

static bool leads_out(const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    return *path == '\0' || g_path_is_absolute(path)
           || g_strv_contains((const char *const *)names, "..");
}

// A regular file, that no link leads out of the folder.
static bool is_file_below(const char *folder, const char *path)
{
    g_autofree char *root = realpath(folder, NULL), *real = realpath(path, NULL);
    const size_t length = root != NULL ? strlen(root) : 0;
    return root != NULL && real != NULL && strncmp(real, root, length) == 0
           && (real[length] == '/' || root[length - 1] == '/')
           && g_file_test(real, G_FILE_TEST_IS_REGULAR);
}

bool ps_import_add_file(
    PsImportSink *sink, PsPartKind kind, const char *folder, const char *path, GError **error)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    g_autoptr(GError) problem = NULL;
    if (leads_out(path))
        return ps_fail(error, PS_ERROR_DATA, "\"%s\" is not a path below %s", path, folder);
    if (!is_file_below(folder, full))
        return ps_fail(error, PS_ERROR_DATA,
                       "%s: is no file below %s (--media names the folder of media)", full,
                       folder);
    g_autoptr(GMappedFile) file = g_mapped_file_new(full, false, &problem);
    if (file == NULL) return ps_fail(error, PS_ERROR_DATA, "%s: cannot be read", full);
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    return ps_import_add_bytes(sink, kind, bytes, path, error);
}

// ---- writing

static char *row_json(PsImportSink *sink)
{
    GString *out = g_string_new("{");
    ps_json_append_key(out, "id");
    ps_json_append_string(out, sink->id);
    ps_json_append_key(out, "parts");
    g_string_append_printf(out, "%s]", sink->parts->str);
    ps_json_append_key(out, "references");
    g_string_append_c(out, '[');
    for (guint i = 0; i < sink->references->len; i++) {
        if (i > 0) g_string_append_c(out, ',');
        ps_json_append_string(out, sink->references->pdata[i]);
    }
    g_string_append_c(out, ']');
    if (sink->cluster != NULL) ps_json_append_key(out, "cluster");
    if (sink->cluster != NULL) ps_json_append_string(out, sink->cluster);
    if (sink->attributes->len > 0) ps_json_append_key(out, "attributes");
    if (sink->attributes->len > 0) g_string_append_printf(out, "%s}", sink->attributes->str);
    g_string_append(out, "}\n");
    return g_string_free(out, false);
}

static bool fail_write(const PsImportSink *sink, GError **error)
{
    return ps_fail(error, PS_ERROR_IO, "%s: %s", sink->folder, g_strerror(errno));
}

static bool write_answer(PsImportSink *sink, GError **error)
{
    if (sink->answer == NULL) return true;
    if (sink->answers == NULL)
        sink->answers = open_in(sink->folder, "predictions.jsonl", error);
    if (sink->answers == NULL) return false;
    g_autoptr(GString) out = g_string_new("{");
    ps_json_append_key(out, "id");
    ps_json_append_string(out, sink->id);
    ps_json_append_key(out, "answer");
    ps_json_append_string(out, sink->answer);
    g_string_append(out, "}\n");
    sink->counts.n_answers++;
    return fputs(out->str, sink->answers) >= 0 || fail_write(sink, error);
}

static bool is_new_id(PsImportSink *sink)
{
    const XXH64_hash_t hash = XXH3_64bits(sink->id, strlen(sink->id));
    return g_hash_table_add(sink->ids, GSIZE_TO_POINTER(hash));
}

bool ps_import_end(PsImportSink *sink, GError **error)
{
    if (sink->id == NULL || *sink->id == '\0')
        return ps_fail(error, PS_ERROR_DATA, "it has no id");
    if (sink->parts->len == 0)
        return ps_fail(error, PS_ERROR_DATA, "it has neither text nor media");
    if (!is_new_id(sink))
        return ps_fail(error, PS_ERROR_DATA, "its id \"%s\" is that of an earlier one",
                       sink->id);
    g_autofree char *row = row_json(sink);
    // What the reader would refuse is refused here, where the record's place is known.
    g_autoptr(PsSample) sample = ps_sample_from_json(row, strlen(row), error);
    if (sample == NULL) return false;
    if (fputs(row, sink->samples) < 0) return fail_write(sink, error);
    sink->counts.n_rows++;
    const bool is_ok = write_answer(sink, error);
    drop_row(sink);
    return is_ok;
}

bool ps_import_tolerate(PsImportSink *sink, GError *problem, GError **error)
{
    const bool is_record = g_error_matches(problem, PS_ERROR, PS_ERROR_DATA);
    if (!sink->with_unknown || !is_record) return g_propagate_error(error, problem), false;
    if (sink->counts.n_unknown++ < PS_IMPORT_SHOWN)
        g_ptr_array_add(sink->counts.unknown, g_strdup(problem->message));
    g_error_free(problem);
    drop_row(sink);
    return true;
}

void ps_import_note(PsImportSink *sink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(sink->counts.notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

const PsImportCounts *ps_import_counts(const PsImportSink *sink)
{
    return &sink->counts;
}

const char *ps_import_folder(const PsImportSink *sink)
{
    return sink->folder;
}

static bool close_file(PsImportSink *sink, FILE **file, GError **error)
{
    if (*file == NULL) return true;
    FILE *closing = g_steal_pointer(file);
    const bool is_ok = fflush(closing) == 0 && fsync(fileno(closing)) == 0;
    return (fclose(closing) == 0 && is_ok) || fail_write(sink, error);
}

bool ps_import_sink_close(PsImportSink *sink, GError **error)
{
    if (sink->counts.n_rows == 0)
        return ps_fail(error, PS_ERROR_DATA, "nothing in it could be imported");
    return close_file(sink, &sink->samples, error) && close_file(sink, &sink->answers, error);
}

// rename() alone would replace an empty folder that somebody has made meanwhile. Where a file
// system knows no RENAME_NOREPLACE, the place is taken first, by an empty folder of our own.
static bool move_into_place(const PsImportSink *sink)
{
    if (renameat2(AT_FDCWD, sink->folder, AT_FDCWD, sink->output, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    return g_mkdir(sink->output, 0777) == 0 && g_rename(sink->folder, sink->output) == 0;
}

bool ps_import_sink_finish(PsImportSink *sink, GError **error)
{
    if (!move_into_place(sink))
        return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", sink->output, g_strerror(errno));
    g_clear_pointer(&sink->folder, g_free);
    return true;
}

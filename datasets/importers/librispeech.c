// LibriSpeech: SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt with a line "ID WORDS" a recording,
// ID.flac beside it; SPEAKERS.TXT above says who is who.
#include "harness/importer.h"

#include <errno.h>
#include <string.h>

#define TRANSCRIPT_MOST (16u << 20)

typedef struct {
    const char *root;
    GHashTable *sexes; // speaker → "female", "male"; NULL: no SPEAKERS.TXT
    GHashTable *heard; // of the chapter under way: recordings that a transcript names
} Context;

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *names_in(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    if (dir == NULL)
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s: %s", folder, g_strerror(errno));
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static bool add_line(PsImportSink *sink,
                     const Context *context,
                     const char *speaker,
                     const char *chapter,
                     const char *line,
                     GError **error)
{
    const char *space = strchr(line, ' ');
    if (!g_utf8_validate(line, -1, NULL)) return ps_fail(error, PS_ERROR_DATA, "is not UTF-8");
    if (space == NULL) return ps_fail(error, PS_ERROR_DATA, "is not \"ID WORDS\"");
    g_autofree char *id = g_strndup(line, (size_t)(space - line));
    g_autofree char *prefix = g_strdup_printf("%s-%s-", speaker, chapter);
    if (!g_str_has_prefix(id, prefix))
        return ps_fail(error, PS_ERROR_DATA, "\"%s\" is no recording of this chapter", id);
    g_hash_table_add(context->heard, g_strdup_printf("%s.flac", id));
    if (context->sexes != NULL && !g_hash_table_contains(context->sexes, speaker))
        return ps_fail(error, PS_ERROR_DATA, "speaker %s is not in SPEAKERS.TXT", speaker);
    g_autofree char *path = g_strdup_printf("%s/%s/%s.flac", speaker, chapter, id);
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, chapter);
    if (!ps_import_add_file(sink, PS_PART_AUDIO, context->root, path, error)) return false;
    ps_import_add_reference(sink, space + 1);
    ps_import_add_attribute(sink, "speaker", speaker);
    if (context->sexes != NULL)
        ps_import_add_attribute(sink, "gender", g_hash_table_lookup(context->sexes, speaker));
    return ps_import_end(sink, error);
}

static bool add_transcript(PsImportSink *sink,
                           const Context *context,
                           const char *speaker,
                           const char *chapter,
                           const char *name,
                           GError **error)
{
    g_autofree char *path = g_build_filename(context->root, speaker, chapter, name, NULL);
    g_autofree char *text = NULL;
    size_t length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL) || length > TRANSCRIPT_MOST
        || strlen(text) != length)
        return ps_fail(error, PS_ERROR_DATA, "%s: cannot be read as text", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        g_autoptr(GError) problem = NULL;
        if (*g_strchomp(lines[i]) == '\0'
            || add_line(sink, context, speaker, chapter, lines[i], &problem))
            continue;
        g_prefix_error(&problem, "%s:%zu: ", path, i + 1);
        if (!ps_import_tolerate(sink, g_steal_pointer(&problem), error)) return false;
    }
    return true;
}

// A recording that no transcript names is not understood.
static bool check_heard(PsImportSink *sink,
                        const Context *context,
                        const char *folder,
                        const char *name,
                        GError **error)
{
    if (!g_str_has_suffix(name, ".flac") || g_hash_table_contains(context->heard, name))
        return true;
    GError *problem = NULL;
    ps_fail(&problem, PS_ERROR_DATA, "%s/%s: is in no transcript", folder, name);
    return ps_import_tolerate(sink, problem, error);
}

static bool add_chapter(PsImportSink *sink,
                        const Context *context,
                        const char *speaker,
                        const char *chapter,
                        GError **error)
{
    g_autofree char *folder = g_build_filename(context->root, speaker, chapter, NULL);
    g_autoptr(GPtrArray) names = names_in(folder, error);
    bool is_ok = names != NULL;
    g_hash_table_remove_all(context->heard);
    for (guint i = 0; is_ok && i < names->len; i++)
        if (g_str_has_suffix(names->pdata[i], ".trans.txt"))
            is_ok = add_transcript(sink, context, speaker, chapter, names->pdata[i], error);
    for (guint i = 0; is_ok && i < names->len; i++)
        is_ok = check_heard(sink, context, folder, names->pdata[i], error);
    return is_ok;
}

static bool
add_speaker(PsImportSink *sink, const Context *context, const char *speaker, GError **error)
{
    g_autofree char *folder = g_build_filename(context->root, speaker, NULL);
    g_autoptr(GPtrArray) chapters = names_in(folder, error);
    for (guint i = 0; chapters != NULL && i < chapters->len; i++)
        if (!add_chapter(sink, context, speaker, chapters->pdata[i], error)) return false;
    return chapters != NULL;
}

// ---- "14   | F | train-clean-360 | 25.03 | …"

static bool add_sex(GHashTable *sexes, const char *line, GError **error)
{
    g_auto(GStrv) cells = g_strsplit(line, "|", 3);
    if (*line == ';' || *line == '\0') return true;
    const char *speaker = g_strstrip(cells[0]);
    const char *sex = cells[1] != NULL ? g_strstrip(cells[1]) : "";
    const char *gender = strcmp(sex, "F") == 0   ? "female"
                         : strcmp(sex, "M") == 0 ? "male"
                                                 : NULL;
    if (*speaker == '\0' || gender == NULL)
        return ps_fail(error, PS_ERROR_DATA, "is not \"ID | F or M | …\"");
    g_hash_table_insert(sexes, g_strdup(speaker), (void *)gender);
    return true;
}

static bool read_sexes(GHashTable *sexes, const char *path, PsImportSink *sink, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return ps_fail(error, PS_ERROR_NO_INPUT, "%s: cannot be read", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        GError *problem = NULL;
        if (add_sex(sexes, g_strchomp(lines[i]), &problem)) continue;
        g_prefix_error(&problem, "%s:%zu: ", path, i + 1);
        if (!ps_import_tolerate(sink, problem, error)) return false;
    }
    return true;
}

// Beside the folder or above it; NULL: there is none. The caller's.
static char *speakers_path(const char *root)
{
    static const char *const places[] = {"SPEAKERS.TXT", "../SPEAKERS.TXT"};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(root, places[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS)) return g_steal_pointer(&path);
    }
    return NULL;
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *path = speakers_path(source->path);
    g_autoptr(GHashTable) sexes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const Context context = {source->path, path != NULL ? sexes : NULL, heard};
    if (path != NULL && !read_sexes(sexes, path, sink, error)) return false;
    g_autoptr(GPtrArray) speakers = names_in(source->path, error);
    for (guint i = 0; speakers != NULL && i < speakers->len; i++) {
        g_autofree char *folder = g_build_filename(source->path, speakers->pdata[i], NULL);
        if (g_file_test(folder, G_FILE_TEST_IS_DIR)
            && !add_speaker(sink, &context, speakers->pdata[i], error))
            return false;
    }
    return speakers != NULL;
}

const PsImporter ps_importer_librispeech = {
    .name = "librispeech",
    .source = "FOLDER",
    .summary = "LibriSpeech: read speech; speaker and gender become attributes",
    .metrics = "wer, cer",
    .prompt = "Transcribe the recording.",
    .import = import,
};

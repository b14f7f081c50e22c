// VLMEvalKit's TSV: index, question, answer, a picture as base64 (or a list of them, or the
// index of the row that has it) or image_path, options in columns A, B, C …, hint, category,
// split.
#include "harness/importer.h"

#include <string.h>

#define OPTIONS "ABCDEFGHIJ"
#define INDEX_MOST 64 // bytes of an image column that holds another row's index

typedef struct {
    const char *folder;
    GHashTable *parts; // index of a row → its pictures, for rows that name it
} Context;

static bool add_base64(PsImportSink *sink, const char *text, GError **error)
{
    size_t n_bytes = 0;
    const char *comma = g_str_has_prefix(text, "data:") ? strchr(text, ',') : NULL;
    guchar *decoded = g_base64_decode(comma != NULL ? comma + 1 : text, &n_bytes);
    g_autoptr(GBytes) bytes = g_bytes_new_take(decoded, n_bytes);
    g_autoptr(GError) problem = NULL;
    return ps_import_add_bytes(sink, PS_PART_IMAGE, bytes, NULL, &problem)
           || ps_fail(error, PS_ERROR_DATA, "its image is not one in base64: %s",
                      problem->message);
}

// One, or a list in the way of Python or JSON: ['…', '…'].
static bool
add_pictures(PsImportSink *sink,
             const char *text,
             bool (*add)(PsImportSink *sink, const char *one, void *data, GError **error),
             void *data,
             GError **error)
{
    if (*text != '[') return add(sink, text, data, error);
    g_auto(GStrv) pieces = g_strsplit_set(text, "[]'\", \n", -1);
    for (char **piece = pieces; *piece != NULL; piece++)
        if (**piece != '\0' && !add(sink, *piece, data, error)) return false;
    return true;
}

static bool add_one_base64(PsImportSink *sink, const char *one, void *data, GError **error)
{
    (void)data;
    return add_base64(sink, one, error);
}

static bool add_one_path(PsImportSink *sink, const char *one, void *data, GError **error)
{
    const Context *context = data;
    return ps_import_add_file(sink, PS_PART_IMAGE, context->folder, one, error);
}

// The pictures of the row, or those of the row whose index stands in their place.
static bool
add_image(PsImportSink *sink, const PsImportRow *row, Context *context, GError **error)
{
    const char *image = ps_import_cell(row, "image"), *path = ps_import_cell(row, "image_path");
    const bool has_image = image != NULL && *image != '\0',
               has_path = path != NULL && *path != '\0';
    if (has_image && strlen(image) <= INDEX_MOST) {
        const char *parts = g_hash_table_lookup(context->parts, image);
        if (parts != NULL) return ps_import_repeat_parts(sink, parts), true;
        return ps_fail(error, PS_ERROR_DATA,
                       "its image is that of row \"%s\", which is not before it", image);
    }
    if (has_image && !add_pictures(sink, image, add_one_base64, NULL, error)) return false;
    if (!has_image && has_path && !add_pictures(sink, path, add_one_path, context, error))
        return false;
    if (has_image || has_path)
        g_hash_table_insert(context->parts, g_strdup(ps_import_cell(row, "index")),
                            ps_import_parts(sink));
    return true; // or a question of text alone
}

// The question with its options; true if there are any.
static bool append_question(GString *out, const PsImportRow *row)
{
    const char *hint = ps_import_cell(row, "hint");
    bool has_options = false;
    if (hint != NULL && *hint != '\0') g_string_append_printf(out, "%s\n", hint);
    g_string_append(out, ps_import_cell(row, "question"));
    for (const char *letter = OPTIONS; *letter != '\0'; letter++) {
        const char *option = ps_import_cell(row, (const char[]){*letter, '\0'});
        if (option == NULL || *option == '\0') continue;
        g_string_append_printf(out, "\n%c. %s", *letter, option);
        has_options = true;
    }
    if (has_options) g_string_append(out, "\nAnswer with the letter of the right option.");
    return has_options;
}

static bool add_row(PsImportSink *sink, const PsImportRow *row, void *data, GError **error)
{
    const char *index = ps_import_cell(row, "index"), *answer = ps_import_cell(row, "answer");
    if (index == NULL || ps_import_cell(row, "question") == NULL)
        return ps_fail(error, PS_ERROR_DATA, "there are no columns index and question");
    g_autoptr(GString) question = g_string_new(NULL);
    ps_import_begin(sink, index);
    if (!add_image(sink, row, data, error)) return false;
    const bool has_options = append_question(question, row);
    ps_import_add_text(sink, question->str);
    if (answer != NULL && *answer != '\0') ps_import_add_reference(sink, answer);
    ps_import_add_attribute(sink, "category", ps_import_cell(row, "category"));
    ps_import_add_attribute(sink, "l2-category", ps_import_cell(row, "l2-category"));
    ps_import_add_attribute(sink, "split", ps_import_cell(row, "split"));
    ps_import_add_attribute(sink, "options", has_options ? "yes" : "no");
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autoptr(GHashTable) parts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Context context = {source->images != NULL ? source->images : folder, parts};
    return ps_import_table(source->path, true, sink, add_row, &context, error);
}

const PsImporter ps_importer_vlmevalkit = {
    .name = "vlmevalkit",
    .source = "FILE.tsv",
    .summary =
        "VLMEvalKit: questions with pictures as base64 or paths, with or without options",
    .metrics = "exact_match, token_f1",
    .prompt = NULL,
    .import = import,
};

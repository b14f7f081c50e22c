// VLMEvalKit's TSV: index, question, answer, a picture as base64 (or a list of them, or the
// index of the row that has it) or image_path, options in columns A, B, C …, hint, category,
// split.
#include "harness/importer.h"

#include <string.h>

#define OPTIONS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#define INDEX_MOST 64 // bytes of an image column that holds another row's index

typedef struct {
    const char *folder;
    GHashTable *parts; // index of a row → its pictures, for rows that name it
} Context;

// GLib's decoder passes over what is not of the alphabet.
static bool is_base64(const char *text, GError **error)
{
    const size_t n_digits = strspn(text, BASE64), n_padding = strspn(text + n_digits, "=");
    if (text[n_digits + n_padding] == '\0' && n_padding <= 2 && (n_digits + n_padding) % 4 == 0)
        return true;
    return ps_fail(error, PS_ERROR_DATA,
                   "its image is not one in base64: it goes wrong after %zu characters",
                   n_digits);
}

static bool add_one_base64(PsImportSink *sink, const char *text, void *data, GError **error)
{
    (void)data;
    size_t n_bytes = 0;
    const char *comma = g_str_has_prefix(text, "data:") ? strchr(text, ',') : NULL;
    if (comma != NULL) text = comma + 1;
    if (!is_base64(text, error)) return false;
    guchar *decoded = g_base64_decode(text, &n_bytes);
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
    const char *at = text;
    while (*at != ']') {
        at += 1 + strspn(at + 1, " \n"); // past '[' or ','
        const char *close = *at == '\'' || *at == '"' ? strchr(at + 1, *at) : NULL;
        if (close == NULL || memchr(at, '\\', (size_t)(close - at)) != NULL)
            return ps_fail(error, PS_ERROR_DATA, "its list of pictures breaks off at byte %zu",
                           (size_t)(at - text));
        g_autofree char *one = g_strndup(at + 1, (size_t)(close - at - 1));
        if (!add(sink, one, data, error)) return false;
        at = close + 1 + strspn(close + 1, " \n");
        if (*at != ',' && *at != ']')
            return ps_fail(error, PS_ERROR_DATA, "its list of pictures breaks off at byte %zu",
                           (size_t)(at - text));
    }
    return at[1] == '\0'
           || ps_fail(error, PS_ERROR_DATA, "its list of pictures goes on after its end");
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

// An answer to options is the letter of one of them, by itself.
static bool is_option(const PsImportRow *row, const char *answer)
{
    const char *option = strlen(answer) == 1 && strchr(OPTIONS, *answer) != NULL
                             ? ps_import_cell(row, answer)
                             : NULL;
    return option != NULL && *option != '\0';
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
    if (has_options && answer != NULL && *answer != '\0' && !is_option(row, answer))
        return ps_fail(error, PS_ERROR_DATA, "its answer \"%s\" is none of its options",
                       answer);
    if (answer != NULL && *answer != '\0') ps_import_add_reference(sink, answer);
    ps_import_add_attribute(sink, "category", ps_import_cell(row, "category"));
    ps_import_add_attribute(sink, "l2-category",
                            ps_import_cell(row, ps_import_cell(row, "L2-category") != NULL
                                                    ? "L2-category"
                                                    : "l2-category"));
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

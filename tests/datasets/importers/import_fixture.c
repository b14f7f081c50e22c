#include "tests/datasets/importers/import_fixture.h"

#include "harness/media.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void import_init(Import *import, const char *importer, const char *source)
{
    *import = (Import){.source = source};
    fixture_init(&import->files);
    for (size_t i = 0; ps_importers[i] != NULL; i++)
        if (strcmp(ps_importers[i]->name, importer) == 0) import->importer = ps_importers[i];
    cr_assert(import->importer, "%s", importer);
    import_write(import, "a.png", PNG_BYTES, -1);
    import_write(import, "b c.png", PNG_BYTES "!", -1);
    import_write(import, "page.html", "<p>", -1);
    import_write_zeros(import, "huge.png", (gint64)PS_MEDIA_MAX_BYTES + 1);
}

void import_clear(Import *import)
{
    fixture_clear(&import->files);
    g_clear_pointer(&import->notes, g_free);
}

void import_write(const Import *import, const char *name, const char *text, gssize length)
{
    fixture_write(&import->files, name, text, length);
}

void import_write_zeros(const Import *import, const char *name, gint64 n_bytes)
{
    fixture_write(&import->files, name, "", 0);
    g_autofree char *path = fixture_path(&import->files, name);
    cr_assert_eq(truncate(path, n_bytes), 0);
}

static void take_counts(Import *import, const PsImportSink *sink)
{
    const PsImportCounts *counts = ps_import_counts(sink);
    g_autoptr(GString) notes = g_string_new(NULL);
    for (guint i = 0; i < counts->notes->len; i++)
        g_string_append_printf(notes, "%s\n", (const char *)counts->notes->pdata[i]);
    g_free(import->notes);
    import->notes = g_strdup(notes->str);
    import->n_unknown = counts->n_unknown;
}

char *import_run(Import *import, GError **error)
{
    g_autofree char *source = fixture_path(&import->files, import->source);
    g_autofree char *output = fixture_path(&import->files, "out");
    g_autofree char *rows = fixture_path(&import->files, "out/samples.jsonl");
    g_autofree char *annotations =
        import->annotations != NULL ? fixture_path(&import->files, import->annotations) : NULL;
    const PsImportSource from = {source, annotations, NULL};
    g_autoptr(PsImportSink) sink = ps_import_sink_new(output, import->with_unknown, error);
    char *text = NULL;
    if (sink == NULL || !import->importer->import(&from, sink, error)
        || !ps_import_sink_close(sink, error) || !ps_import_sink_finish(sink, error))
        return NULL;
    take_counts(import, sink);
    cr_assert(g_file_get_contents(rows, &text, NULL, NULL));
    return text;
}

void import_expect(Import *import, const char *rows)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = import_run(import, &error);
    cr_assert(text, "%s", error != NULL ? error->message : "");
    cr_expect_str_eq(text, rows);
}

// Nothing but what was there: neither the folder nor the one under way.
static void expect_nothing_left(const Import *import)
{
    g_autoptr(GDir) dir = g_dir_open(import->files.dir, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        cr_expect(!g_str_has_prefix(name, "out"), "%s is left", name);
}

void import_expect_refused(Import *import, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = import_run(import, &error);
    cr_assert_null(text, "\"%s\" was expected, imported was: %s", wanted, text);
    cr_assert(error);
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", error->message);
    cr_expect(strstr(error->message, wanted), "\"%s\" is not in \"%s\"", wanted,
              error->message);
    cr_expect(g_utf8_validate(error->message, -1, NULL));
    expect_nothing_left(import);
}

void import_expect_text_refused(Import *import, const char *text, const char *wanted)
{
    import_write(import, import->source, text, -1);
    import_expect_refused(import, wanted);
}

// Common Voice: a TSV (test.tsv, validated.tsv) beside the folder clips.
#include "harness/importer.h"

#include <string.h>

// The group that a column states. Releases from 17 on say "male_masculine" where the earlier
// ones say "male"; a cell that is empty states none.
static void
add_group(PsImportSink *sink, const PsImportRow *row, const char *column, const char *name)
{
    const char *value = ps_import_cell(row, column);
    if (value != NULL && strcmp(value, "male_masculine") == 0) value = "male";
    if (value != NULL && strcmp(value, "female_feminine") == 0) value = "female";
    ps_import_add_attribute(sink, name, value != NULL && *value != '\0' ? value : "unknown");
}

static void add_groups(PsImportSink *sink, const PsImportRow *row)
{
    const char *accent = ps_import_cell(row, "accents") != NULL ? "accents" : "accent";
    add_group(sink, row, "age", "age");
    add_group(sink, row, "gender", "gender");
    add_group(sink, row, accent, "accent");
    add_group(sink, row, "locale", "language");
    ps_import_add_attribute(sink, "variant", ps_import_cell(row, "variant"));
}

static bool add_clip(PsImportSink *sink, const PsImportRow *row, void *data, GError **error)
{
    const char *path = ps_import_cell(row, "path"), *sentence = ps_import_cell(row, "sentence");
    const char *speaker = ps_import_cell(row, "client_id");
    if (path == NULL || sentence == NULL || speaker == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "there are no columns client_id, path and sentence");
    if (*sentence == '\0') return ps_fail(error, PS_ERROR_DATA, "its sentence is empty");
    if (*speaker == '\0') return ps_fail(error, PS_ERROR_DATA, "its client_id is empty");
    ps_import_begin(sink, path);
    ps_import_set_cluster(sink, speaker);
    if (!ps_import_add_file(sink, PS_PART_AUDIO, data, path, error)) return false;
    ps_import_add_reference(sink, sentence);
    add_groups(sink, row);
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autofree char *clips = g_build_filename(folder, "clips", NULL);
    void *media = (void *)(source->images != NULL ? source->images : clips);
    return ps_import_table(source->path, false, sink, add_clip, media, error);
}

const PsImporter ps_importer_common_voice = {
    .name = "common_voice",
    .source = "FILE.tsv",
    .summary = "Common Voice: speech; age, gender, accent and language become attributes",
    .metrics = "wer, cer",
    .prompt = "Transcribe the recording.",
    .import = import,
};

// Common Voice: a TSV (test.tsv, validated.tsv) beside the folder clips.
#include "harness/importer.h"

static bool add_clip(PsImportSink *sink, const PsImportRow *row, void *data, GError **error)
{
    const char *path = ps_import_cell(row, "path"), *sentence = ps_import_cell(row, "sentence");
    const char *speaker = ps_import_cell(row, "client_id");
    if (path == NULL || sentence == NULL || speaker == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "there are no columns client_id, path and sentence");
    ps_import_begin(sink, path);
    ps_import_set_cluster(sink, speaker);
    if (!ps_import_add_file(sink, PS_PART_AUDIO, data, path, error)) return false;
    ps_import_add_reference(sink, sentence);
    static const char *const groups[][2] = {{"age", "age"},         {"gender", "gender"},
                                            {"accent", "accents"},  {"accent", "accent"},
                                            {"variant", "variant"}, {"language", "locale"}};
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        if (i != 3 || ps_import_cell(row, "accents") == NULL)
            ps_import_add_attribute(sink, groups[i][0], ps_import_cell(row, groups[i][1]));
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

// `proofsheet import FORMAT SOURCE -o DATASET`.
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/importer.h"
#include "harness/json.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *output, *annotations, *media, *licence;
    gboolean skip_unknown;
} Flags;

static void flags_clear(Flags *flags)
{
    g_free(flags->output);
    g_free(flags->annotations);
    g_free(flags->media);
    g_free(flags->licence);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &flags->output,
         "The dataset: a folder that is not there yet", "FOLDER"},
        {"annotations", 0, 0, G_OPTION_ARG_FILENAME, &flags->annotations,
         "The file of answers, where it is another one (VQAv2, COCO captions)", "FILE"},
        {"media", 0, 0, G_OPTION_ARG_FILENAME, &flags->media,
         "Where pictures or recordings lie, if not beside the source", "FOLDER"},
        {"licence", 0, 0, G_OPTION_ARG_STRING, &flags->licence,
         "What the manifest says (default: see the source)", "TEXT"},
        {"skip-unknown", 0, 0, G_OPTION_ARG_NONE, &flags->skip_unknown,
         "Leave out records that are not understood, and say how many", NULL},
        {0},
    };
    return ps_options_parse(ps_command_import.usage, ps_command_import.summary, entries, argc,
                            argv, error);
}

static const PsImporter *find(const PsRegistry *registry, const char *name, GError **error)
{
    for (size_t i = 0; registry->importers[i] != NULL; i++)
        if (strcmp(registry->importers[i]->name, name) == 0) return registry->importers[i];
    return ps_fail_null(error, PS_ERROR_USAGE,
                        "%s: no importer is called so (see: proofsheet list importers)", name);
}

static bool
write_text(const PsImportSink *sink, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(ps_import_folder(sink), name, NULL);
    g_autoptr(GError) problem = NULL;
    return g_file_set_contents(path, text, -1, &problem)
           || ps_fail(error, PS_ERROR_CANT_CREATE, "%s", problem->message);
}

static char *base_name(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_strcanon(g_steal_pointer(&name), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-",
                      '-');
}

static bool write_manifest(const PsImportSink *sink,
                           const PsImporter *importer,
                           const Flags *flags,
                           const char *source,
                           GError **error)
{
    const char *licence = flags->licence != NULL ? flags->licence : "see the source";
    g_autofree char *name = base_name(flags->output), *from = g_path_get_basename(source);
    g_autofree char *count = g_strdup_printf("%zu", ps_import_counts(sink)->n_rows);
    g_autoptr(GString) out = g_string_new("{");
    const char *const members[][2] = {
        {"name", name},       {"version", "1"},
        {"title", from},      {"description", importer->summary},
        {"licence", licence}, {"label_origin", "as the source states it"}};
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        ps_json_append_key(out, members[i][0]);
        ps_json_append_string(out, members[i][1]);
    }
    g_string_append_printf(out, ",\"n_samples\":%s,\"samples\":\"samples.jsonl\"}\n", count);
    return write_text(sink, "manifest.json", out->str, error);
}

static bool write_suite(const PsImportSink *sink,
                        const PsImporter *importer,
                        const Flags *flags,
                        GError **error)
{
    g_autofree char *name = base_name(flags->output);
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out,
                           "# Made by proofsheet import %s; edit it.\nsuite: \"%s\"\ntasks:\n",
                           importer->name, name);
    g_string_append_printf(out, "  - name: \"%s\"\n    dataset: .\n    metrics: [%s]\n", name,
                           importer->metrics);
    if (importer->prompt != NULL)
        g_string_append_printf(out, "    prompt: \"%s\"\n", importer->prompt);
    return write_text(sink, "suite.yaml", out->str, error);
}

// Reads the folder back: what is written must be a dataset.
static bool check(const PsRegistry *registry, const PsImportSink *sink, GError **error)
{
    const PsDatasetOptions options = {0};
    size_t n_samples;
    g_autofree char *hash = NULL;
    g_autoptr(PsDataset) dataset =
        ps_dataset_open(registry->readers, ps_import_folder(sink), &options, error);
    return dataset != NULL && ps_dataset_measure(dataset, &n_samples, &hash, error);
}

static void report(const PsImportSink *sink, const PsImporter *importer, const Flags *flags)
{
    const PsImportCounts *counts = ps_import_counts(sink);
    printf("%s: %zu samples, %zu media files\n", flags->output, counts->n_rows,
           counts->n_media);
    for (guint i = 0; i < counts->unknown->len; i++)
        fprintf(stderr, "left out: %s\n", (const char *)counts->unknown->pdata[i]);
    if (counts->n_unknown > 0)
        fprintf(stderr, "%zu records were not understood and left out\n", counts->n_unknown);
    for (guint i = 0; i < counts->notes->len; i++)
        fprintf(stderr, "%s\n", (const char *)counts->notes->pdata[i]);
    printf("score with: %s\n", importer->metrics);
    printf("next: proofsheet run %s/suite.yaml --model ", flags->output);
    if (counts->n_answers > 0)
        printf("replay/%s/predictions.jsonl\n", flags->output);
    else
        printf("PROVIDER/NAME\n");
}

static bool import(const PsRegistry *registry,
                   const PsImporter *importer,
                   const PsImportSource *source,
                   const Flags *flags,
                   GError **error)
{
    g_autoptr(PsImportSink) sink =
        ps_import_sink_new(flags->output, flags->skip_unknown, error);
    if (sink == NULL || !importer->import(source, sink, error)) return false;
    if (!ps_import_sink_close(sink, error)
        || !write_manifest(sink, importer, flags, source->path, error)
        || !write_suite(sink, importer, flags, error) || !check(registry, sink, error)
        || !ps_import_sink_finish(sink, error))
        return false;
    report(sink, importer, flags);
    return true;
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags) flags = {0};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) != 2 || flags.output == NULL)
        return ps_fail(error, PS_ERROR_USAGE,
                       "takes FORMAT, SOURCE and -o FOLDER (see: proofsheet list importers)");
    const PsImporter *importer = find(registry, words[0], error);
    const PsImportSource source = {words[1], flags.annotations, flags.media};
    *exit_status = 0;
    return importer != NULL && import(registry, importer, &source, &flags, error);
}

const PsCommand ps_command_import = {
    .name = "import",
    .usage = "import FORMAT SOURCE -o FOLDER",
    .summary = "Make a dataset of what other kits have",
    .run = run,
};

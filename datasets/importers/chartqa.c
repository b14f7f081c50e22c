// ChartQA: a list of imgname, query, label; pictures in the folder png beside it.
#include "harness/importer.h"

#include <string.h>

typedef struct {
    const char *images, *written_by;
    size_t n;
} Context;

static bool add_question(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    Context *context = data;
    g_autofree char *id = g_strdup_printf("%s-%zu", context->written_by, context->n++);
    g_autofree char *image = ps_import_need(record, "imgname", error);
    g_autofree char *question = image != NULL ? ps_import_need(record, "query", error) : NULL;
    g_autofree char *label = question != NULL ? ps_import_need(record, "label", error) : NULL;
    if (label == NULL) return false;
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, image);
    if (!ps_import_add_file(sink, PS_PART_IMAGE, context->images, image, error)) return false;
    ps_import_add_text(sink, question);
    ps_import_add_reference(sink, label);
    ps_import_add_attribute(sink, "written_by", context->written_by);
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autofree char *pictures = g_build_filename(folder, "png", NULL);
    g_autofree char *name = g_path_get_basename(source->path);
    const char *by = strstr(name, "human") != NULL       ? "human"
                     : strstr(name, "augmented") != NULL ? "machine"
                                                         : "unknown";
    Context context = {source->images != NULL ? source->images : pictures, by, 0};
    return ps_import_elements(source->path, NULL, sink, add_question, &context, error);
}

const PsImporter ps_importer_chartqa = {
    .name = "chartqa",
    .source = "FILE.json",
    .summary = "ChartQA: questions about charts",
    .metrics = "relaxed_accuracy, exact_match",
    .prompt = "Answer the question about the chart with the value only.",
    .import = import,
};

// POPE: JSON Lines of question_id, image, text, label (yes or no).
#include "harness/importer.h"

#include <string.h>

typedef struct {
    const char *images, *sampling;
} Context;

static bool add_question(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    const Context *context = data;
    g_autofree char *id = ps_import_need(record, "question_id", error);
    g_autofree char *image = id != NULL ? ps_import_need(record, "image", error) : NULL;
    g_autofree char *text = image != NULL ? ps_import_need(record, "text", error) : NULL;
    g_autofree char *label = text != NULL ? ps_import_need(record, "label", error) : NULL;
    if (label == NULL) return false;
    if (strcmp(label, "yes") != 0 && strcmp(label, "no") != 0)
        return ps_fail(error, PS_ERROR_DATA, "its label is \"%s\", not yes or no", label);
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, image);
    if (!ps_import_add_file(sink, PS_PART_IMAGE, context->images, image, error)) return false;
    ps_import_add_text(sink, text);
    ps_import_add_reference(sink, label);
    ps_import_add_attribute(sink, "sampling", context->sampling);
    ps_import_add_attribute(sink, "present", label);
    return ps_import_end(sink, error);
}

// "coco_pope_adversarial.json".
static const char *sampling_of(const char *path)
{
    static const char *const ways[] = {"random", "popular", "adversarial"};
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        if (strstr(path, ways[i]) != NULL) return ways[i];
    return NULL;
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autofree char *name = g_path_get_basename(source->path);
    Context context = {source->images != NULL ? source->images : folder, sampling_of(name)};
    return ps_import_lines(source->path, sink, add_question, &context, error);
}

const PsImporter ps_importer_pope = {
    .name = "pope",
    .source = "FILE.json",
    .summary = "POPE: is this object in the picture?",
    .metrics = "pope_f1, pope_accuracy, pope_precision, pope_recall, pope_yes_ratio",
    .prompt = "Answer yes or no.",
    .import = import,
};

// COCO captions: images[] and annotations[] with a caption each.
#include "harness/importer.h"

typedef struct {
    const char *images;
    PsImportIndex *captions; // by image_id
} Context;

static bool add_image(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    const Context *context = data;
    g_autofree char *id = ps_import_need(record, "id", error);
    g_autofree char *name = id != NULL ? ps_import_need(record, "file_name", error) : NULL;
    if (name == NULL) return false;
    ps_import_begin(sink, id);
    if (!ps_import_add_file(sink, PS_PART_IMAGE, context->images, name, error)) return false;
    for (size_t n = 0;; n++) {
        g_autoptr(cJSON) annotation = ps_import_index_find(context->captions, id, n);
        if (annotation == NULL && n == 0)
            return ps_fail(error, PS_ERROR_DATA, "picture %s has no caption", id);
        if (annotation == NULL) break;
        g_autofree char *caption = ps_import_need(annotation, "caption", error);
        if (caption == NULL) return false;
        ps_import_add_reference(sink, caption);
    }
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    const char *path = source->annotations != NULL ? source->annotations : source->path;
    g_autoptr(PsImportIndex) captions =
        ps_import_index_new(path, "annotations", "image_id", sink, error);
    if (captions == NULL) return false;
    Context context = {source->images != NULL ? source->images : folder, captions};
    if (!ps_import_elements(source->path, "images", sink, add_image, &context, error))
        return false;
    ps_import_index_note_rest(captions, sink);
    return true;
}

const PsImporter ps_importer_coco_captions = {
    .name = "coco_captions",
    .source = "FILE.json",
    .summary = "COCO captions: every caption of a picture is a reference",
    .metrics = "cider, bleu_coco, rouge_l_coco",
    .prompt = "Describe the picture in one sentence.",
    .import = import,
};

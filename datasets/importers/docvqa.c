// DocVQA: data[] with questionId, question, image, answers, question_types.
#include "harness/importer.h"

static bool add_question(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    g_autofree char *id = ps_import_need(record, "questionId", error);
    g_autofree char *image = id != NULL ? ps_import_need(record, "image", error) : NULL;
    g_autofree char *question =
        image != NULL ? ps_import_need(record, "question", error) : NULL;
    if (question == NULL) return false;
    g_autofree char *document = ps_import_text_of(record, "ucsf_document_id");
    const cJSON *kinds = cJSON_GetObjectItemCaseSensitive(record, "question_types");
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, document != NULL ? document : image);
    if (!ps_import_add_file(sink, PS_PART_IMAGE, data, image, error)) return false;
    ps_import_add_text(sink, question);
    if (!ps_import_add_references(sink, cJSON_GetObjectItemCaseSensitive(record, "answers"),
                                  "answers", error))
        return false;
    ps_import_add_attribute(sink, "question_type",
                            cJSON_GetStringValue(cJSON_GetArrayItem(kinds, 0)));
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    void *images = (void *)(source->images != NULL ? source->images : folder);
    return ps_import_elements(source->path, "data", sink, add_question, images, error);
}

const PsImporter ps_importer_docvqa = {
    .name = "docvqa",
    .source = "FILE.json",
    .summary = "DocVQA: questions about scanned pages",
    .metrics = "anls, exact_match",
    .prompt = "Answer the question about the document with the value only.",
    .import = import,
};

// VQAv2: questions in one file, ten people's answers in another. TextVQA: both in one.
#include "harness/importer.h"

#include <string.h>

typedef struct {
    const char *images;
    PsImportIndex *annotations; // of VQAv2, by question_id; NULL: answers are in the record
    const char *split;          // "val2014", of VQAv2's file names
} Context;

// One reference a person: how many agree is what counts.
static bool add_answers(PsImportSink *sink, const cJSON *record, GError **error)
{
    const cJSON *answers = cJSON_GetObjectItemCaseSensitive(record, "answers"), *one;
    if (!cJSON_IsArray(answers) || answers->child == NULL)
        return ps_fail(error, PS_ERROR_DATA, "has no list of answers");
    cJSON_ArrayForEach(one, answers)
    {
        const char *text =
            cJSON_IsString(one) ? one->valuestring : ps_json_string(one, "answer");
        if (text == NULL) return ps_fail(error, PS_ERROR_DATA, "an answer is no text");
        ps_import_repeat_reference(sink, text);
    }
    return true;
}

static bool
add_image(PsImportSink *sink, const Context *context, const char *id, GError **error)
{
    const bool is_number = *id != '\0' && id[strspn(id, "0123456789")] == '\0';
    if (context->annotations != NULL && !is_number)
        return ps_fail(error, PS_ERROR_DATA, "its image_id is \"%s\", not a number", id);
    g_autofree char *coco = g_strdup_printf("COCO_%s_%012" G_GUINT64_FORMAT ".jpg",
                                            context->split, g_ascii_strtoull(id, NULL, 10));
    g_autofree char *plain = g_strdup_printf("%s.jpg", id);
    const char *name = context->annotations != NULL ? coco : plain;
    return ps_import_add_file(sink, PS_PART_IMAGE, context->images, name, error);
}

static bool add_question(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    const Context *context = data;
    g_autofree char *id = ps_import_need(record, "question_id", error);
    g_autofree char *image = id != NULL ? ps_import_need(record, "image_id", error) : NULL;
    g_autofree char *question =
        image != NULL ? ps_import_need(record, "question", error) : NULL;
    if (question == NULL) return false;
    g_autoptr(cJSON) annotation =
        context->annotations != NULL ? ps_import_index_find(context->annotations, id, 0) : NULL;
    if (context->annotations != NULL && annotation == NULL)
        return ps_fail(error, PS_ERROR_DATA, "question %s has no annotation", id);
    const cJSON *answered = annotation != NULL ? annotation : record;
    g_autofree char *kind = ps_import_text_of(answered, "question_type");
    g_autofree char *answer_type = ps_import_text_of(answered, "answer_type");
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, image);
    if (!add_image(sink, context, image, error)) return false;
    ps_import_add_text(sink, question);
    ps_import_add_attribute(sink, "question_type", kind);
    ps_import_add_attribute(sink, "answer_type", answer_type);
    return add_answers(sink, answered, error) && ps_import_end(sink, error);
}

// "val2014" of "v2_OpenEnded_mscoco_val2014_questions.json".
static char *split_of(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    static const char *const splits[] = {"train2014", "val2014", "test2015"};
    for (size_t i = 0; i < G_N_ELEMENTS(splits); i++)
        if (strstr(name, splits[i]) != NULL) return g_strdup(splits[i]);
    return g_strdup("val2014");
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autofree char *split = split_of(source->path);
    g_autoptr(PsImportIndex) annotations = NULL;
    if (source->annotations != NULL)
        annotations =
            ps_import_index_new(source->annotations, "annotations", "question_id", sink, error);
    if (source->annotations != NULL && annotations == NULL) return false;
    Context context = {source->images != NULL ? source->images : folder, annotations, split};
    if (!ps_import_elements(source->path, annotations != NULL ? "questions" : "data", sink,
                            add_question, &context, error))
        return false;
    if (annotations != NULL) ps_import_index_note_rest(annotations, sink);
    return true;
}

const PsImporter ps_importer_vqa = {
    .name = "vqa",
    .source = "QUESTIONS.json",
    .summary = "VQAv2 (with --annotations FILE) and TextVQA, ten answers a question",
    .metrics = "vqa_accuracy",
    .prompt = "Answer the question with a word or a short phrase.",
    .import = import,
};

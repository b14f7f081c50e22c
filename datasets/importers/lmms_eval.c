// lmms-eval's sample logs (--log_samples): what was asked, what is right, what was answered.
// Media are not in the log.
#include "harness/importer.h"

// The first text in a value: itself, or of a list, however deep.
static const char *first_text(const cJSON *value)
{
    while (cJSON_IsArray(value))
        value = value->child;
    return cJSON_GetStringValue(value);
}

static bool add_sample(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    (void)data;
    const cJSON *doc = cJSON_GetObjectItemCaseSensitive(record, "doc");
    const cJSON *filtered = cJSON_GetObjectItemCaseSensitive(record, "filtered_resps");
    const cJSON *raw = cJSON_GetObjectItemCaseSensitive(record, "resps");
    g_autofree char *id = ps_import_need(record, "doc_id", error);
    g_autofree char *input = ps_import_text_of(record, "input");
    g_autofree char *question = ps_import_text_of(doc, "question");
    const char *answer = first_text(filtered) != NULL ? first_text(filtered) : first_text(raw);
    if (id == NULL) return false;
    if (input == NULL && question == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "has neither \"input\" nor a \"question\" in \"doc\"");
    ps_import_begin(sink, id);
    ps_import_add_text(sink, question != NULL ? question : input);
    if (!ps_import_add_references(sink, cJSON_GetObjectItemCaseSensitive(record, "target"),
                                  "target", error))
        return false;
    if (answer != NULL) ps_import_set_answer(sink, answer);
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    return ps_import_lines(source->path, sink, add_sample, NULL, error);
}

const PsImporter ps_importer_lmms_eval = {
    .name = "lmms_eval",
    .source = "FILE.jsonl",
    .summary = "lmms-eval's logged samples, with the answers as predictions; without media",
    .metrics = "exact_match, anls, token_f1",
    .import = import,
};

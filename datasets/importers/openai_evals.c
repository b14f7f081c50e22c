// openai/evals: JSON Lines of input (chat messages, or a text) and ideal (a text or several).
#include "harness/importer.h"

#include <string.h>

typedef struct {
    size_t n;
} Context;

// What one message says; parts that are no text are an error, since a dataset here has them as
// media.
static bool append_message(GString *out, const cJSON *message, GError **error)
{
    const char *role = ps_json_string(message, "role");
    const char *content = ps_json_string(message, "content");
    if (content == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "a message of its input has a content that is no text");
    if (out->len > 0) g_string_append(out, "\n\n");
    if (role != NULL && strcmp(role, "assistant") == 0) g_string_append(out, "Assistant: ");
    g_string_append(out, content);
    return true;
}

static char *input_of(const cJSON *record, GError **error)
{
    const cJSON *input = cJSON_GetObjectItemCaseSensitive(record, "input"), *message;
    if (cJSON_IsString(input)) return g_strdup(input->valuestring);
    if (!cJSON_IsArray(input)) return ps_fail_null(error, PS_ERROR_DATA, "has no \"input\"");
    g_autoptr(GString) out = g_string_new(NULL);
    cJSON_ArrayForEach(message, input) if (!append_message(out, message, error)) return NULL;
    return g_strdup(out->str);
}

static bool add_sample(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    Context *context = data;
    const cJSON *ideal = cJSON_GetObjectItemCaseSensitive(record, "ideal");
    g_autofree char *stated = ps_import_text_of(record, "id");
    g_autofree char *id =
        stated != NULL ? g_strdup(stated) : g_strdup_printf("sample-%zu", context->n);
    g_autofree char *input = input_of(record, error);
    context->n++;
    if (input == NULL) return false;
    ps_import_begin(sink, id);
    ps_import_add_text(sink, input);
    if (!ps_import_add_references(sink, ideal, "ideal", error)) return false;
    return ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    Context context = {0};
    return ps_import_lines(source->path, sink, add_sample, &context, error);
}

const PsImporter ps_importer_openai_evals = {
    .name = "openai_evals",
    .source = "FILE.jsonl",
    .summary = "openai/evals: chat inputs and ideal answers",
    .metrics = "exact_match, token_f1",
    .import = import,
};

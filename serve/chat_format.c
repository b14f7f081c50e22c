#include "serve/chat_format.h"

#include "adapters/shared/json_schema.h"
#include "harness/error.h"
#include "harness/json.h"

#include <string.h>

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNull(found) ? NULL : found;
}

static bool
read_choices(const cJSON *choices, PePattern *pattern, PePiece *whole, GError **error)
{
    const int n = cJSON_GetArraySize(choices);
    g_autofree const char **texts = g_new0(const char *, MAX(n, 1));
    const cJSON *choice;
    size_t i = 0;
    cJSON_ArrayForEach(choice, choices) texts[i++] =
        cJSON_IsString(choice) && *choice->valuestring != '\0' ? choice->valuestring : NULL;
    for (i = 0; i < (size_t)n; i++)
        if (texts[i] == NULL) break;
    if (!cJSON_IsArray(choices) || n == 0 || n > PS_CHOICES_MOST || i < (size_t)n)
        return ps_fail(error, PS_ERROR_DATA,
                       "structured_outputs.choice is not a list of 1 to %d texts",
                       PS_CHOICES_MOST);
    *whole = pe_pattern_choices(pattern, texts, (size_t)n);
    return true;
}

static bool
read_response_format(const cJSON *format, PePattern *pattern, PePiece *whole, GError **error)
{
    const char *type = ps_json_string(format, "type");
    const cJSON *schema = member(member(format, "json_schema"), "schema");
    if (type != NULL && strcmp(type, "json_object") == 0) {
        *whole = pe_json_object(pattern, PS_SCHEMA_ANY_DEPTH);
        return true;
    }
    if (type != NULL && strcmp(type, "json_schema") == 0 && schema != NULL)
        return ps_json_schema_pattern(schema, pattern, whole, error);
    return ps_fail(error, PS_ERROR_DATA,
                   "response_format is not of type text, json_object, or json_schema with a "
                   "json_schema.schema");
}

static bool
read_structured(const cJSON *structured, PePattern *pattern, PePiece *whole, GError **error)
{
    const cJSON *choice = member(structured, "choice"), *schema = member(structured, "json");
    if (choice != NULL && schema == NULL) return read_choices(choice, pattern, whole, error);
    if (schema != NULL && choice == NULL)
        return ps_json_schema_pattern(schema, pattern, whole, error);
    return ps_fail(error, PS_ERROR_DATA,
                   "structured_outputs has neither choice nor json alone");
}

// vLLM's names before there was structured_outputs: a client that asks for them should not get
// free text.
static bool refuse_guided(const cJSON *body, GError **error)
{
    const cJSON *one;
    cJSON_ArrayForEach(
        one,
        body) if (g_str_has_prefix(one->string, "guided_")
                  && !cJSON_IsNull(
                      one)) return ps_fail(error, PS_ERROR_DATA,
                                           "%.40s is not known here (structured_outputs is)",
                                           one->string);
    return true;
}

bool ps_chat_format_read(PsServeWorker *worker,
                         const cJSON *body,
                         PeGrammar **grammar,
                         GError **error)
{
    const cJSON *format = member(body, "response_format");
    const cJSON *structured = member(body, "structured_outputs");
    PePattern pattern = {0};
    PePiece whole;
    if (!refuse_guided(body, error)) return false;
    if (format != NULL && g_strcmp0(ps_json_string(format, "type"), "text") == 0) format = NULL;
    if (format == NULL && structured == NULL) return true;
    if (format != NULL && structured != NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "response_format and structured_outputs are not for one answer");
    const bool is_ok = format != NULL ? read_response_format(format, &pattern, &whole, error)
                                      : read_structured(structured, &pattern, &whole, error);
    if (is_ok) *grammar = ps_serve_worker_grammar(worker, &pattern, whole, error);
    pe_pattern_clear(&pattern);
    return is_ok && *grammar != NULL;
}

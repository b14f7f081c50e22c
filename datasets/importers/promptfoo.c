// promptfoo: a configuration (YAML or JSON) with prompts and tests, or tests as JSON Lines.
// Each test's vars fill the {{places}} of each prompt; assertions with a value to equal or
// contain become references.
#include "harness/importer.h"

#include "harness/yaml.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MOST 32
#define NODES_MOST 2000000

// ---- YAML as JSON

static cJSON *json_of(yaml_document_t *document, int number, int depth, size_t *n_nodes);

static cJSON *
json_of_sequence(yaml_document_t *document, const yaml_node_t *node, int depth, size_t *n_nodes)
{
    cJSON *array = cJSON_CreateArray();
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++)
        cJSON_AddItemToArray(array, json_of(document, *item, depth, n_nodes));
    return array;
}

static cJSON *
json_of_mapping(yaml_document_t *document, const yaml_node_t *node, int depth, size_t *n_nodes)
{
    cJSON *object = cJSON_CreateObject();
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(document, pair->key);
        if (key == NULL || key->type != YAML_SCALAR_NODE) continue;
        cJSON_AddItemToObject(object, (const char *)key->data.scalar.value,
                              json_of(document, pair->value, depth, n_nodes));
    }
    return object;
}

// Scalars are texts: what a prompt is filled with is what stands in the file. Aliases that
// unfold beyond the bounds become null.
static cJSON *json_of(yaml_document_t *document, int number, int depth, size_t *n_nodes)
{
    const yaml_node_t *node = yaml_document_get_node(document, number);
    if (node == NULL || depth > DEPTH_MOST || ++*n_nodes > NODES_MOST)
        return cJSON_CreateNull();
    if (node->type == YAML_SCALAR_NODE)
        return cJSON_CreateString((const char *)node->data.scalar.value);
    if (node->type == YAML_SEQUENCE_NODE)
        return json_of_sequence(document, node, depth + 1, n_nodes);
    return json_of_mapping(document, node, depth + 1, n_nodes);
}

static cJSON *read_yaml(const char *path, GError **error)
{
    size_t length = 0, n_nodes = 0;
    g_autofree char *text = ps_yaml_read(path, &length, error);
    if (text == NULL) return NULL;
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return ps_fail_null(error, PS_ERROR_SOFTWARE, "no memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    cJSON *json = NULL;
    if (yaml_parser_load(&parser, &document)) {
        json = json_of(&document, 1, 0, &n_nodes);
        yaml_document_delete(&document);
    } else {
        ps_fail(error, PS_ERROR_DATA, "%s:%zu: %s", path, parser.problem_mark.line + 1,
                parser.problem != NULL ? parser.problem : "is not YAML");
    }
    yaml_parser_delete(&parser);
    return json;
}

// ---- tests

typedef struct {
    const cJSON *prompts;  // texts; NULL: the vars are all there is
    const cJSON *defaults; // defaultTest, or NULL
    size_t n;
} Context;

static const cJSON *var_of(const cJSON *test, const Context *context, const char *name)
{
    const cJSON *vars = cJSON_GetObjectItemCaseSensitive(test, "vars");
    const cJSON *fallback = cJSON_GetObjectItemCaseSensitive(context->defaults, "vars");
    const cJSON *var = cJSON_GetObjectItemCaseSensitive(vars, name);
    return var != NULL ? var : cJSON_GetObjectItemCaseSensitive(fallback, name);
}

// The prompt with every {{ name }} replaced. The caller's.
static char *fill(const char *prompt, const cJSON *test, const Context *context, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *open; (open = strstr(prompt, "{{")) != NULL;) {
        const char *close = strstr(open, "}}");
        if (close == NULL)
            return ps_fail_null(error, PS_ERROR_DATA, "a prompt has {{ without }}");
        g_autofree char *name = g_strndup(open + 2, (size_t)(close - open - 2));
        const cJSON *var = var_of(test, context, g_strstrip(name));
        if (!cJSON_IsString(var))
            return ps_fail_null(error, PS_ERROR_DATA, "its vars have no text \"%s\"", name);
        g_string_append_len(out, prompt, open - prompt);
        g_string_append(out, var->valuestring);
        prompt = close + 2;
    }
    g_string_append(out, prompt);
    return g_strdup(out->str);
}

static bool add_assertion(PsImportSink *sink, const cJSON *assertion, GError **error)
{
    static const char *const known[] = {"equals",       "contains",      "icontains",
                                        "contains-any", "icontains-any", "similar",
                                        "rouge-n",      "levenshtein"};
    const char *type = ps_json_string(assertion, "type");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(assertion, "value");
    bool is_known = false;
    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(known); i++)
        is_known = is_known || strcmp(type, known[i]) == 0;
    if (!is_known)
        return ps_fail(error, PS_ERROR_DATA,
                       "its assertion \"%s\" has no accepted answer to compare "
                       "with",
                       type != NULL ? type : "");
    return ps_import_add_references(sink, value, type, error);
}

static bool add_one(PsImportSink *sink,
                    const cJSON *test,
                    const char *prompt,
                    const char *id,
                    const Context *context,
                    GError **error)
{
    const cJSON *assertions = cJSON_GetObjectItemCaseSensitive(test, "assert"), *one;
    const cJSON *common = cJSON_GetObjectItemCaseSensitive(context->defaults, "assert");
    g_autofree char *text = fill(prompt, test, context, error);
    g_autofree char *cluster = g_strdup_printf("test-%zu", context->n);
    g_autofree char *description = ps_import_text_of(test, "description");
    if (text == NULL) return false;
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, cluster);
    ps_import_add_text(sink, text);
    ps_import_add_attribute(sink, "description", description);
    cJSON_ArrayForEach(one, assertions) if (!add_assertion(sink, one, error)) return false;
    cJSON_ArrayForEach(one, common) if (!add_assertion(sink, one, error)) return false;
    return ps_import_end(sink, error);
}

// Without prompts every text among the vars is one.
static bool add_test(PsImportSink *sink, const cJSON *test, void *data, GError **error)
{
    Context *context = data;
    const cJSON *prompt;
    int number = 0;
    bool is_ok = cJSON_IsObject(test) || ps_fail(error, PS_ERROR_DATA, "is no test");
    cJSON_ArrayForEach(prompt, context->prompts)
    {
        g_autofree char *id = g_strdup_printf("test-%zu-prompt-%d", context->n, ++number);
        const char *text =
            cJSON_IsString(prompt) ? prompt->valuestring : ps_json_string(prompt, "raw");
        if (!is_ok) return false;
        if (text == NULL) return ps_fail(error, PS_ERROR_DATA, "prompt %d is no text", number);
        if (g_str_has_prefix(text, "file://"))
            return ps_fail(error, PS_ERROR_DATA, "prompt %d is in another file", number);
        is_ok = add_one(sink, test, text, id, context, error);
    }
    if (is_ok && context->prompts == NULL) {
        g_autofree char *id = g_strdup_printf("test-%zu", context->n);
        const cJSON *first = cJSON_GetObjectItemCaseSensitive(test, "vars");
        const char *text = first != NULL ? cJSON_GetStringValue(first->child) : NULL;
        is_ok = text != NULL ? add_one(sink, test, text, id, context, error)
                             : ps_fail(error, PS_ERROR_DATA, "has no vars");
    }
    context->n++;
    return is_ok;
}

static bool import_configuration(const char *path,
                                 const cJSON *configuration,
                                 PsImportSink *sink,
                                 GError **error)
{
    Context context = {.prompts = cJSON_GetObjectItemCaseSensitive(configuration, "prompts"),
                       .defaults =
                           cJSON_GetObjectItemCaseSensitive(configuration, "defaultTest")};
    const cJSON *tests = cJSON_IsArray(configuration)
                             ? configuration
                             : cJSON_GetObjectItemCaseSensitive(configuration, "tests");
    const cJSON *test;
    if (!cJSON_IsArray(tests))
        return ps_fail(error, PS_ERROR_DATA,
                       "%s: has no list of tests (tests in another file are "
                       "imported from that)",
                       path);
    cJSON_ArrayForEach(test, tests)
    {
        g_autoptr(GError) problem = NULL;
        const size_t n = context.n;
        if (add_test(sink, test, &context, &problem)) continue;
        context.n = n + 1;
        g_prefix_error(&problem, "%s: tests[%zu]: ", path, n);
        if (!ps_import_tolerate(sink, g_steal_pointer(&problem), error)) return false;
    }
    return true;
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    Context context = {0};
    if (g_str_has_suffix(source->path, ".jsonl"))
        return ps_import_lines(source->path, sink, add_test, &context, error);
    g_autoptr(cJSON) configuration = read_yaml(source->path, error);
    return configuration != NULL
           && import_configuration(source->path, configuration, sink, error);
}

const PsImporter ps_importer_promptfoo = {
    .name = "promptfoo",
    .source = "FILE.yaml or FILE.jsonl",
    .summary = "promptfoo: prompts and tests whose assertions state an answer",
    .metrics = "exact_match, token_f1",
    .import = import,
};

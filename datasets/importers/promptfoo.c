// promptfoo: a configuration (YAML or JSON) with prompts and tests, or tests as JSON Lines.
// Each test's vars fill the {{places}} of each prompt, and the value of its assertion "equals"
// is the reference. Every other assertion asks for something else than one right answer, and a
// test that has one is not understood. Definitions: promptfoo.dev/docs/configuration.
#include "harness/importer.h"

#include "harness/yaml.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MOST 32
#define NODES_MOST 2000000

// ---- YAML as JSON

typedef struct {
    size_t n_nodes;
    const char *problem; // what was not understood first, or NULL
} Unfolding;

static cJSON *json_of(yaml_document_t *document, int number, int depth, Unfolding *unfolding);

static cJSON *json_of_sequence(yaml_document_t *document,
                               const yaml_node_t *node,
                               int depth,
                               Unfolding *unfolding)
{
    cJSON *array = cJSON_CreateArray();
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++)
        cJSON_AddItemToArray(array, json_of(document, *item, depth, unfolding));
    return array;
}

static cJSON *json_of_mapping(yaml_document_t *document,
                              const yaml_node_t *node,
                              int depth,
                              Unfolding *unfolding)
{
    cJSON *object = cJSON_CreateObject();
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(document, pair->key);
        const bool is_name = key != NULL && key->type == YAML_SCALAR_NODE;
        const char *name = is_name ? (const char *)key->data.scalar.value : "<<";
        if (strcmp(name, "<<") == 0) {
            unfolding->problem = "a key that is no text, or <<, is not understood";
            continue;
        }
        cJSON_AddItemToObject(object, name, json_of(document, pair->value, depth, unfolding));
    }
    return object;
}

// Scalars are texts: what a prompt is filled with is what stands in the file.
static cJSON *json_of(yaml_document_t *document, int number, int depth, Unfolding *unfolding)
{
    const yaml_node_t *node = yaml_document_get_node(document, number);
    if (node == NULL || depth > DEPTH_MOST || ++unfolding->n_nodes > NODES_MOST) {
        unfolding->problem = "is empty, nested too deeply or too large";
        return cJSON_CreateNull();
    }
    if (node->type == YAML_SCALAR_NODE)
        return cJSON_CreateString((const char *)node->data.scalar.value);
    if (node->type == YAML_SEQUENCE_NODE)
        return json_of_sequence(document, node, depth + 1, unfolding);
    return json_of_mapping(document, node, depth + 1, unfolding);
}

static cJSON *read_yaml(const char *path, GError **error)
{
    size_t length = 0;
    Unfolding unfolding = {0};
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = ps_yaml_read(path, &length, &problem);
    if (text == NULL && g_error_matches(problem, PS_ERROR, PS_ERROR_CONFIG))
        return ps_fail_null(error, PS_ERROR_DATA, "%s", problem->message); // no suite of ours
    if (text == NULL) return g_propagate_error(error, g_steal_pointer(&problem)), NULL;
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return ps_fail_null(error, PS_ERROR_SOFTWARE, "no memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    cJSON *json = NULL;
    if (yaml_parser_load(&parser, &document)) {
        json = json_of(&document, 1, 0, &unfolding);
        yaml_document_delete(&document);
    } else {
        ps_fail(error, PS_ERROR_DATA, "%s:%zu: %s", path, parser.problem_mark.line + 1,
                parser.problem != NULL ? parser.problem : "is not YAML");
    }
    yaml_parser_delete(&parser);
    if (unfolding.problem == NULL) return json;
    cJSON_Delete(json);
    return ps_fail_null(error, PS_ERROR_DATA, "%s: %s", path, unfolding.problem);
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

// What a place is filled with.
static const char *
value_of(const cJSON *test, const Context *context, const char *name, GError **error)
{
    const cJSON *var = var_of(test, context, name);
    if (cJSON_IsArray(var))
        return ps_fail_null(error, PS_ERROR_DATA,
                            "its var \"%s\" is a list, a test each, which is not understood",
                            name);
    const char *text = cJSON_GetStringValue(var);
    if (text == NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "its vars have no text \"%s\"", name);
    if (g_str_has_prefix(text, "file://"))
        return ps_fail_null(error, PS_ERROR_DATA, "its var \"%s\" is in another file", name);
    if (strstr(text, "{{") != NULL || strstr(text, "{%") != NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "its var \"%s\" is a template", name);
    return text;
}

// The template (what it is: "a prompt") with every {{ name }} replaced. The caller's.
static char *fill(const char *template,
                  const char *what,
                  const cJSON *test,
                  const Context *context,
                  GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (strstr(template, "{%") != NULL || strstr(template, "{#") != NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "%s has {%% or {#, which are not understood",
                            what);
    for (const char *open; (open = strstr(template, "{{")) != NULL;) {
        const char *close = strstr(open, "}}");
        if (close == NULL)
            return ps_fail_null(error, PS_ERROR_DATA, "%s has {{ without }}", what);
        g_autofree char *name = g_strndup(open + 2, (size_t)(close - open - 2));
        const char *value = value_of(test, context, g_strstrip(name), error);
        if (value == NULL) return NULL;
        g_string_append_len(out, template, open - template);
        g_string_append(out, value);
        template = close + 2;
    }
    g_string_append(out, template);
    return g_strdup(out->str);
}

// Adds the answer that an "equals" states to *answer; two that differ cannot both hold. Its
// value may have places; a list or an object stands for an answer in JSON, not for several.
static bool add_equals(const cJSON *assertion,
                       const cJSON *test,
                       const Context *context,
                       char **answer,
                       GError **error)
{
    g_autofree char *value = ps_import_text_of(assertion, "value");
    if (value == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "its assertion \"equals\" has no text as its value");
    if (g_str_has_prefix(value, "file://") || g_str_has_prefix(value, "package:"))
        return ps_fail(error, PS_ERROR_DATA, "the value of its \"equals\" is in another file");
    if (cJSON_HasObjectItem(assertion, "transform"))
        return ps_fail(error, PS_ERROR_DATA, "its \"equals\" has a transform");
    g_autofree char *filled = fill(value, "its \"equals\"", test, context, error);
    if (filled == NULL) return false;
    if (*answer != NULL && strcmp(*answer, filled) != 0)
        return ps_fail(error, PS_ERROR_DATA, "it has to equal both \"%s\" and \"%s\"", *answer,
                       filled);
    g_free(*answer);
    *answer = g_steal_pointer(&filled);
    return true;
}

static bool add_assertions(const cJSON *assertions,
                           const cJSON *test,
                           const Context *context,
                           char **answer,
                           GError **error)
{
    const cJSON *one;
    if (assertions != NULL && !cJSON_IsArray(assertions))
        return ps_fail(error, PS_ERROR_DATA, "its \"assert\" is not a list");
    cJSON_ArrayForEach(one, assertions)
    {
        const char *type = ps_json_string(one, "type");
        if (type == NULL) return ps_fail(error, PS_ERROR_DATA, "an assertion has no type");
        if (strcmp(type, "equals") != 0)
            return ps_fail(
                error, PS_ERROR_DATA,
                "its assertion \"%s\" is not understood: only \"equals\" states what "
                "the right answer is",
                type);
        if (!add_equals(one, test, context, answer, error)) return false;
    }
    return true;
}

// Options that change what is asked or what is compared.
static bool are_options_plain(const cJSON *holder, GError **error)
{
    static const char *const known[] = {"transform", "transformVars", "prefix",
                                        "suffix",    "postprocess",   "disableDefaultAsserts"};
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(holder, "options");
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (cJSON_HasObjectItem(options, known[i]))
            return ps_fail(error, PS_ERROR_DATA, "its option \"%s\" is not understood",
                           known[i]);
    return true;
}

static bool add_one(PsImportSink *sink,
                    const cJSON *test,
                    const char *prompt,
                    const char *id,
                    const Context *context,
                    GError **error)
{
    g_autofree char *text = fill(prompt, "a prompt", test, context, error), *answer = NULL;
    g_autofree char *cluster = g_strdup_printf("test-%zu", context->n);
    g_autofree char *description = ps_import_text_of(test, "description");
    if (text == NULL || !are_options_plain(test, error)
        || !are_options_plain(context->defaults, error)
        || !add_assertions(cJSON_GetObjectItemCaseSensitive(test, "assert"), test, context,
                           &answer, error)
        || !add_assertions(cJSON_GetObjectItemCaseSensitive(context->defaults, "assert"), test,
                           context, &answer, error))
        return false;
    ps_import_begin(sink, id);
    ps_import_set_cluster(sink, cluster);
    ps_import_add_text(sink, text);
    ps_import_add_attribute(sink, "description", description);
    if (answer != NULL) ps_import_add_reference(sink, answer);
    return ps_import_end(sink, error);
}

// promptfoo takes a prompt that looks like a file's name for one.
static bool is_file_name(const char *prompt)
{
    static const char *const ends[] = {".txt", ".json", ".jsonl", ".yaml", ".yml", ".md",
                                       ".csv", ".js",   ".ts",    ".py",   ".j2"};
    bool has_end = false;
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        has_end = has_end || g_str_has_suffix(prompt, ends[i]);
    return g_str_has_prefix(prompt, "file://") || (has_end && strpbrk(prompt, " \n{") == NULL);
}

static bool add_prompt(PsImportSink *sink,
                       const cJSON *test,
                       const cJSON *prompt,
                       int number,
                       const Context *context,
                       GError **error)
{
    g_autofree char *id = g_strdup_printf("test-%zu-prompt-%d", context->n, number);
    const char *text =
        cJSON_IsString(prompt) ? prompt->valuestring : ps_json_string(prompt, "raw");
    if (text == NULL) return ps_fail(error, PS_ERROR_DATA, "prompt %d is no text", number);
    if (is_file_name(text))
        return ps_fail(error, PS_ERROR_DATA, "prompt %d is in another file", number);
    return add_one(sink, test, text, id, context, error);
}

// Without prompts the first text among the vars is one.
static bool
add_first_var(PsImportSink *sink, const cJSON *test, const Context *context, GError **error)
{
    g_autofree char *id = g_strdup_printf("test-%zu", context->n);
    const cJSON *vars = cJSON_GetObjectItemCaseSensitive(test, "vars");
    if (!cJSON_IsObject(vars) || vars->child == NULL)
        return ps_fail(error, PS_ERROR_DATA, "has no vars");
    const char *text = value_of(test, context, vars->child->string, error);
    return text != NULL && add_one(sink, test, text, id, context, error);
}

static bool
add_to_prompts(PsImportSink *sink, const cJSON *test, const Context *context, GError **error)
{
    const cJSON *prompt;
    int number = 0;
    if (!cJSON_IsObject(test)) return ps_fail(error, PS_ERROR_DATA, "is no test");
    if (context->prompts == NULL) return add_first_var(sink, test, context, error);
    if (cJSON_IsString(context->prompts))
        return add_prompt(sink, test, context->prompts, 1, context, error);
    cJSON_ArrayForEach(prompt, context->prompts) if (!add_prompt(sink, test, prompt, ++number,
                                                                 context, error)) return false;
    return true;
}

static bool add_test(PsImportSink *sink, const cJSON *test, void *data, GError **error)
{
    Context *context = data;
    const bool is_ok = add_to_prompts(sink, test, context, error);
    context->n++;
    return is_ok;
}

// What a configuration has to be before its tests can be.
static bool check_configuration(const cJSON *tests,
                                const cJSON *configuration,
                                const Context *context,
                                GError **error)
{
    const cJSON *prompts = context->prompts, *defaults = context->defaults;
    if (!cJSON_IsArray(tests))
        return ps_fail(error, PS_ERROR_DATA,
                       "has no list of tests (tests in another file are imported from that)");
    if (cJSON_HasObjectItem(configuration, "scenarios"))
        return ps_fail(error, PS_ERROR_DATA, "has scenarios, which are not understood");
    if (defaults != NULL && !cJSON_IsObject(defaults))
        return ps_fail(error, PS_ERROR_DATA, "its defaultTest is in another file");
    if (prompts != NULL && !cJSON_IsString(prompts)
        && !(cJSON_IsArray(prompts) && prompts->child != NULL))
        return ps_fail(error, PS_ERROR_DATA, "its prompts are neither a text nor a list");
    return true;
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
    if (!check_configuration(tests, configuration, &context, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    cJSON_ArrayForEach(test, tests)
    {
        g_autoptr(GError) problem = NULL;
        const size_t n = context.n;
        if (add_test(sink, test, &context, &problem)) continue;
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
    .summary = "promptfoo: prompts and tests whose answer is stated by \"equals\"",
    .metrics = "exact_match, token_f1",
    .import = import,
};

#include "harness/yaml.h"

#include <string.h>

static void collect_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    GString *messages = context;
    if (level >= CYAML_LOG_ERROR) g_string_append_vprintf(messages, format, arguments);
}

static bool is_word_byte(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '@' || c == ':' || c == '.' || c == '-';
}

// The line on which name stands as a whole word; libcyaml's line numbers are gone once it has
// mapped the text.
int ps_yaml_line(const char *text, const char *name)
{
    size_t length = strlen(name);
    int line = 1;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n') line++;
        if (strncmp(at, name, length) == 0 && !is_word_byte(at[length])
            && (at == text || !is_word_byte(at[-1])))
            return line;
    }
    return 1;
}

// What libcyaml says is wrong: the first line of its log.
static char *yaml_problem(cyaml_err_t status, const char *log)
{
    const char *start = g_str_has_prefix(log, "Load: ") ? log + strlen("Load: ") : log;
    if (g_str_has_prefix(start, "libyaml: ")) start += strlen("libyaml: ");
    size_t length = strcspn(start, "\n");
    if (length > 0 && !g_str_has_prefix(start, "Backtrace")) return g_strndup(start, length);
    return g_strdup(status == CYAML_OK ? "holds nothing" : cyaml_strerror(status));
}

// Says what is wrong and where. The further lines of the log lead there, innermost first: "  in
// mapping field 'epochs' (line: 2, column: 9)". For a key that it does not know they name the
// line before.
static void fail_yaml(const char *path,
                      const char *text,
                      const char *first_key,
                      cyaml_err_t status,
                      const char *log,
                      GError **error)
{
    static const char unexpected[] = "Unexpected key: ";
    g_autofree char *problem = yaml_problem(status, log);
    const char *place = strstr(log, "\n  in "), *end = strstr(log, " (line: ");
    bool is_key = g_str_has_prefix(problem, unexpected);
    if (is_key || place == NULL || end == NULL || end < place) {
        g_autofree char *key =
            is_key ? g_strconcat(problem + strlen(unexpected), ":", NULL) : g_strdup(first_key);
        ps_fail(error, PS_ERROR_CONFIG, "%s:%d: %s", path, ps_yaml_line(text, key), problem);
        return;
    }
    int line = (int)g_ascii_strtoll(end + strlen(" (line: "), NULL, 10);
    g_autofree char *where =
        g_strndup(place + strlen("\n  "), (size_t)(end - place) - strlen("\n  "));
    ps_fail(error, PS_ERROR_CONFIG, "%s:%d: %s (%s)", path, line, problem, where);
}

static cyaml_config_t configuration(GString *log)
{
    return (cyaml_config_t){
        .log_fn = log != NULL ? collect_log : NULL,
        .log_ctx = log,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

void *ps_yaml_load(const char *path,
                   const char *text,
                   size_t length,
                   const char *first_key,
                   const cyaml_schema_value_t *schema,
                   GError **error)
{
    g_autoptr(GString) log = g_string_new(NULL);
    cyaml_config_t config = configuration(log);
    cyaml_data_t *data = NULL;
    cyaml_err_t status =
        cyaml_load_data((const uint8_t *)text, length, &config, schema, &data, NULL);
    if (status == CYAML_OK && data != NULL) return data;
    fail_yaml(path, text, first_key, status, log->str, error);
    return NULL;
}

void ps_yaml_free(void *data, const cyaml_schema_value_t *schema)
{
    const cyaml_config_t config = configuration(NULL);
    cyaml_free(&config, schema, data, 0);
}

bool ps_yaml_fail(
    const char *path, const char *text, const char *word, const char *problem, GError **error)
{
    return ps_fail(error, PS_ERROR_CONFIG, "%s:%d: %s %s", path, ps_yaml_line(text, word), word,
                   problem);
}

char *ps_yaml_read(const char *path, size_t *length, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) problem = NULL;
    if (!g_file_get_contents(path, &text, length, &problem))
        return ps_fail_null(error, PS_ERROR_NO_INPUT, "%s", problem->message);
    if (*length > PS_YAML_MOST_BYTES)
        return ps_fail_null(error, PS_ERROR_CONFIG, "%s: has more than %u bytes", path,
                            PS_YAML_MOST_BYTES);
    if (!g_utf8_validate_len(text, *length, NULL))
        return ps_fail_null(error, PS_ERROR_CONFIG, "%s: not UTF-8 text", path);
    return g_steal_pointer(&text);
}

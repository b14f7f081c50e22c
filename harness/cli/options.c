#include "harness/cli/options.h"

#include <math.h>
#include <string.h>

#define DOTENV_MOST_BYTES 65536

// "max-connections" → "PROOFSHEET_MAX_CONNECTIONS"
static char *twin_name(const char *flag)
{
    g_autofree char *upper = g_ascii_strup(flag, -1);
    return g_strdup_printf("PROOFSHEET_%s", g_strdelimit(upper, "-", '_'));
}

static bool is_true(const char *value)
{
    return strcmp(value, "1") == 0 || g_ascii_strcasecmp(value, "true") == 0
           || g_ascii_strcasecmp(value, "yes") == 0;
}

static bool is_given(const GOptionEntry *entry, char **argv)
{
    g_autofree char *long_flag = g_strdup_printf("--%s", entry->long_name);
    const char short_flag[] = {'-', entry->short_name, '\0'};
    for (char **word = argv + 1; *word != NULL; word++)
        if (g_str_has_prefix(*word, long_flag)
            || (entry->short_name != '\0' && g_str_has_prefix(*word, short_flag)))
            return true;
    return false;
}

static void add_twin(GPtrArray *arguments, const GOptionEntry *entry, char **argv)
{
    // A flag that may be repeated would add to its twin instead of overriding it.
    if (entry->arg == G_OPTION_ARG_FILENAME_ARRAY && is_given(entry, argv)) return;
    g_autofree char *name = twin_name(entry->long_name);
    const char *value = g_getenv(name);
    if (value == NULL || *value == '\0') return;
    if (entry->arg == G_OPTION_ARG_NONE) {
        if (is_true(value))
            g_ptr_array_add(arguments, g_strdup_printf("--%s", entry->long_name));
    } else {
        g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", entry->long_name, value));
    }
}

// The twins go first, so that a flag of the command line overrides them.
static char **with_twins(const GOptionEntry *entries, int argc, char **argv)
{
    GPtrArray *arguments = g_ptr_array_new();
    g_ptr_array_add(arguments, g_strdup(argv[0]));
    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
        if (*entry->long_name != '\0') add_twin(arguments, entry, argv);
    for (int i = 1; i < argc; i++)
        g_ptr_array_add(arguments, g_strdup(argv[i]));
    g_ptr_array_add(arguments, NULL);
    return (char **)g_ptr_array_free(arguments, false);
}

char **ps_options_parse(const char *usage,
                        const char *summary,
                        const GOptionEntry *entries,
                        int argc,
                        char **argv,
                        GError **error)
{
    const char *words = strchr(usage, ' ');
    g_autoptr(GOptionContext) context = g_option_context_new(words != NULL ? words + 1 : "");
    g_autofree char *program = g_strdup_printf("proofsheet %s", argv[0]);
    g_option_context_set_summary(context, summary);
    g_option_context_add_main_entries(context, entries, NULL);
    char **arguments = with_twins(entries, argc, argv);
    g_free(arguments[0]);
    arguments[0] = g_strdup(program);
    g_set_prgname(program);
    g_autoptr(GError) problem = NULL;
    if (g_option_context_parse_strv(context, &arguments, &problem)) {
        g_free(arguments[0]);
        memmove(arguments, arguments + 1,
                g_strv_length(arguments + 1) * sizeof *arguments + sizeof *arguments);
        return arguments;
    }
    g_strfreev(arguments);
    return ps_fail_null(error, PS_ERROR_USAGE, "%s (see: %s --help)", problem->message,
                        program);
}

static bool check_number(const PsNumber *number, GError **error)
{
    if (number->value >= number->least && number->value <= number->most) return true;
    if (isinf(number->most))
        return ps_fail(error, PS_ERROR_USAGE, "--%s is not %.15g or more (see --help)",
                       number->flag, number->least);
    return ps_fail(error, PS_ERROR_USAGE, "--%s is not from %.15g to %.15g (see --help)",
                   number->flag, number->least, number->most);
}

bool ps_numbers_check(const PsNumber *numbers, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!check_number(&numbers[i], error)) return false;
    return true;
}

static bool is_wanted(const char *name)
{
    return g_str_has_suffix(name, "_API_KEY") || g_str_has_suffix(name, "_BASE_URL")
           || g_str_has_prefix(name, "PROOFSHEET_");
}

static void set_from_line(char *line)
{
    char *name = g_strstrip(line), *equals = strchr(name, '=');
    if (equals == NULL || *name == '#') return;
    *equals = '\0';
    char *value = g_strstrip(equals + 1);
    size_t length = strlen(value);
    bool is_quoted = length >= 2 && strchr("\"'", *value) && value[length - 1] == *value;
    if (is_quoted) value[length - 1] = '\0';
    if (is_wanted(g_strchomp(name))) g_setenv(name, is_quoted ? value + 1 : value, false);
}

void ps_options_load_dotenv(void)
{
    g_autofree char *text = NULL;
    size_t length;
    if (!g_file_get_contents(".env", &text, &length, NULL) || length > DOTENV_MOST_BYTES)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        set_from_line(*line);
}

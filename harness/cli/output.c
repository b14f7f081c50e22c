#include "harness/cli/output.h"

#include "harness/error.h"

#include <stdio.h>
#include <string.h>

#define TABLE ".txt" // what a terminal is shown

static const PsReport *find_by_extension(const PsRegistry *registry, const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && registry->reports[i] != NULL; i++)
        if (g_ascii_strcasecmp(registry->reports[i]->extension, dot) == 0)
            return registry->reports[i];
    return NULL;
}

// "-" and devices have no extension to go by: they get the table.
static const PsReport *report_for(const PsRegistry *registry, const char *path)
{
    bool is_stream =
        strcmp(path, "-") == 0
        || (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)
            && !g_file_test(path, G_FILE_TEST_IS_DIR));
    const PsReport *report = find_by_extension(registry, path);
    return report == NULL && is_stream ? find_by_extension(registry, TABLE) : report;
}

static char *known_extensions(const PsRegistry *registry)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; registry->reports[i] != NULL; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? " " : "", registry->reports[i]->extension);
    return g_string_free(list, false);
}

bool ps_output_check(const PsRegistry *registry, char **paths, GError **error)
{
    for (char **path = paths; path != NULL && *path != NULL; path++) {
        if (report_for(registry, *path) != NULL) continue;
        g_autofree char *known = known_extensions(registry);
        return ps_fail(error, PS_ERROR_USAGE, "-o %s: the name must end in one of %s", *path,
                       known);
    }
    return true;
}

bool ps_output_write(const PsRegistry *registry,
                     const PsSheet *sheet,
                     char **paths,
                     bool is_quiet,
                     GError **error)
{
    bool shows_table = !is_quiet;
    GError *first = NULL;
    for (char **path = paths; path != NULL && *path != NULL; path++) {
        if (strcmp(*path, "-") == 0) shows_table = false;
        // One that cannot be written must not cost the others.
        if (!ps_report_write(report_for(registry, *path), sheet, *path, first ? NULL : &first))
            continue;
        if (strcmp(*path, "-") != 0 && !is_quiet) fprintf(stderr, "wrote %s\n", *path);
    }
    if (shows_table)
        ps_report_write(find_by_extension(registry, TABLE), sheet, "-", first ? NULL : &first);
    if (first != NULL) g_propagate_error(error, first);
    return first == NULL;
}

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

static bool has_kind(const PsReport *report, PsOutputKind kind)
{
    return kind == PS_OUTPUT_SHEET ? report->render != NULL : report->render_findings != NULL;
}

static char *known_extensions(const PsRegistry *registry, PsOutputKind kind)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; registry->reports[i] != NULL; i++)
        if (has_kind(registry->reports[i], kind))
            g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "",
                                   registry->reports[i]->extension);
    return g_string_free(list, false);
}

static bool
check_path(const PsRegistry *registry, PsOutputKind kind, const char *path, GError **error)
{
    const PsReport *report = report_for(registry, path);
    if (report != NULL && has_kind(report, kind)) return true;
    g_autofree char *known = known_extensions(registry, kind);
    g_autofree char *lack = NULL;
    if (report != NULL)
        lack = g_strdup_printf("%s has no document of a %s; ", report->name,
                               kind == PS_OUTPUT_SHEET ? "run" : "verdict");
    return ps_fail(error, PS_ERROR_USAGE, "-o %s: %sthe name must end in one of %s", path,
                   lack != NULL ? lack : "", known);
}

bool ps_output_check(const PsRegistry *registry,
                     PsOutputKind kind,
                     char **paths,
                     GError **error)
{
    for (char **path = paths; path != NULL && *path != NULL; path++)
        if (!check_path(registry, kind, *path, error)) return false;
    return true;
}

// What is written: one of the two.
typedef struct {
    const PsSheet *sheet;
    const PsFindings *findings;
} Document;

static bool
write_one(const PsReport *report, const Document *document, const char *path, GError **error)
{
    if (document->sheet != NULL) return ps_report_write(report, document->sheet, path, error);
    return ps_report_write_findings(report, document->findings, path, error);
}

static bool write_all(const PsRegistry *registry,
                      const Document *document,
                      char **paths,
                      bool is_quiet,
                      GError **error)
{
    bool shows_table = !is_quiet;
    GError *first = NULL;
    for (char **path = paths; path != NULL && *path != NULL; path++) {
        if (strcmp(*path, "-") == 0) shows_table = false;
        // One that cannot be written must not cost the others.
        if (!write_one(report_for(registry, *path), document, *path, first ? NULL : &first))
            continue;
        if (strcmp(*path, "-") != 0 && !is_quiet) fprintf(stderr, "wrote %s\n", *path);
    }
    if (shows_table)
        write_one(find_by_extension(registry, TABLE), document, "-", first ? NULL : &first);
    if (first != NULL) g_propagate_error(error, first);
    return first == NULL;
}

bool ps_output_write(const PsRegistry *registry,
                     const PsSheet *sheet,
                     char **paths,
                     bool is_quiet,
                     GError **error)
{
    return write_all(registry, &(Document){.sheet = sheet}, paths, is_quiet, error);
}

bool ps_output_write_findings(const PsRegistry *registry,
                              const PsFindings *findings,
                              char **paths,
                              bool is_quiet,
                              GError **error)
{
    return write_all(registry, &(Document){.findings = findings}, paths, is_quiet, error);
}

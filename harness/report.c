#include "harness/report.h"

#include "harness/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool write_stream(FILE *stream, const char *path, const GString *text, GError **error)
{
    bool is_ok = fwrite(text->str, 1, text->len, stream) == text->len && fflush(stream) == 0;
    return is_ok || ps_fail(error, PS_ERROR_IO, "%s: %s", path, g_strerror(errno));
}

// A pipe or a device is written to; only a regular file is replaced.
static bool write_in_place(const char *path, const GString *text, GError **error)
{
    FILE *stream = fopen(path, "w");
    if (stream == NULL)
        return ps_fail(error, PS_ERROR_CANT_CREATE, "%s: %s", path, g_strerror(errno));
    bool is_ok = write_stream(stream, path, text, error);
    if (fclose(stream) != 0 && is_ok)
        return ps_fail(error, PS_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return is_ok;
}

static bool replace_file(const char *path, const GString *text, GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (g_file_set_contents_full(path, text->str, (gssize)text->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0666, &problem))
        return true;
    return ps_fail(error, PS_ERROR_CANT_CREATE, "%s", problem->message);
}

static bool write_text(const char *path, const GString *text, GError **error)
{
    if (strcmp(path, "-") == 0) return write_stream(stdout, "stdout", text, error);
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return write_in_place(path, text, error);
    return replace_file(path, text, error);
}

bool ps_report_write(const PsReport *report,
                     const PsSheet *sheet,
                     const char *path,
                     GError **error)
{
    g_autoptr(GString) text = g_string_sized_new(1 << 16);
    return report->render(sheet, text, error) && write_text(path, text, error);
}

bool ps_report_write_findings(const PsReport *report,
                              const PsFindings *findings,
                              const char *path,
                              GError **error)
{
    g_autoptr(GString) text = g_string_sized_new(1 << 16);
    return report->render_findings(findings, text, error) && write_text(path, text, error);
}

#include "harness/cli/output.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static bool render(const PsSheet *sheet, GString *out, GError **error)
{
    (void)error;
    g_string_append_printf(out, "sheet %s", sheet->suite);
    return true;
}

static bool render_findings(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    g_string_append_printf(out, "findings %s", findings->title);
    return true;
}

static const PsReport both = {"both", ".both", "", render, render_findings};
static const PsReport sheets = {"sheets", ".sheet", "", render, NULL};
static const PsReport verdicts = {"verdicts", ".verdict", "", NULL, render_findings};
static const PsReport table = {"table", ".txt", "", render, render_findings};
static const PsReport *const reports[] = {&both, &sheets, &verdicts, &table, NULL};
static const PsRegistry registry = {.reports = reports};

static char *message_of(PsOutputKind kind, const char *path)
{
    char *paths[] = {(char *)path, NULL};
    g_autoptr(GError) error = NULL;
    if (ps_output_check(&registry, kind, paths, &error)) return NULL;
    cr_expect_eq(error->code, PS_ERROR_USAGE);
    return g_strdup(error->message);
}

Test(output, formats_are_taken_by_extension)
{
    cr_expect_null(message_of(PS_OUTPUT_SHEET, "a.both"));
    cr_expect_null(message_of(PS_OUTPUT_SHEET, "a.SHEET"));
    cr_expect_null(message_of(PS_OUTPUT_FINDINGS, "a.verdict"));
    cr_expect_null(message_of(PS_OUTPUT_FINDINGS, "-"));
    cr_expect(ps_output_check(&registry, PS_OUTPUT_FINDINGS, NULL, NULL));
}

Test(output, unknown_extensions_are_refused_with_those_that_fit)
{
    g_autofree char *message = message_of(PS_OUTPUT_FINDINGS, "a.docx");
    cr_expect_str_eq(message, "-o a.docx: the name must end in one of .both .verdict .txt");
}

Test(output, formats_without_the_document_asked_for_are_refused)
{
    g_autofree char *sheet = message_of(PS_OUTPUT_SHEET, "a.verdict");
    g_autofree char *findings = message_of(PS_OUTPUT_FINDINGS, "a.sheet");
    cr_expect_str_eq(sheet, "-o a.verdict: verdicts has no document of a run; the name must "
                            "end in one of .both .sheet .txt");
    cr_expect_str_eq(findings, "-o a.sheet: sheets has no document of a verdict; the name must "
                               "end in one of .both .verdict .txt");
}

static void expect_file(const char *path, const char *expected)
{
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    cr_expect_str_eq(text, expected);
    g_unlink(path);
}

Test(output, each_path_gets_its_document)
{
    g_autofree char *folder = g_dir_make_tmp("proofsheet-output-XXXXXX", NULL);
    g_autofree char *first = g_build_filename(folder, "a.both", NULL);
    g_autofree char *second = g_build_filename(folder, "a.verdict", NULL);
    char *paths[] = {first, second, NULL}, *sheet_paths[] = {first, NULL};
    PsSheet sheet = {.suite = (char *)"suite"};
    g_autoptr(PsFindings) findings = ps_findings_new("gate", "title");
    cr_expect(ps_output_write(&registry, &sheet, sheet_paths, true, NULL));
    expect_file(first, "sheet suite");
    cr_expect(ps_output_write_findings(&registry, findings, paths, true, NULL));
    expect_file(first, "findings title");
    expect_file(second, "findings title");
    g_rmdir(folder);
}

Test(output, one_that_cannot_be_written_does_not_cost_the_others)
{
    g_autofree char *folder = g_dir_make_tmp("proofsheet-output-XXXXXX", NULL);
    g_autofree char *lost = g_build_filename(folder, "nowhere", "a.both", NULL);
    g_autofree char *kept = g_build_filename(folder, "a.both", NULL);
    char *paths[] = {lost, kept, NULL};
    g_autoptr(PsFindings) findings = ps_findings_new("gate", "title");
    g_autoptr(GError) error = NULL;
    cr_expect_not(ps_output_write_findings(&registry, findings, paths, true, &error));
    cr_expect_eq(error->code, PS_ERROR_CANT_CREATE);
    expect_file(kept, "findings title");
    g_rmdir(folder);
}

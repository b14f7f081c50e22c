// Writes an HTML report for the browser's checks.
//
//     write_page small OUT [MEDIA…]       the small sheet, with files in the place of its media
//     write_page text OUT TEXT            TEXT (with \xNN for bytes) in every field
//     write_page findings OUT             findings: a gate that fails
//     write_page findings-text OUT TEXT   TEXT in every field of these findings
#include "tests/reports/findings.h"
#include "tests/reports/sheets.h"

#include <stdio.h>
#include <string.h>

static TestSheet *make_small(int n_media, char **media)
{
    TestSheet *sheet = test_sheet_small();
    for (int i = 0; i < n_media; i++)
        if (!test_sheet_set_media(sheet, (size_t)i, media[i]))
            fprintf(stderr, "%s was not used\n", media[i]);
    return sheet;
}

static char *render_sheet(TestSheet *owned)
{
    g_autoptr(TestSheet) sheet = owned;
    return test_sheet_render(sheet, "html");
}

static char *render_findings(PsFindings *owned)
{
    g_autoptr(PsFindings) findings = owned;
    return test_findings_render(findings, "html");
}

// The page that the arguments ask for, the caller's; NULL: they ask for none.
static char *make(const char *what, int n_arguments, char **arguments)
{
    g_autofree char *text = n_arguments > 0 ? g_strcompress(arguments[0]) : NULL;
    if (strcmp(what, "small") == 0) return render_sheet(make_small(n_arguments, arguments));
    if (strcmp(what, "findings") == 0) return render_findings(test_findings_gate());
    if (text == NULL) return NULL;
    if (strcmp(what, "text") == 0) return render_sheet(test_sheet_of_text(text));
    if (strcmp(what, "findings-text") == 0) return render_findings(test_findings_of_text(text));
    return NULL;
}

int main(int n_arguments, char **arguments)
{
    g_autofree char *page =
        n_arguments >= 3 ? make(arguments[1], n_arguments - 3, arguments + 3) : NULL;
    if (page == NULL) {
        fprintf(stderr,
                "usage: write_page small|text|findings|findings-text OUT [MEDIA...|TEXT]\n");
        return 64;
    }
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(arguments[2], page, -1, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 74;
    }
    return 0;
}

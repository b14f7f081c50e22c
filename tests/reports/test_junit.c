#include "tests/reports/golden.h"
#include "tests/reports/sheets.h"
#include "tests/reports/xmllint.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t count(const char *text, const char *word)
{
    size_t n_found = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n_found++;
    return n_found;
}

Test(junit, small_sheet_is_as_it_was)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    g_autofree char *text = test_sheet_render(sheet, "junit");
    golden_check("small.xml", text);
}

Test(junit, counts_are_those_of_the_cases)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    g_autofree char *text = test_sheet_render(sheet, "junit");
    cr_expect_eq(count(text, "<testsuite "), 2);
    cr_expect_eq(count(text, "<testcase"), (9 * 5 + 1) + (3 * 2 + 1));
    cr_expect_eq(count(text, "<skipped"), 4 + 2);
    cr_expect_eq(count(text, "<error"), 2);
    cr_expect_eq(count(text, "<failure"), 0);
    cr_expect_not_null(strstr(text, "tests=\"53\" failures=\"0\" errors=\"2\" skipped=\"6\""));
    cr_expect_not_null(strstr(text, "9 of 360 items timed out, failed or are not done"));
}

Test(junit, is_valid)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    g_autofree char *text = test_sheet_render(sheet, "junit");
    xmllint_expect_valid(text);
}

Test(junit, hostile_text_leaves_it_valid)
{
    static const char *const attacks[] = {
        "\"/><testcase name=\"x\">",
        "]]></system-out>",
        "<!--",
        "&xxe;",
        "\x01\x0B\x1B",
        "\xED\xA0\x80",
        "\uFFFE\uFFFF",
        "\xFF",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++) {
        g_autoptr(TestSheet) sheet = test_sheet_of_text(attacks[i]);
        g_autofree char *text = test_sheet_render(sheet, "junit");
        xmllint_expect_valid(text);
        cr_expect_eq(count(text, "<testcase"), (9 * 5 + 1) + (3 * 2 + 1), "%s", attacks[i]);
    }
}

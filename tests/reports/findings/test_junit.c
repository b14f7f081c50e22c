#include "tests/reports/findings.h"
#include "tests/reports/golden.h"
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

Test(findings_junit, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "junit");
    golden_check("gate.xml", text);
    xmllint_expect_valid(text);
}

Test(findings_junit, rows_are_cases_and_totals_are_theirs)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "junit");
    cr_expect_eq(count(text, "<testsuite "), 1);
    cr_expect_eq(count(text, "<testcase"), 6);
    cr_expect_eq(count(text, "<failure"), 2);
    cr_expect_eq(count(text, "<skipped message=\"undecided: "), 2);
    cr_expect_eq(count(text, "tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"2\""), 2);
    cr_expect_not_null(strstr(text, "classname=\"documents\" "
                                    "name=\"documents condition=blur@2\"><failure"));
}

Test(findings_junit, findings_without_cases_are_a_suite_that_passes)
{
    g_autoptr(PsFindings) findings = test_findings_power(PS_VERDICT_NONE);
    g_autofree char *text = test_findings_render(findings, "junit");
    cr_expect_eq(count(text, "<testsuite "), 1);
    cr_expect_eq(count(text, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\""), 2);
    cr_expect_not_null(strstr(text, "classname=\"power\" name=\"Power by samples\""));
    xmllint_expect_valid(text);
}

Test(findings_junit, a_verdict_that_no_case_has_is_a_case)
{
    static const struct {
        PsVerdict verdict;
        const char *totals, *element;
    } cases[] = {
        {PS_VERDICT_FAIL, "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\"",
         "name=\"verdict\"><failure message=\"fail: 900 samples are needed\""},
        {PS_VERDICT_UNDECIDED, "tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\"",
         "name=\"verdict\"><skipped message=\"undecided: 900 samples are needed\""},
        {PS_VERDICT_PASS, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PsFindings) findings = test_findings_power(cases[i].verdict);
        g_autofree char *text = test_findings_render(findings, "junit");
        cr_expect_not_null(strstr(text, cases[i].totals), "%s", text);
        cr_expect_not_null(strstr(text, cases[i].element), "%s", text);
        cr_expect_eq(count(text, "<testcase"), cases[i].verdict == PS_VERDICT_PASS ? 1 : 2);
        xmllint_expect_valid(text);
    }
}

Test(findings_junit, hostile_text_leaves_it_valid)
{
    static const char *const attacks[] = {
        "\"/><testcase name=\"x\">",
        "]]></system-out>",
        "<!--",
        "&xxe;",
        "\x01\x0B\x1B",
        "\xFF",
        "\uFFFE\uFFFF",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++) {
        g_autoptr(PsFindings) findings = test_findings_of_text(attacks[i]);
        g_autofree char *text = test_findings_render(findings, "junit");
        xmllint_expect_valid(text);
        cr_expect_eq(count(text, "<testcase"), 6, "%s", attacks[i]);
    }
}

#include "tests/reports/findings.h"
#include "tests/reports/golden.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t count_lines(const char *text)
{
    size_t n_lines = 0;
    for (; *text; text++)
        n_lines += *text == '\n';
    return n_lines;
}

Test(findings_text, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "text");
    golden_check("gate.txt", text);
}

Test(findings_text, the_verdict_is_the_first_line)
{
    g_autoptr(PsFindings) findings = test_findings_power(PS_VERDICT_UNDECIDED);
    g_autofree char *text = test_findings_render(findings, "text");
    cr_expect(g_str_has_prefix(text, "UNDECIDED: 900 samples are needed\npower · documents"));
}

Test(findings_text, findings_without_a_verdict_begin_with_their_title)
{
    g_autoptr(PsFindings) findings = test_findings_power(PS_VERDICT_NONE);
    g_autofree char *text = test_findings_render(findings, "text");
    cr_expect(g_str_has_prefix(text, "power · documents"));
}

Test(findings_text, only_tables_without_cases_are_cut)
{
    g_autoptr(PsFindings) rows = test_findings_large(45, 3, false);
    g_autoptr(PsFindings) cases = test_findings_large(45, 3, true);
    g_autofree char *cut = test_findings_render(rows, "text");
    g_autofree char *whole = test_findings_render(cases, "text");
    cr_expect_not_null(strstr(cut, "… and 5 more rows\n"));
    cr_expect_eq(count_lines(whole), count_lines(cut) + 4);
}

Test(findings_text, hostile_text_adds_no_line_and_no_control)
{
    g_autoptr(PsFindings) harmless = test_findings_of_text("x");
    g_autoptr(PsFindings) hostile = test_findings_of_text("a\nb\r\n\x1B[31m\u202E\xFF");
    g_autofree char *expected = test_findings_render(harmless, "text");
    g_autofree char *text = test_findings_render(hostile, "text");
    cr_expect_eq(count_lines(text), count_lines(expected));
    cr_expect_null(strpbrk(text, "\x1B\r"));
    cr_expect_null(strstr(text, "\u202E"));
    cr_expect(g_utf8_validate(text, -1, NULL));
}

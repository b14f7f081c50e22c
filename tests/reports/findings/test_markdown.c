#include "tests/reports/findings.h"
#include "tests/reports/golden.h"

#include <criterion/criterion.h>
#include <string.h>

Test(findings_markdown, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "markdown");
    golden_check("gate.md", text);
}

static void count_shape(const char *text, size_t *n_lines, size_t *n_bars)
{
    *n_lines = *n_bars = 0;
    for (const char *p = text; *p; p++) {
        *n_lines += *p == '\n';
        *n_bars += *p == '|' && p > text && p[-1] != '\\';
    }
}

Test(findings_markdown, hostile_text_adds_no_line_cell_or_tag)
{
    g_autoptr(PsFindings) harmless = test_findings_of_text("x");
    g_autoptr(PsFindings) hostile =
        test_findings_of_text("a | b\n| c\r\n# <script>\u2028 @team [x](http://e.org)");
    g_autofree char *expected = test_findings_render(harmless, "markdown");
    g_autofree char *text = test_findings_render(hostile, "markdown");
    size_t n_lines, n_bars, n_expected_lines, n_expected_bars;
    count_shape(expected, &n_expected_lines, &n_expected_bars);
    count_shape(text, &n_lines, &n_bars);
    cr_expect_eq(n_lines, n_expected_lines);
    cr_expect_eq(n_bars, n_expected_bars);
    cr_expect_null(strstr(text, "<script"));
    cr_expect_null(strstr(text, " @team"));
}

Test(findings_markdown, verdicts_have_a_word_and_a_symbol)
{
    static const char *const lines[] = {"", "✅ **pass**: 900", "❌ **fail**: 900",
                                        "❔ **undecided**: 900"};
    for (PsVerdict verdict = PS_VERDICT_NONE; verdict <= PS_VERDICT_UNDECIDED; verdict++) {
        g_autoptr(PsFindings) findings = test_findings_power(verdict);
        g_autofree char *text = test_findings_render(findings, "markdown");
        cr_expect_not_null(strstr(text, lines[verdict]));
        cr_expect_eq(strstr(text, "**") == NULL, verdict == PS_VERDICT_NONE);
    }
}

Test(findings_markdown, large_findings_stay_within_the_limit_and_name_what_is_missing)
{
    g_autoptr(PsFindings) cases = test_findings_large(5000, 300, true);
    g_autoptr(PsFindings) rows = test_findings_large(5000, 3, false);
    g_autofree char *large = test_findings_render(cases, "markdown");
    g_autofree char *cut = test_findings_render(rows, "markdown");
    cr_expect_leq(strlen(large), 900 * 1000);
    cr_expect_gt(strlen(large), 700 * 1000);
    cr_expect_not_null(strstr(large, " more rows are in the HTML and JSON reports."));
    cr_expect_not_null(strstr(cut, "4,900 more rows are in the HTML and JSON reports."));
    cr_expect_not_null(strstr(large, "- the last note\n"));
}

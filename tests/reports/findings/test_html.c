#include "tests/reports/findings.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t count(const char *text, const char *word)
{
    size_t n_found = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n_found++;
    return n_found;
}

Test(findings_html, every_row_and_cell_is_there)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "html");
    cr_expect_eq(count(text, "<tr role=\"row\">"), (1 + 6) + (1 + 60));
    cr_expect_eq(count(text, "role=\"cell\""), 6 * 7 + 60 * 2);
    cr_expect_eq(count(text, "role=\"rowheader\""), 6 + 60);
    cr_expect_eq(count(text, "<script"), 0);
    cr_expect_eq(count(text, " style="), 0);
}

Test(findings_html, the_verdict_is_above_the_tables)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "html");
    const char *banner = strstr(text, "<p class=\"banner fail\">");
    cr_assert_not_null(banner);
    cr_expect_lt(banner, strstr(text, "<table"));
    cr_expect_not_null(strstr(banner, "2 of 5 rules fail, 2 are undecided"));
}

// Every estimate that is defined is drawn: 4 + 5 in the rules, 2 × 60 in the flips.
Test(findings_html, estimates_are_drawn)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "html");
    cr_expect_eq(count(text, "<svg class=\"interval\""), 4 + 5 + 2 * 60);
    cr_expect_not_null(strstr(text, "<span class=\"value\">70.3%</span> "
                                    "<span class=\"range\">[61.9, 78.7]</span>"));
}

// The rules' values have two metrics: the ends stand in the four cells. The flips have one.
Test(findings_html, ends_of_an_axis_stand_where_it_holds)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "html");
    cr_expect_eq(count(text, "<span class=\"axis\">"), 4 + 1);
}

Test(findings_html, empty_cells_are_explained)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "html");
    cr_expect_not_null(strstr(text, "n/a</span> <small>the denominator is zero</small>"));
    cr_expect_not_null(strstr(text, "n/a</span> <small>no such slice in run B</small>"));
    cr_expect_not_null(strstr(text, "<small>(no interval: one source)</small>"));
    cr_expect_null(strstr(text, "nan"));
    cr_expect_not_null(strstr(text, "<p class=\"none\">none</p>"));
}

Test(findings_html, hostile_text_adds_no_tag)
{
    g_autoptr(PsFindings) harmless = test_findings_of_text("x");
    g_autoptr(PsFindings) hostile = test_findings_of_text("\"><script>alert(1)</script><b a='");
    g_autofree char *expected = test_findings_render(harmless, "html");
    g_autofree char *text = test_findings_render(hostile, "html");
    cr_expect_eq(count(text, "<"), count(expected, "<"));
    cr_expect_eq(count(text, ">"), count(expected, ">"));
    cr_expect_eq(count(text, "\""), count(expected, "\""));
}

#include "tests/reports/findings.h"
#include "tests/reports/golden.h"

#include <criterion/criterion.h>
#include <string.h>

Test(github, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "github");
    golden_check("gate.github", text);
}

// Lines of text that begin with start; every line must be a command.
static size_t count_commands(const char *text, const char *start)
{
    size_t n_found = 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i + 1] != NULL; i++) {
        cr_expect(g_str_has_prefix(lines[i], "::"), "%s", lines[i]);
        n_found += g_str_has_prefix(lines[i], start);
    }
    return n_found;
}

Test(github, the_verdict_and_each_case_that_does_not_pass_is_a_command)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "github");
    cr_expect_eq(count_commands(text, "::error title=gate%3A "), 1 + 2);
    cr_expect_eq(count_commands(text, "::warning title=gate%3A "), 2);
    cr_expect_eq(count_commands(text, "::notice "), 0);
    cr_expect_not_null(strstr(text, "Value: 70.3%25 [61.9, 78.7] n=112"));
}

Test(github, what_passes_is_one_notice)
{
    g_autoptr(PsFindings) findings = test_findings_power(PS_VERDICT_PASS);
    g_autofree char *text = test_findings_render(findings, "github");
    cr_expect_str_eq(text, "::notice title=power%3A pass::documents: exact_match: "
                           "900 samples are needed\n");
}

Test(github, hostile_text_adds_no_command)
{
    static const char *const attacks[] = {
        "a\n::error::b",
        "a\r\n::stop-commands::x",
        "x::error title=a,b:c::%0A",
        "\r::set-env::",
        "##[error]",
        "\u2028::error::x",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++) {
        g_autoptr(PsFindings) findings = test_findings_of_text(attacks[i]);
        g_autofree char *text = test_findings_render(findings, "github");
        cr_expect_eq(count_commands(text, "::error title=gate%3A "), 3, "%s", text);
        cr_expect_eq(count_commands(text, "::"), 5, "%s", text);
        cr_expect_null(strchr(text, '\r'));
    }
}

// GitHub workflow commands: printed by a step of a workflow, they become annotations of its
// run. The verdict of the whole comes first, then a line for each case that fails (::error) or
// is undecided (::warning): GitHub shows ten of a kind and step. Findings only.
#include "harness/report.h"
#include "reports/shared/finding.h"

static const char *command_name(PsVerdict verdict)
{
    switch (verdict) {
    case PS_VERDICT_FAIL:
        return "error";
    case PS_VERDICT_UNDECIDED:
        return "warning";
    case PS_VERDICT_PASS:
    case PS_VERDICT_NONE:
        return "notice";
    }
    return "notice";
}

static void append_command(
    GString *out, PsVerdict verdict, const char *kind, const char *name, const char *message)
{
    g_autofree char *title = g_strconcat(kind, *name ? ": " : NULL, name, NULL);
    g_string_append_printf(out, "::%s title=", command_name(verdict));
    ps_text_append(out, PS_TEXT_GITHUB_PROPERTY, title, PS_TEXT_MAX_NAME_CHARS);
    g_string_append(out, "::");
    ps_text_append(out, PS_TEXT_GITHUB, message, PS_TEXT_MAX_CHARS);
    g_string_append_c(out, '\n');
}

static void append_verdict(GString *out, const PsFindings *findings)
{
    g_autofree char *message =
        g_strconcat(findings->title, findings->reason ? ": " : NULL, findings->reason, NULL);
    append_command(out, findings->verdict, findings->kind, ps_verdict_name(findings->verdict),
                   message);
}

static void append_cases(GString *out, const PsFindings *findings, const PsTable *table)
{
    for (size_t i = 0; table->has_cases && i < ps_table_n_rows(table); i++) {
        PsVerdict verdict = ps_finding_case_verdict(table, i);
        if (verdict != PS_VERDICT_FAIL && verdict != PS_VERDICT_UNDECIDED) continue;
        g_autofree char *name = ps_finding_case_name(table, i);
        g_autofree char *message = ps_finding_case_message(table, i);
        append_command(out, verdict, findings->kind, name, message);
    }
}

static bool render_findings(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    append_verdict(out, findings);
    for (size_t i = 0; i < findings->tables->len; i++)
        append_cases(out, findings, findings->tables->pdata[i]);
    return true;
}

const PsReport ps_report_github = {
    .name = "github",
    .extension = ".github",
    .summary =
        "Of verdicts: workflow commands, an annotation for each case that does not pass.",
    .render_findings = render_findings,
};

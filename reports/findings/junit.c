// JUnit XML of findings: a testsuite for each table with cases, a testcase a row. A row that
// fails is a <failure>; an undecided one is <skipped> and says "undecided", since JUnit has no
// third state. Findings without cases are one testsuite in which each table is a case that
// passes. A verdict of the whole that no case has is a case of its own, so that no failure can
// look green.
#include "reports/findings/render.h"
#include "reports/shared/finding.h"
#include "reports/shared/xml.h"

static bool is_apart(const PsFindings *findings)
{
    return (findings->verdict == PS_VERDICT_FAIL || findings->verdict == PS_VERDICT_UNDECIDED)
           && !ps_finding_is_verdict_of_a_case(findings);
}

// ---- Parts ---------------------------------------------------------------------------

static void begin_suite(GString *out,
                        const PsFindings *findings,
                        const char *name,
                        size_t n_cases,
                        size_t n_failures,
                        size_t n_skipped)
{
    g_string_append(out, "  <testsuite");
    ps_xml_attribute(out, "name", name);
    ps_xml_counts(out, &(PsXmlCounts){n_cases, n_failures, 0, n_skipped});
    g_string_append(out, ">\n    <properties>\n");
    ps_xml_property(out, "title", findings->title);
    ps_xml_property(out, "verdict", ps_verdict_name(findings->verdict));
    ps_xml_property(out, "reason", findings->reason);
    for (size_t i = 0; i < findings->facts->len; i++) {
        const PsSheetFact *fact = &g_array_index(findings->facts, PsSheetFact, i);
        ps_xml_property(out, fact->name, fact->value);
    }
    g_string_append(out, "    </properties>\n");
}

static void end_suite(GString *out)
{
    g_string_append(out, "  </testsuite>\n");
}

static void append_case(GString *out,
                        const char *class_name,
                        const char *name,
                        PsVerdict verdict,
                        const char *message)
{
    g_string_append(out, "    <testcase");
    ps_xml_attribute(out, "classname", class_name);
    ps_xml_attribute(out, "name", name);
    g_string_append_c(out, '>');
    if (verdict == PS_VERDICT_FAIL || verdict == PS_VERDICT_UNDECIDED) {
        bool is_failure = verdict == PS_VERDICT_FAIL;
        g_string_append(out, is_failure ? "<failure" : "<skipped");
        ps_xml_attribute(out, "message", message);
        g_string_append(out, is_failure ? " type=\"verdict\"/>" : "/>");
    } else {
        g_string_append(out, "<system-out>");
        ps_xml_text(out, message);
        g_string_append(out, "</system-out>");
    }
    g_string_append(out, "</testcase>\n");
}

// ---- Suites --------------------------------------------------------------------------

static void append_row(GString *out, const PsTable *table, size_t row)
{
    const PsCell *first = ps_table_cell(table, row, 0);
    bool is_named = first->kind == PS_COLUMN_TEXT && !first->is_empty;
    g_autofree char *name = ps_finding_case_name(table, row);
    g_autofree char *message = ps_finding_case_message(table, row);
    append_case(out, is_named ? first->text : table->id, name,
                ps_finding_case_verdict(table, row), message);
}

static void append_table(GString *out, const PsFindings *findings, const PsTable *table)
{
    if (!table->has_cases) return;
    size_t n_rows = ps_table_n_rows(table);
    begin_suite(out, findings, table->title, n_rows,
                ps_finding_count_cases(table, PS_VERDICT_FAIL),
                ps_finding_count_cases(table, PS_VERDICT_UNDECIDED));
    for (size_t i = 0; i < n_rows; i++)
        append_row(out, table, i);
    end_suite(out);
}

static void append_table_as_case(GString *out, const PsFindings *findings, const PsTable *table)
{
    g_autofree char *message = g_strdup_printf("%zu rows", ps_table_n_rows(table));
    append_case(out, findings->kind, table->title, PS_VERDICT_NONE, message);
}

static void append_tables(GString *out, const PsFindings *findings)
{
    const GPtrArray *tables = findings->tables;
    bool has_cases = ps_finding_has_cases(findings);
    if (!has_cases) begin_suite(out, findings, findings->kind, tables->len, 0, 0);
    for (size_t i = 0; i < tables->len; i++)
        if (has_cases)
            append_table(out, findings, tables->pdata[i]);
        else
            append_table_as_case(out, findings, tables->pdata[i]);
    if (!has_cases) end_suite(out);
}

static void append_verdict(GString *out, const PsFindings *findings)
{
    if (!is_apart(findings)) return;
    bool is_failure = findings->verdict == PS_VERDICT_FAIL;
    g_autofree char *message =
        g_strconcat(ps_verdict_name(findings->verdict), findings->reason ? ": " : NULL,
                    findings->reason, NULL);
    begin_suite(out, findings, "verdict", 1, is_failure, !is_failure);
    append_case(out, findings->kind, "verdict", findings->verdict, message);
    end_suite(out);
}

void ps_findings_count_junit(const PsFindings *findings, PsXmlCounts *counts)
{
    bool has_cases = ps_finding_has_cases(findings), has_verdict = is_apart(findings);
    counts->n_cases += has_verdict;
    counts->n_failures += has_verdict && findings->verdict == PS_VERDICT_FAIL;
    counts->n_skipped += has_verdict && findings->verdict == PS_VERDICT_UNDECIDED;
    for (size_t i = 0; i < findings->tables->len; i++) {
        const PsTable *table = findings->tables->pdata[i];
        counts->n_cases += !has_cases ? 1 : table->has_cases ? ps_table_n_rows(table) : 0;
        counts->n_failures += ps_finding_count_cases(table, PS_VERDICT_FAIL);
        counts->n_skipped += ps_finding_count_cases(table, PS_VERDICT_UNDECIDED);
    }
}

void ps_findings_append_junit(GString *out, const PsFindings *findings)
{
    append_tables(out, findings);
    append_verdict(out, findings);
}

bool ps_findings_render_junit(const PsFindings *findings, GString *out, GError **error)
{
    (void)error;
    PsXmlCounts counts = {0};
    ps_findings_count_junit(findings, &counts);
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    ps_xml_attribute(out, "name", findings->kind);
    ps_xml_counts(out, &counts);
    g_string_append(out, ">\n");
    ps_findings_append_junit(out, findings);
    g_string_append(out, "</testsuites>\n");
    return true;
}

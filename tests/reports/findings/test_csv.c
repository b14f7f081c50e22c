#include "tests/reports/findings.h"
#include "tests/reports/golden.h"

#include <criterion/criterion.h>
#include <string.h>

Test(findings_csv, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "csv");
    golden_check("gate.csv", text);
}

// Records of text, each with n_fields fields; quoted fields may hold anything.
static size_t count_records(const char *text, size_t n_fields)
{
    size_t n_records = 0, n_seen = 1;
    bool is_quoted = false;
    for (const char *p = text; *p; p++) {
        if (*p == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        n_seen += *p == ',';
        if (*p != '\r') continue;
        cr_assert_eq(p[1], '\n');
        cr_expect_eq(n_seen, n_fields, "record %zu has %zu fields", n_records, n_seen);
        n_records++;
        n_seen = 1;
    }
    return n_records;
}

Test(findings_csv, every_cell_is_a_record)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "csv");
    cr_expect_eq(count_records(text, 13), 1 + 6 * 8 + 60 * 3);
    cr_expect_not_null(strstr(
        text,
        "\"rules\",4,\"value\",\"value\",\"\",1234.567,1153.567,1315.567,1240,410,\"ms\","));
    cr_expect_not_null(
        strstr(text, "\"rules\",2,\"p_adjusted\",\"p\",\"\",1e-05,,,,,\"\",\"\",\"\"\r\n"));
    cr_expect_not_null(strstr(text, "\"rules\",1,\"items\",\"count\",\"\",1240,,,,,"));
    cr_expect_not_null(strstr(text, "\"rules\",3,\"verdict\",\"verdict\",\"undecided\",,"));
    cr_expect_not_null(strstr(
        text,
        "\"rules\",6,\"value\",\"value\",\"\",,,,,,\"\",\"\",\"no such slice in run B\""));
}

Test(findings_csv, hostile_text_stays_in_its_field)
{
    g_autoptr(PsFindings) findings = test_findings_of_text("=HYPERLINK(\"x\")\",\r\n\"@a");
    g_autofree char *text = test_findings_render(findings, "csv");
    cr_expect_eq(count_records(text, 13), 1 + 6 * 8 + 60 * 3);
    cr_expect_null(strstr(text, "\"=HYPERLINK"));
}

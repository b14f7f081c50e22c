#include "reports/shared/finding.h"

#include <criterion/criterion.h>
#include <math.h>

#define MINUS "\xE2\x88\x92"

static char *words(const PsCell *cell, PsTextFormat format)
{
    GString *out = g_string_new(NULL);
    ps_finding_append(out, format, cell, PS_TEXT_MAX_CHARS);
    return g_string_free(out, false);
}

Test(finding, p_is_rounded_and_never_zero)
{
    static const struct {
        double p;
        const char *expected;
    } cases[] = {
        {0, "<0.0001"},      {0.0000999, "<0.0001"}, {0.0001, "0.0001"}, {0.00423, "0.0042"},
        {0.00994, "0.0099"}, {0.00996, "0.010"},     {0.0124, "0.012"},  {0.05, "0.050"},
        {0.4321, "0.432"},   {1, "1.000"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PsCell cell = {.kind = PS_COLUMN_P, .p = cases[i].p};
        g_autofree char *text = words(&cell, PS_TEXT_PLAIN);
        cr_expect_str_eq(text, cases[i].expected);
    }
}

Test(finding, what_means_something_in_the_format_is_escaped)
{
    PsCell p = {.kind = PS_COLUMN_P, .p = 0};
    PsCell text = {.kind = PS_COLUMN_TEXT, .text = (char *)"a<b"};
    PsCell why = {.kind = PS_COLUMN_P, .is_empty = true, .text = (char *)"n<2"};
    g_autofree char *small = words(&p, PS_TEXT_HTML);
    g_autofree char *said = words(&text, PS_TEXT_XML);
    g_autofree char *reason = words(&why, PS_TEXT_MARKDOWN);
    cr_expect_str_eq(small, "&lt;0.0001");
    cr_expect_str_eq(said, "a&lt;b");
    cr_expect_str_eq(reason, "n/a (n&lt;2)");
}

Test(finding, estimates_have_their_unit_and_interval)
{
    PsEstimate estimate = {.is_defined = true,
                           .has_interval = true,
                           .value = -0.012,
                           .low = -0.031,
                           .high = 0.004,
                           .n = 1112,
                           .n_clusters = 30,
                           .method = "Wilson"};
    PsCell cell = {
        .kind = PS_COLUMN_DIFFERENCE, .metric = &ps_unit_share, .estimate = estimate};
    g_autofree char *difference = words(&cell, PS_TEXT_PLAIN);
    cr_expect_str_eq(difference, MINUS "1.2 pp [" MINUS "3.1, +0.4]");
    cr_expect_str_eq(ps_finding_unit(&cell), "pp");
    g_autoptr(GString) n = g_string_new(NULL);
    cr_expect(ps_finding_append_n(n, &cell));
    cr_expect_str_eq(n->str, "n=1,112, 30 sources");
    cell.kind = PS_COLUMN_VALUE;
    cell.estimate.has_interval = false;
    cell.estimate.method = "no interval: one source";
    g_autofree char *value = words(&cell, PS_TEXT_PLAIN);
    cr_expect_str_eq(value, MINUS "1.2% (no interval: one source)");
    cr_expect_str_eq(ps_finding_unit(&cell), "%");
}

Test(finding, empty_cells_say_why)
{
    const struct {
        PsCell cell;
        const char *expected;
    } cases[] = {
        {{.kind = PS_COLUMN_TEXT, .is_empty = true}, ""},
        {{.kind = PS_COLUMN_VERDICT, .is_empty = true}, ""},
        {{.kind = PS_COLUMN_P, .is_empty = true}, "n/a"},
        {{.kind = PS_COLUMN_VALUE, .is_empty = true}, "n/a"},
        {{.kind = PS_COLUMN_VERDICT, .is_empty = true, .text = (char *)"no rows"},
         "n/a (no rows)"},
        {{.kind = PS_COLUMN_VALUE, .is_empty = true, .metric = &ps_unit_share},
         "n/a (no rows)"},
        {{.kind = PS_COLUMN_VALUE,
          .is_empty = true,
          .metric = &ps_unit_share,
          .estimate = {.n = 3, .method = ""}},
         "n/a (the denominator is zero)"},
        {{.kind = PS_COLUMN_VALUE,
          .is_empty = true,
          .metric = &ps_unit_share,
          .estimate = {.n = 3, .method = "too few rows"}},
         "n/a (too few rows)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = words(&cases[i].cell, PS_TEXT_PLAIN);
        cr_expect_str_eq(text, cases[i].expected);
    }
}

static PsTable *add_cases(PsFindings *findings, const PsColumn *columns, size_t n_columns)
{
    PsTable *table = ps_findings_add_table(findings, "t", "T", NULL, columns, n_columns);
    table->has_cases = true;
    return table;
}

Test(finding, a_case_is_named_by_the_texts_before_its_verdict)
{
    static const PsColumn columns[] = {{"a", "A", PS_COLUMN_TEXT, false},
                                       {"n", "N", PS_COLUMN_COUNT, false},
                                       {"b", "B", PS_COLUMN_TEXT, false},
                                       {"v", "V", PS_COLUMN_VERDICT, false},
                                       {"c", "C", PS_COLUMN_TEXT, false}};
    g_autoptr(PsFindings) findings = ps_findings_new("gate", "t");
    PsTable *table = add_cases(findings, columns, G_N_ELEMENTS(columns));
    ps_table_add_text(table, "one");
    ps_table_add_count(table, 7);
    ps_table_add_text(table, "two");
    ps_table_add_verdict(table, PS_VERDICT_UNDECIDED);
    ps_table_add_text(table, "three\nfour");
    g_autofree char *name = ps_finding_case_name(table, 0);
    g_autofree char *message = ps_finding_case_message(table, 0);
    cr_expect_str_eq(name, "one two");
    cr_expect_str_eq(message, "undecided: N: 7; C: three four");
    cr_expect_eq(ps_finding_count_cases(table, PS_VERDICT_UNDECIDED), 1);
    cr_expect_eq(ps_finding_count_cases(table, PS_VERDICT_FAIL), 0);
}

Test(finding, a_case_without_texts_is_named_by_its_row)
{
    static const PsColumn columns[] = {{"v", "V", PS_COLUMN_VERDICT, false}};
    g_autoptr(PsFindings) findings = ps_findings_new("gate", "t");
    PsTable *table = add_cases(findings, columns, G_N_ELEMENTS(columns));
    ps_table_add_verdict(table, PS_VERDICT_FAIL);
    findings->verdict = PS_VERDICT_FAIL;
    g_autofree char *name = ps_finding_case_name(table, 0);
    g_autofree char *message = ps_finding_case_message(table, 0);
    cr_expect_str_eq(name, "row 1");
    cr_expect_str_eq(message, "fail");
    cr_expect(ps_finding_has_cases(findings));
    cr_expect(ps_finding_is_verdict_of_a_case(findings));
    findings->verdict = PS_VERDICT_UNDECIDED;
    cr_expect_not(ps_finding_is_verdict_of_a_case(findings));
}

#include "harness/json.h"
#include "tests/reports/findings.h"
#include "tests/reports/golden.h"

#include <criterion/criterion.h>
#include <string.h>

static cJSON *parse(const PsFindings *findings)
{
    g_autofree char *text = test_findings_render(findings, "json");
    g_autoptr(GError) error = NULL;
    cJSON *json = ps_json_parse(text, strlen(text), &error);
    cr_assert_not_null(json, "%s", error ? error->message : "");
    return json;
}

static const cJSON *get(const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_assert_not_null(member, "%s is missing", key);
    return member;
}

static const cJSON *get_row(const cJSON *json, int table, int row)
{
    const cJSON *tables = get(json, "tables");
    return cJSON_GetArrayItem(get(cJSON_GetArrayItem(tables, table), "rows"), row);
}

Test(findings_json, gate_is_as_it_was)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autofree char *text = test_findings_render(findings, "json");
    golden_check("gate.json", text);
}

Test(findings_json, numbers_are_in_the_stated_unit_with_all_digits)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autoptr(cJSON) json = parse(findings);
    const cJSON *clean = get_row(json, 0, 0), *latency = get_row(json, 0, 3);
    cr_expect_eq(get(get(clean, "value"), "value")->valuedouble, 0.931 * 100);
    cr_expect_str_eq(ps_json_string(get(clean, "value"), "unit"), "%");
    cr_expect_str_eq(ps_json_string(get(clean, "difference"), "unit"), "pp");
    cr_expect_eq(get(get(latency, "value"), "value")->valuedouble, 1.234567e9 * 1e-6);
    cr_expect_str_eq(ps_json_string(get(latency, "difference"), "unit"), "ms");
    cr_expect_eq(get(get_row(json, 0, 1), "p_adjusted")->valuedouble, 0.00001);
}

Test(findings_json, every_row_is_there)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autoptr(cJSON) json = parse(findings);
    const int n_rows[] = {6, 60, 0};
    for (int i = 0; i < 3; i++)
        cr_expect_eq(
            cJSON_GetArraySize(get(cJSON_GetArrayItem(get(json, "tables"), i), "rows")),
            n_rows[i]);
}

Test(findings_json, empty_cells_are_null_and_say_why)
{
    g_autoptr(PsFindings) findings = test_findings_gate();
    g_autoptr(cJSON) json = parse(findings);
    const cJSON *undefined = get_row(json, 0, 4), *nothing = get_row(json, 0, 5);
    cr_expect(cJSON_IsNull(get(get(undefined, "value"), "value")));
    cr_expect_eq(get(get(undefined, "value"), "n")->valuedouble, 5);
    cr_expect_str_eq(ps_json_string(get(undefined, "why"), "value"), "the denominator is zero");
    cr_expect(cJSON_IsNull(get(nothing, "value")));
    cr_expect(cJSON_IsNull(get(nothing, "difference")));
    cr_expect(cJSON_IsNull(get(nothing, "p_adjusted")));
    cr_expect(cJSON_IsNull(get(nothing, "verdict")));
    cr_expect_str_eq(ps_json_string(get(nothing, "why"), "value"), "no such slice in run B");
    cr_expect_eq(cJSON_GetArraySize(get(nothing, "why")), 1);
    cr_expect_null(cJSON_GetObjectItemCaseSensitive(get_row(json, 0, 0), "why"));
}

Test(findings_json, no_verdict_is_null)
{
    g_autoptr(PsFindings) findings = test_findings_power(PS_VERDICT_NONE);
    g_autoptr(cJSON) json = parse(findings);
    cr_expect(cJSON_IsNull(get(json, "verdict")));
    cr_expect(cJSON_IsNull(get(json, "reason")));
    cr_expect_str_eq(ps_json_string(json, "kind"), "power");
    cr_expect_eq(get(json, "version")->valuedouble, 1);
}

Test(findings_json, hostile_text_stays_a_string)
{
    g_autoptr(PsFindings) findings = test_findings_of_text("\"}],\"x\":[{\\\x01\xFF</script>");
    g_autoptr(cJSON) json = parse(findings);
    cr_expect_str_eq(ps_json_string(get_row(json, 0, 0), "rule"),
                     "\"}],\"x\":[{\\\x01\uFFFD</script>");
    cr_expect_eq(cJSON_GetArraySize(get(json, "tables")), 3);
}

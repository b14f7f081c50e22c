#include "tests/reports/findings.h"

#include "reports/reports.h"

#include <math.h>
#include <string.h>

static const PsMetric exact = {
    .name = "exact_match",
    .title = "Exact match",
    .unit = "%",
    .unit_scale = 100,
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .n_stats = 2,
};
static const PsMetric latency = {
    .name = "latency_p95",
    .title = "Latency, 95th percentile",
    .unit = "ms",
    .unit_scale = 1e-6,
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_PERCENTILE,
    .percentile = 95,
    .range = PS_RANGE_POSITIVE,
    .n_stats = 1,
};

static PsEstimate estimate(double value, double half, size_t n, size_t n_clusters)
{
    return (PsEstimate){
        .is_defined = true,
        .has_interval = half > 0,
        .value = value,
        .low = half > 0 ? value - half : (double)NAN,
        .high = half > 0 ? value + half : (double)NAN,
        .n = n,
        .n_clusters = n_clusters,
        .method = half > 0 ? "Wilson" : "no interval: one source",
    };
}

static const PsEstimate undefined = {.n = 5, .n_clusters = 2, .method = ""};

// ---- The gate ------------------------------------------------------------------------

static const PsColumn rule_columns[] = {
    {"task", "Task", PS_COLUMN_TEXT, false},
    {"slice", "Slice", PS_COLUMN_TEXT, false},
    {"verdict", "Verdict", PS_COLUMN_VERDICT, false},
    {"items", "Items", PS_COLUMN_COUNT, false},
    {"value", "Value", PS_COLUMN_VALUE, false},
    {"difference", "Against before", PS_COLUMN_DIFFERENCE, false},
    {"p_adjusted", "p, adjusted", PS_COLUMN_P, false},
    {"rule", "Rule", PS_COLUMN_TEXT, false},
};

typedef struct {
    const char *slice; // NULL: an empty cell
    PsVerdict verdict;
    size_t n_items;
    const PsMetric *metric; // NULL: no value, why says why
    PsEstimate value, difference;
    double p;
    const char *rule, *why;
} Rule;

static void add_rule(PsTable *table, const Rule *rule, const char *task)
{
    ps_table_add_text(table, task);
    ps_table_add_text(table, rule->slice);
    ps_table_add_verdict(table, rule->verdict);
    ps_table_add_count(table, rule->n_items);
    if (rule->metric != NULL) {
        ps_table_add_estimate(table, rule->metric, &rule->value);
        ps_table_add_estimate(table, rule->metric, &rule->difference);
    } else {
        ps_table_add_nothing(table, rule->why);
        ps_table_add_nothing(table, NULL);
    }
    ps_table_add_p(table, rule->p);
    ps_table_add_text(table, rule->rule);
}

static void add_rules(PsFindings *findings, const char *text)
{
    const Rule rules[] = {
        {"condition=clean", PS_VERDICT_PASS, 1240, &exact, estimate(0.931, 0.014, 1240, 410),
         estimate(0.012, 0.009, 1240, 410), 0.0124, "exact_match >= 90%", NULL},
        {"condition=blur@2", PS_VERDICT_FAIL, 112, &exact, estimate(0.703, 0.084, 112, 30),
         estimate(-0.082, 0.038, 104, 30), 0.00001, "exact_match >= 90%", NULL},
        {"sharpness=soft", PS_VERDICT_UNDECIDED, 31, &exact, estimate(0.871, 0.121, 31, 31),
         estimate(-0.032, 0.093, 31, 31), 0.0042, "exact_match >= 85%", NULL},
        {NULL, PS_VERDICT_FAIL, 1240, &latency, estimate(1.234567e9, 8.1e7, 1240, 410),
         estimate(-3.5e7, 4.1e7, 1240, 410), 1, "latency_p95 <= 1000 ms", NULL},
        {"kind=table", PS_VERDICT_UNDECIDED, 5, &exact, undefined, estimate(0.01, 0, 5, 1), NAN,
         "exact_match >= 85%", NULL},
        {"kind=letter", PS_VERDICT_NONE, 0, NULL, undefined, undefined, NAN, NULL,
         "no such slice in run B"},
    };
    PsTable *table = ps_findings_add_table(
        findings, "rules", text ? text : "Rules",
        text ? text : "A rule fails if the whole interval is on the wrong side of its bound.",
        rule_columns, G_N_ELEMENTS(rule_columns));
    table->has_cases = true;
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        Rule rule = rules[i];
        if (text && rule.slice) rule.slice = text;
        if (text && rule.rule) rule.rule = text;
        if (text && rule.why) rule.why = text;
        add_rule(table, &rule, text ? text : "documents");
    }
}

static void add_flips(PsFindings *findings, const char *text)
{
    static const PsColumn columns[] = {
        {"sample", "Sample", PS_COLUMN_TEXT, false},
        {"share", "Share right", PS_COLUMN_VALUE, false},
        {"change", "Change", PS_COLUMN_DIFFERENCE, false},
    };
    PsTable *table =
        ps_findings_add_table(findings, "flips", text ? text : "Answers that changed", NULL,
                              columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < 60; i++) {
        g_autofree char *name = g_strdup_printf("invoice-%03zu", i + 1);
        double value = 0.1 + 0.0125 * (double)(i * 37 % 60);
        PsEstimate share = estimate(value, 0.1, 8 + i, 8 + i);
        PsEstimate change = estimate(value - 0.6, 0.15, 8 + i, 8 + i);
        ps_table_add_text(table, text ? text : name);
        ps_table_add_estimate(table, &ps_unit_share, &share);
        ps_table_add_estimate(table, &ps_unit_share, &change);
    }
}

static PsFindings *gate(const char *text)
{
    static const PsColumn columns[] = {{"sample", "Sample", PS_COLUMN_TEXT, false}};
    PsFindings *findings =
        ps_findings_new("gate", text ? text : "documents: openai/new against openai/old");
    findings->verdict = PS_VERDICT_FAIL;
    findings->reason = g_strdup(text ? text : "2 of 5 rules fail, 2 are undecided");
    ps_findings_add_fact(findings, text ? text : "run", text ? text : "new.proof");
    ps_findings_add_fact(findings, text ? text : "before", text ? text : "old.proof");
    ps_findings_add_note(findings, "%s",
                         text ? text : "8 of 120 samples have no twin and are left out.");
    ps_findings_add_note(findings, "p is adjusted by Holm's method over 5 rules.");
    add_rules(findings, text);
    add_flips(findings, text);
    ps_findings_add_table(findings, "missing", text ? text : "Samples without a twin", NULL,
                          columns, G_N_ELEMENTS(columns));
    return findings;
}

PsFindings *test_findings_gate(void)
{
    return gate(NULL);
}

PsFindings *test_findings_of_text(const char *text)
{
    return gate(text);
}

// ---- Others --------------------------------------------------------------------------

PsFindings *test_findings_power(PsVerdict verdict)
{
    static const PsColumn columns[] = {
        {"samples", "Samples", PS_COLUMN_COUNT, false},
        {"power", "Power", PS_COLUMN_VALUE, false},
    };
    PsFindings *findings = ps_findings_new("power", "documents: exact_match");
    findings->verdict = verdict;
    if (verdict != PS_VERDICT_NONE) findings->reason = g_strdup("900 samples are needed");
    PsTable *table = ps_findings_add_table(findings, "power", "Power by samples", NULL, columns,
                                           G_N_ELEMENTS(columns));
    for (size_t i = 1; i <= 3; i++) {
        PsEstimate power = estimate(0.3 * (double)i, 0.01, 2000, 2000);
        ps_table_add_count(table, 300 * i);
        ps_table_add_estimate(table, &ps_unit_share, &power);
    }
    return findings;
}

PsFindings *test_findings_large(size_t n_rows, size_t n_chars, bool has_cases)
{
    static const PsColumn columns[] = {
        {"name", "Name", PS_COLUMN_TEXT, false},
        {"verdict", "Verdict", PS_COLUMN_VERDICT, false},
        {"value", "Value", PS_COLUMN_VALUE, false},
    };
    PsFindings *findings = ps_findings_new("audit", "large");
    g_autofree char *name = g_strnfill(n_chars, '<');
    PsEstimate value = estimate(0.5, 0.1, 100, 100);
    PsTable *table =
        ps_findings_add_table(findings, "rows", "Rows", NULL, columns, G_N_ELEMENTS(columns));
    table->has_cases = has_cases;
    for (size_t i = 0; i < n_rows; i++) {
        ps_table_add_text(table, name);
        ps_table_add_verdict(table, PS_VERDICT_FAIL);
        ps_table_add_estimate(table, &ps_unit_share, &value);
    }
    ps_findings_add_note(findings, "the last note");
    return findings;
}

char *test_findings_render(const PsFindings *findings, const char *name)
{
    for (size_t i = 0; ps_reports[i]; i++) {
        if (strcmp(ps_reports[i]->name, name) != 0) continue;
        GString *out = g_string_new(NULL);
        bool is_rendered = ps_reports[i]->render_findings(findings, out, NULL);
        g_assert(is_rendered);
        return g_string_free(out, FALSE);
    }
    g_assert_not_reached();
}

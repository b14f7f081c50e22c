#include "harness/policy.h"

#include "harness/policy_yaml.h"

#include <math.h>
#include <string.h>

#define RULES_MOST 1000
#define NAMES_MOST 1000
#define ROWS_MOST 1000000000000u
#define ALPHA 0.05
#define SHRINK_PERCENT 5

// ---- YAML

static const cyaml_schema_value_t name_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 1024)};

#define OPTIONAL_POINTER (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static const cyaml_schema_field_t rule_fields[] = {
    CYAML_FIELD_STRING_PTR("metric", CYAML_FLAG_POINTER, PsRuleYaml, metric, 1, 200),
    CYAML_FIELD_SEQUENCE(
        "tasks", OPTIONAL_POINTER, PsRuleYaml, tasks, &name_schema, 1, NAMES_MOST),
    CYAML_FIELD_SEQUENCE(
        "slices", OPTIONAL_POINTER, PsRuleYaml, slices, &name_schema, 1, NAMES_MOST),
    CYAML_FIELD_FLOAT_PTR("margin", OPTIONAL_POINTER, PsRuleYaml, margin),
    CYAML_FIELD_FLOAT_PTR("margin_percent", OPTIONAL_POINTER, PsRuleYaml, margin_percent),
    CYAML_FIELD_FLOAT_PTR("least", OPTIONAL_POINTER, PsRuleYaml, least),
    CYAML_FIELD_FLOAT_PTR("most", OPTIONAL_POINTER, PsRuleYaml, most),
    CYAML_FIELD_UINT("min_n", CYAML_FLAG_OPTIONAL, PsRuleYaml, min_n),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t rule_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, PsRuleYaml, rule_fields)};

const cyaml_schema_field_t ps_policy_fields[] = {
    CYAML_FIELD_FLOAT_PTR("alpha", OPTIONAL_POINTER, PsPolicyYaml, alpha),
    CYAML_FIELD_FLOAT_PTR("shrink", OPTIONAL_POINTER, PsPolicyYaml, shrink),
    CYAML_FIELD_STRING_PTR("undecided", OPTIONAL_POINTER, PsPolicyYaml, undecided, 1, 20),
    CYAML_FIELD_STRING_PTR(
        "missing_baseline", OPTIONAL_POINTER, PsPolicyYaml, missing_baseline, 1, 20),
    CYAML_FIELD_SEQUENCE(
        "rules", CYAML_FLAG_POINTER, PsPolicyYaml, rules, &rule_schema, 1, RULES_MOST),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t policy_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, PsPolicyYaml, ps_policy_fields)};

// ---- resolving

// Where a policy stands.
typedef struct {
    const char *path, *text;
    const PsRegistry *registry;
} Place;

static bool fail_at(const Place *place, const char *word, const char *problem, GError **error)
{
    return ps_yaml_fail(place->path, place->text, word, problem, error);
}

static char **copy_names(char **names, unsigned n_names)
{
    char **copies = g_new0(char *, n_names + 1);
    for (unsigned i = 0; i < n_names; i++)
        copies[i] = g_strdup(names[i]);
    return copies;
}

static bool
resolve_bound(PsRule *rule, const PsRuleYaml *yaml, const Place *place, GError **error)
{
    const struct {
        const double *value;
        double scale;
    } kinds[] = {
        [PS_RULE_MARGIN] = {yaml->margin, 1 / rule->metric->unit_scale},
        [PS_RULE_PERCENT] = {yaml->margin_percent, 0.01},
        [PS_RULE_LEAST] = {yaml->least, 1 / rule->metric->unit_scale},
        [PS_RULE_MOST] = {yaml->most, 1 / rule->metric->unit_scale},
    };
    int n_given = 0;
    for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        if (kinds[kind].value == NULL) continue;
        n_given++;
        rule->kind = (PsRuleKind)kind;
        rule->bound = *kinds[kind].value * kinds[kind].scale;
    }
    if (n_given != 1)
        return fail_at(place, yaml->metric,
                       "needs one of margin, margin_percent, least and most", error);
    if (!isfinite(rule->bound))
        return fail_at(place, yaml->metric, "has a bound that is no number", error);
    if (ps_rule_is_paired(rule) && !(rule->bound > 0))
        return fail_at(
            place, yaml->metric,
            "needs a margin above 0: no amount of data shows that two systems are equal",
            error);
    return true;
}

static bool
resolve_slices(PsRule *rule, const PsRuleYaml *yaml, const Place *place, GError **error)
{
    static char *everything[] = {(char *)"all"};
    bool is_named = yaml->slices_count > 0;
    rule->n_slices = is_named ? yaml->slices_count : 1;
    rule->slices = copy_names(is_named ? yaml->slices : everything, (unsigned)rule->n_slices);
    for (size_t i = 0; i < rule->n_slices; i++)
        if (strcmp(rule->slices[i], "all") != 0 && strchr(rule->slices[i], '=') == NULL)
            return fail_at(place, rule->slices[i],
                           "is not a slice: all, SLICER=KEY or SLICER=*", error);
    return true;
}

static bool
resolve_rule(PsRule *rule, const PsRuleYaml *yaml, const Place *place, GError **error)
{
    rule->metric = ps_registry_metric(place->registry, yaml->metric);
    if (rule->metric == NULL)
        return fail_at(place, yaml->metric, "is not a metric (see: proofsheet list)", error);
    rule->n_tasks = yaml->tasks_count;
    rule->tasks = copy_names(yaml->tasks, yaml->tasks_count);
    rule->least_rows = (size_t)yaml->min_n;
    if (yaml->min_n > ROWS_MOST)
        return fail_at(place, "min_n", "is negative or too large", error);
    return resolve_slices(rule, yaml, place, error) && resolve_bound(rule, yaml, place, error);
}

static bool resolve_verdict(const char *word,
                            PsVerdict fallback,
                            PsVerdict *verdict,
                            const Place *place,
                            GError **error)
{
    *verdict = fallback;
    if (word == NULL) return true;
    for (PsVerdict v = PS_VERDICT_PASS; v <= PS_VERDICT_UNDECIDED; v++) {
        *verdict = v;
        if (strcmp(word, ps_verdict_name(v)) == 0) return true;
    }
    return fail_at(place, word, "is not one of pass, fail and undecided", error);
}

static bool
resolve(PsPolicy *policy, const PsPolicyYaml *yaml, const Place *place, GError **error)
{
    policy->alpha = yaml->alpha != NULL ? *yaml->alpha : ALPHA;
    policy->shrink = (yaml->shrink != NULL ? *yaml->shrink : SHRINK_PERCENT) / 100;
    if (!(policy->alpha > 0 && policy->alpha < 0.5))
        return fail_at(place, "alpha", "is not in 0 to 0.5", error);
    if (!(policy->shrink >= 0 && policy->shrink <= 1))
        return fail_at(place, "shrink", "is not in 0 to 100 percent", error);
    policy->rules = g_new0(PsRule, yaml->rules_count);
    for (unsigned i = 0; i < yaml->rules_count; i++)
        if (!resolve_rule(&policy->rules[policy->n_rules++], &yaml->rules[i], place, error))
            return false;
    return resolve_verdict(yaml->undecided, PS_VERDICT_UNDECIDED, &policy->when_undecided,
                           place, error)
           && resolve_verdict(yaml->missing_baseline, PS_VERDICT_UNDECIDED,
                              &policy->without_baseline, place, error);
}

PsPolicy *ps_policy_resolve(const PsPolicyYaml *yaml,
                            const char *path,
                            const char *text,
                            const PsRegistry *registry,
                            GError **error)
{
    g_autoptr(PsPolicy) policy = g_new0(PsPolicy, 1);
    const Place place = {path, text, registry};
    return resolve(policy, yaml, &place, error) ? g_steal_pointer(&policy) : NULL;
}

PsPolicy *ps_policy_parse(const char *path,
                          const char *text,
                          size_t length,
                          const PsRegistry *registry,
                          GError **error)
{
    g_autofree char *ended = g_strndup(text, length); // as error messages need it
    PsPolicyYaml *yaml = ps_yaml_load(path, ended, length, "rules:", &policy_schema, error);
    if (yaml == NULL) return NULL;
    PsPolicy *policy = ps_policy_resolve(yaml, path, ended, registry, error);
    ps_yaml_free(yaml, &policy_schema);
    return policy;
}

PsPolicy *ps_policy_load(const char *path, const PsRegistry *registry, GError **error)
{
    size_t length = 0;
    g_autofree char *text = ps_yaml_read(path, &length, error);
    return text != NULL ? ps_policy_parse(path, text, length, registry, error) : NULL;
}

void ps_policy_free(PsPolicy *policy)
{
    if (policy == NULL) return;
    for (size_t i = 0; i < policy->n_rules; i++) {
        g_strfreev(policy->rules[i].tasks);
        g_strfreev(policy->rules[i].slices);
    }
    g_free(policy->rules);
    g_free(policy);
}

// ---- rules

bool ps_rule_is_paired(const PsRule *rule)
{
    return rule->kind == PS_RULE_MARGIN || rule->kind == PS_RULE_PERCENT;
}

bool ps_rule_names_task(const PsRule *rule, const char *name)
{
    for (size_t i = 0; i < rule->n_tasks; i++)
        if (strcmp(rule->tasks[i], name) == 0) return true;
    return rule->n_tasks == 0;
}

bool ps_rule_slice_is_family(const char *slice)
{
    return g_str_has_suffix(slice, "=*");
}

bool ps_rule_slice_has(const char *slice, const char *label)
{
    return ps_rule_slice_is_family(slice) ? strncmp(label, slice, strlen(slice) - 1) == 0
                                          : strcmp(label, slice) == 0;
}

char *ps_rule_describe(const PsRule *rule)
{
    const PsMetric *metric = rule->metric;
    bool is_percent = strcmp(metric->unit, "%") == 0;
    const char *unit = is_percent ? (rule->kind == PS_RULE_MARGIN ? " pp" : "%") : metric->unit;
    const char *space = is_percent || *unit == '\0' ? "" : " ";
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    double printed =
        rule->kind == PS_RULE_PERCENT ? rule->bound * 100 : rule->bound * metric->unit_scale;
    g_ascii_formatd(number, sizeof number, "%g", printed);
    switch (rule->kind) {
    case PS_RULE_MARGIN:
        return g_strdup_printf("not worse by %s%s%s", number, space, unit);
    case PS_RULE_PERCENT:
        return g_strdup_printf("not worse by %s%% of the baseline", number);
    case PS_RULE_LEAST:
        return g_strdup_printf("at least %s%s%s", number, space, unit);
    case PS_RULE_MOST:
        return g_strdup_printf("at most %s%s%s", number, space, unit);
    }
    return NULL;
}

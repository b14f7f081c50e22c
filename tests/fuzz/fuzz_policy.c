// Fuzzes the reader of gate policies. A corpus: docs/ci/policy.yaml
#include "harness/error.h"
#include "harness/policy.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const PsMetric wer = {.name = "wer", .unit = "%", .unit_scale = 100};
static const PsMetric anls = {.name = "anls", .unit = "", .unit_scale = 1};
static const PsMetric answered = {.name = "answered", .unit = "%", .unit_scale = 100};
static const PsMetric latency = {.name = "latency_p90", .unit = "ms", .unit_scale = 1};
static const PsMetric *const metrics[] = {&wer, &anls, &answered, &latency, NULL};

static void check_rule(const PsRule *rule)
{
    g_assert(rule->metric != NULL && rule->n_slices > 0);
    g_assert(isfinite(rule->bound) && (!ps_rule_is_paired(rule) || rule->bound > 0));
    for (size_t i = 0; i < rule->n_slices; i++)
        g_assert(rule->slices[i] != NULL);
    for (size_t i = 0; i < rule->n_tasks; i++)
        g_assert(rule->tasks[i] != NULL);
    g_autofree char *described = ps_rule_describe(rule);
    g_assert(described != NULL);
}

// What a policy promises to the gate.
static void check_policy(const PsPolicy *policy)
{
    g_assert(policy->n_rules > 0);
    g_assert(policy->alpha > 0 && policy->alpha < 0.5);
    g_assert(policy->shrink >= 0 && policy->shrink <= 1);
    g_assert(policy->when_undecided != PS_VERDICT_NONE);
    g_assert(policy->without_baseline != PS_VERDICT_NONE);
    for (size_t i = 0; i < policy->n_rules; i++)
        check_rule(&policy->rules[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PsRegistry registry = {.metrics = metrics};
    g_autoptr(GError) error = NULL;
    if (!g_utf8_validate_len((const char *)data, size, NULL))
        return 0; // refused before parsing
    g_autoptr(PsPolicy) policy =
        ps_policy_parse("fuzz.yaml", (const char *)data, size, &registry, &error);
    g_assert((policy != NULL) == (error == NULL));
    if (policy != NULL) check_policy(policy);
    if (error != NULL) g_assert(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG));
    return 0;
}

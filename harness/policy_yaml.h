// How a policy stands in YAML, for the files that hold one: the policy's own and the suite.
#pragma once

#include "harness/policy.h"
#include "harness/yaml.h"

typedef struct {
    char *metric;
    char **tasks, **slices;
    unsigned tasks_count, slices_count;
    double *margin, *margin_percent, *least, *most; // one of them
    uint64_t min_n;
} PsRuleYaml;

typedef struct {
    double *alpha, *shrink;
    char *undecided, *missing_baseline;
    PsRuleYaml *rules;
    unsigned rules_count;
} PsPolicyYaml;

extern const cyaml_schema_field_t ps_policy_fields[];

// path and text: where it stands, for errors.
PsPolicy *ps_policy_resolve(const PsPolicyYaml *yaml,
                            const char *path,
                            const char *text,
                            const PsRegistry *registry,
                            GError **error);

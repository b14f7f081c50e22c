// A gate policy: what must hold before a change may ship. YAML of its own, or the member `gate`
// of a suite. docs/gate.md is the manual of the format.
#pragma once

#include "harness/findings.h"
#include "harness/registry.h"

typedef enum {
    PS_RULE_MARGIN,  // against the baseline: not worse by the bound or more
    PS_RULE_PERCENT, // the same, the bound being a percentage of the baseline's value
    PS_RULE_LEAST,   // the value itself is at least the bound
    PS_RULE_MOST,    // … at most
} PsRuleKind;

typedef struct {
    const PsMetric *metric;
    size_t n_tasks;
    char **tasks; // [n_tasks] names; none: every task that has the metric
    size_t n_slices;
    char **slices; // [n_slices] ≥ 1: "all", "codec=gsm", or a family: "codec=*"
    PsRuleKind kind;
    double bound;      // in the metric's own unit; PS_RULE_PERCENT: a share
    size_t least_rows; // fewer rows with a value: undecided
} PsRule;

typedef struct {
    double alpha;  // of all rules and slices together
    double shrink; // share of a slice's rows that may be missing before a pass is refused
    PsVerdict when_undecided;   // what an undecided gate counts as for the exit status
    PsVerdict without_baseline; // verdict of the rules that need one, where there is none
    size_t n_rules;
    PsRule *rules;
} PsPolicy;

// Reads a policy. PS_ERROR_NO_INPUT if it cannot be read; PS_ERROR_CONFIG naming file and line
// if it is not well formed, names a metric that there is not, or has a rule that can never
// pass.
PsPolicy *ps_policy_load(const char *path, const PsRegistry *registry, GError **error);

// The same for text[length], UTF-8, that was read before; path is what it is called in errors.
PsPolicy *ps_policy_parse(const char *path,
                          const char *text,
                          size_t length,
                          const PsRegistry *registry,
                          GError **error);
void ps_policy_free(PsPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsPolicy, ps_policy_free)

// Whether a rule compares with a baseline.
bool ps_rule_is_paired(const PsRule *rule);

// "not worse by 2 pp or more", "at most 45%": the caller's.
char *ps_rule_describe(const PsRule *rule);

// Whether a rule is about the task called name.
bool ps_rule_names_task(const PsRule *rule, const char *name);

// Whether one of a rule's slices is a family, "codec=*", and whether the slice of this label is
// that slice or belongs to that family.
bool ps_rule_slice_is_family(const char *slice);
bool ps_rule_slice_has(const char *slice, const char *label);

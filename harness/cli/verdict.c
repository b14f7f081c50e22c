#include "harness/cli/verdict.h"

#include "harness/plan.h"
#include "harness/report.h"
#include "harness/verdict/gate.h"

#include <stdio.h>
#include <string.h>

PsPolicy *
ps_verdict_policy(const char *path, PsRunFile *run, const PsRegistry *registry, GError **error)
{
    if (path != NULL) return ps_policy_load(path, registry, error);
    g_autoptr(PsPlan) plan = ps_plan_load(run, registry, error);
    if (plan == NULL) return NULL;
    if (plan->suite->gate == NULL)
        return ps_fail_null(error, PS_ERROR_USAGE,
                            "--policy FILE is missing, and the suite of %s has no gate",
                            ps_runfile_path(run));
    return g_steal_pointer(&plan->suite->gate);
}

// NULL without an error where there is no such file.
static PsRunFile *open_baseline(const char *path, GError **error)
{
    if (path == NULL) return NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        fprintf(stderr, "no baseline: there is no file %s\n", path);
        return NULL;
    }
    return ps_runfile_open(path, PS_RUNFILE_READ, false, error);
}

static bool is_on_github(void)
{
    return g_strcmp0(g_getenv("GITHUB_ACTIONS"), "true") == 0;
}

// Annotations are commands on stdout, which GitHub reads and does not show.
static bool annotate(const PsRegistry *registry, const PsFindings *findings, GError **error)
{
    for (size_t i = 0; registry->reports[i] != NULL; i++)
        if (strcmp(registry->reports[i]->name, "github") == 0)
            return ps_report_write_findings(registry->reports[i], findings, "-", error);
    return true;
}

PsFindings *ps_verdict_gate(const PsRegistry *registry,
                            PsRunFile *candidate,
                            const char *baseline,
                            const PsPolicy *policy,
                            bool allow_other_data,
                            int *exit_status,
                            GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(PsRunFile) file = open_baseline(baseline, &problem);
    if (problem != NULL) return g_propagate_error(error, g_steal_pointer(&problem)), NULL;
    g_autoptr(PsFindings) findings =
        ps_gate(candidate, file, policy, registry, allow_other_data, error);
    if (findings == NULL) return NULL;
    *exit_status = ps_gate_exit_status(policy, findings->verdict);
    if (is_on_github() && !annotate(registry, findings, error)) return NULL;
    return g_steal_pointer(&findings);
}

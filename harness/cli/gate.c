#include "harness/verdict/gate.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"
#include "harness/cli/verdict.h"

typedef struct {
    char *baseline, *policy;
    char **outputs;
    gboolean is_quiet, allow_other_data;
} Flags;

static void flags_clear(Flags *flags)
{
    g_free(flags->baseline);
    g_free(flags->policy);
    g_strfreev(flags->outputs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"baseline", 'b', 0, G_OPTION_ARG_FILENAME, &flags->baseline,
         "The run to compare with; one that does not exist is no baseline", "RUN"},
        {"policy", 'p', 0, G_OPTION_ARG_FILENAME, &flags->policy,
         "The rules (default: the run's suite has them as `gate`)", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &flags->outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"allow-other-data", 0, 0, G_OPTION_ARG_NONE, &flags->allow_other_data,
         "Compare runs of different data, by the samples' ids", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &flags->is_quiet, "No table on the terminal",
         NULL},
        {0},
    };
    return ps_options_parse(ps_command_gate.usage, ps_command_gate.summary, entries, argc, argv,
                            error);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags) flags = {0};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one run file (see --help)");
    if (!ps_output_check(registry, PS_OUTPUT_FINDINGS, flags.outputs, error)) return false;
    g_autoptr(PsRunFile) candidate = ps_runfile_open(words[0], PS_RUNFILE_READ, false, error);
    if (candidate == NULL) return false;
    g_autoptr(PsPolicy) policy = ps_verdict_policy(flags.policy, candidate, registry, error);
    if (policy == NULL) return false;
    g_autoptr(PsFindings) findings =
        ps_verdict_gate(registry, candidate, flags.baseline, policy, flags.allow_other_data,
                        exit_status, error);
    return findings != NULL
           && ps_output_write_findings(registry, findings, flags.outputs, flags.is_quiet,
                                       error);
}

const PsCommand ps_command_gate = {
    .name = "gate",
    .usage = "gate RUN --baseline RUN --policy FILE",
    .summary = "Hold a run against a policy: 0 pass, 1 fail, 2 undecided",
    .run = run,
};

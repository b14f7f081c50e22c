#include "harness/verdict/audit/audit.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"

#include <string.h>

#define LEAST_ROWS_MOST 1000000

typedef struct {
    char **groups, **outputs;
    char *metric, *positive, *pair, *reference, *action, *target;
    gboolean is_quiet;
    int least_rows;
} Flags;

static void flags_clear(Flags *flags)
{
    g_strfreev(flags->groups);
    g_strfreev(flags->outputs);
    g_free(flags->metric);
    g_free(flags->positive);
    g_free(flags->pair);
    g_free(flags->reference);
    g_free(flags->action);
    g_free(flags->target);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static void close_run(void *run)
{
    ps_runfile_close(run);
}

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"group", 'g', 0, G_OPTION_ARG_STRING_ARRAY, &flags->groups,
         "An attribute of the samples, a slicer of the suite, or condition; may be repeated: "
         "crossings too",
         "ATTRIBUTE"},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &flags->metric,
         "What groups are compared by (default: the first metric of each task)", "NAME"},
        {"min-n", 0, 0, G_OPTION_ARG_INT, &flags->least_rows,
         "Groups with fewer rows (or fewer than 5 sources) are not judged (default 10)", "N"},
        {"positive", 0, 0, G_OPTION_ARG_STRING, &flags->positive,
         "The answer that counts as yes (default: yes or true, against no or false)", "TEXT"},
        {"pair", 0, 0, G_OPTION_ARG_STRING, &flags->pair,
         "The attribute that names counterfactual pairs (default: pair)", "ATTRIBUTE"},
        {"reference", 0, 0, G_OPTION_ARG_STRING, &flags->reference,
         "The value that others are compared with in pairs (default: the most frequent)",
         "VALUE"},
        {"target", 't', 0, G_OPTION_ARG_FILENAME, &flags->target,
         "The mix of the traffic, in YAML: values are also given at that mix", "FILE"},
        {"action", 0, 0, G_OPTION_ARG_STRING, &flags->action,
         "What happens to groups that are worse: abstain, fallback, human (default)", "WORD"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &flags->outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &flags->is_quiet, "No table on the terminal",
         NULL},
        {0},
    };
    return ps_options_parse(ps_command_audit.usage, ps_command_audit.summary, entries, argc,
                            argv, error);
}

static bool check_groups(const Flags *flags, GError **error)
{
    if (flags->groups == NULL) return true;
    if (g_strv_length(flags->groups) > PS_AUDIT_GROUPS_MOST)
        return ps_fail(error, PS_ERROR_USAGE, "--group: at most %d", PS_AUDIT_GROUPS_MOST);
    for (char **name = flags->groups; *name != NULL; name++)
        if (**name == '\0' || g_strv_contains((const char *const *)(name + 1), *name))
            return ps_fail(error, PS_ERROR_USAGE, "--group %s: is empty or there twice", *name);
    return true;
}

static bool check_flags(const Flags *flags, char **words, GError **error)
{
    if (*words == NULL)
        return ps_fail(error, PS_ERROR_USAGE, "takes one or more run files (see --help)");
    if (!check_groups(flags, error)) return false;
    if (flags->least_rows < 0 || flags->least_rows > LEAST_ROWS_MOST)
        return ps_fail(error, PS_ERROR_USAGE, "--min-n: not in 0 to %d", LEAST_ROWS_MOST);
    if (flags->action != NULL && !ps_audit_is_action(flags->action))
        return ps_fail(error, PS_ERROR_USAGE, "--action %s: not abstain, fallback or human",
                       flags->action);
    return true;
}

static GPtrArray *open_runs(char **paths, GError **error)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(close_run);
    for (char **path = paths; *path != NULL; path++) {
        PsRunFile *file = ps_runfile_open(*path, PS_RUNFILE_READ, false, error);
        if (file == NULL) return NULL;
        g_ptr_array_add(runs, file);
    }
    return g_steal_pointer(&runs);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags) flags = {0};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL || !check_flags(&flags, words, error)
        || !ps_output_check(registry, PS_OUTPUT_FINDINGS, flags.outputs, error))
        return false;
    g_autoptr(PsAuditTarget) target = NULL;
    if (flags.target != NULL) {
        target = ps_audit_target_load(flags.target, error);
        if (target == NULL) return false;
    }
    g_autoptr(GPtrArray) runs = open_runs(words, error);
    if (runs == NULL) return false;
    if (flags.groups == NULL) flags.groups = g_new0(char *, 1);
    const PsAuditOptions options = {.groups = flags.groups,
                                    .metric = flags.metric,
                                    .positive = flags.positive,
                                    .pair = flags.pair,
                                    .reference = flags.reference,
                                    .action = flags.action,
                                    .least_rows = (size_t)flags.least_rows,
                                    .target = target};
    g_autoptr(PsFindings) findings =
        ps_audit((PsRunFile **)runs->pdata, runs->len, registry, &options, error);
    *exit_status = 0;
    return findings != NULL
           && ps_output_write_findings(registry, findings, flags.outputs, flags.is_quiet,
                                       error);
}

const PsCommand ps_command_audit = {
    .name = "audit",
    .usage = "audit RUN… [--group ATTRIBUTE]",
    .summary = "For whom and under which conditions is a run systematically worse?",
    .run = run,
};

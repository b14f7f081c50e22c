#include "harness/verdict/discover/discover.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"
#include "harness/rows.h"

typedef struct {
    char **keys, **outputs;
    char *metric;
    int level;
    double min_support, fdr;
    gint64 seed;
    gboolean answered_only, is_quiet;
} Flags;

static void flags_clear(Flags *flags)
{
    g_strfreev(flags->keys);
    g_strfreev(flags->outputs);
    g_free(flags->metric);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"key", 'k', 0, G_OPTION_ARG_STRING_ARRAY, &flags->keys,
         "An attribute of the samples to look at beside the suite's slicers; may be repeated",
         "ATTRIBUTE"},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &flags->metric,
         "What an error is by (default: the first metric of each task)", "NAME"},
        {"level", 0, 0, G_OPTION_ARG_INT, &flags->level, "Most keys of a slice (default 3)",
         "N"},
        {"min-support", 0, 0, G_OPTION_ARG_DOUBLE, &flags->min_support,
         "Least rows of a slice in the half that is searched, or a share of them (default: 1 "
         "%, at least 30)",
         "X"},
        {"fdr", 0, 0, G_OPTION_ARG_DOUBLE, &flags->fdr,
         "False discovery rate of what is confirmed (default 0.1)", "Q"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &flags->seed,
         "Which sources are searched and which tested (default 1)", "N"},
        {"answered-only", 0, 0, G_OPTION_ARG_NONE, &flags->answered_only,
         "Leave out rows without an answer, which otherwise count as errors", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &flags->outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &flags->is_quiet, "No table on the terminal",
         NULL},
        {0},
    };
    return ps_options_parse(ps_command_discover.usage, ps_command_discover.summary, entries,
                            argc, argv, error);
}

static bool check_numbers(const Flags *flags, GError **error)
{
    if (flags->level < 1 || flags->level > PS_DISCOVER_LEVEL_MOST)
        return ps_fail(error, PS_ERROR_USAGE, "--level: not in 1 to %d",
                       PS_DISCOVER_LEVEL_MOST);
    if (!(flags->min_support >= 0 && flags->min_support <= PS_TASK_ROWS_MOST))
        return ps_fail(error, PS_ERROR_USAGE, "--min-support: not in 0 to %u",
                       PS_TASK_ROWS_MOST);
    if (!(flags->fdr > 0 && flags->fdr < 1))
        return ps_fail(error, PS_ERROR_USAGE, "--fdr: not between 0 and 1");
    if (flags->seed < 0) return ps_fail(error, PS_ERROR_USAGE, "--seed: is negative");
    return true;
}

static bool check_flags(const Flags *flags, char **words, GError **error)
{
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one run file (see --help)");
    if (flags->keys != NULL && g_strv_length(flags->keys) > PS_DISCOVER_KEYS_MOST)
        return ps_fail(error, PS_ERROR_USAGE, "--key: at most %d", PS_DISCOVER_KEYS_MOST);
    return check_numbers(flags, error);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags)
        flags = {.level = PS_DISCOVER_LEVEL, .fdr = PS_DISCOVER_FDR, .seed = PS_DISCOVER_SEED};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL || !check_flags(&flags, words, error)
        || !ps_output_check(registry, PS_OUTPUT_FINDINGS, flags.outputs, error))
        return false;
    g_autoptr(PsRunFile) file = ps_runfile_open(words[0], PS_RUNFILE_READ, false, error);
    if (file == NULL) return false;
    const PsDiscoverOptions options = {.keys = flags.keys,
                                       .metric = flags.metric,
                                       .level = (size_t)flags.level,
                                       .min_support = flags.min_support,
                                       .fdr = flags.fdr,
                                       .seed = (uint64_t)flags.seed,
                                       .answered_only = flags.answered_only};
    g_autoptr(PsFindings) findings = ps_discover(file, registry, &options, error);
    *exit_status = 0;
    return findings != NULL
           && ps_output_write_findings(registry, findings, flags.outputs, flags.is_quiet,
                                       error);
}

const PsCommand ps_command_discover = {
    .name = "discover",
    .usage = "discover RUN",
    .summary =
        "Which slices fare worst that nobody named? Found on half of the sources, tested "
        "on the other half",
    .run = run,
};

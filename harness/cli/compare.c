#include "harness/verdict/compare.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"

static void close_run(void *run)
{
    ps_runfile_close(run);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(GStrv) outputs = NULL;
    gboolean is_quiet = false, allow_other_data = false;
    int n_flips = 0;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"flips", 0, 0, G_OPTION_ARG_INT, &n_flips,
         "Most samples to show that got worse, and better, of each task (default 20)", "N"},
        {"allow-other-data", 0, 0, G_OPTION_ARG_NONE, &allow_other_data,
         "Compare runs of different data, by the samples' ids", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &is_quiet, "No table on the terminal", NULL},
        {0},
    };
    g_auto(GStrv) words = ps_options_parse(ps_command_compare.usage, ps_command_compare.summary,
                                           entries, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) < 2)
        return ps_fail(error, PS_ERROR_USAGE, "takes two or more run files (see --help)");
    if (n_flips < 0 || n_flips > 10000)
        return ps_fail(error, PS_ERROR_USAGE, "--flips: not in 0 to 10000");
    if (!ps_output_check(registry, PS_OUTPUT_FINDINGS, outputs, error)) return false;
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(close_run);
    for (char **path = words; *path != NULL; path++) {
        PsRunFile *file = ps_runfile_open(*path, PS_RUNFILE_READ, false, error);
        if (file == NULL) return false;
        g_ptr_array_add(runs, file);
    }
    const PsCompareOptions options = {.allow_other_data = allow_other_data, .n_flips = n_flips};
    g_autoptr(PsFindings) findings =
        ps_compare((PsRunFile **)runs->pdata, runs->len, registry, &options, error);
    *exit_status = 0;
    return findings != NULL
           && ps_output_write_findings(registry, findings, outputs, is_quiet, error);
}

const PsCommand ps_command_compare = {
    .name = "compare",
    .usage = "compare RUN RUN…",
    .summary = "Compare runs on the samples they share, per metric and slice; the first is the "
               "baseline",
    .run = run,
};

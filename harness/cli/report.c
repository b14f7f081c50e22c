#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(GStrv) outputs = NULL;
    gboolean is_quiet = false;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &is_quiet, "No table on the terminal", NULL},
        {0},
    };
    g_auto(GStrv) words = ps_options_parse(ps_command_report.usage, ps_command_report.summary,
                                           entries, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one run file (see --help)");
    if (!ps_output_check(registry, PS_OUTPUT_SHEET, outputs, error)) return false;
    g_autoptr(PsRunFile) file = ps_runfile_open(words[0], PS_RUNFILE_READ, false, error);
    if (file == NULL) return false;
    g_autoptr(PsSheet) sheet = ps_sheet_new(file, registry, error);
    *exit_status = 0;
    return sheet != NULL && ps_output_write(registry, sheet, outputs, is_quiet, error);
}

const PsCommand ps_command_report = {
    .name = "report",
    .usage = "report RUN",
    .summary = "Render a run file: table on the terminal, -o out.html and others",
    .run = run,
};

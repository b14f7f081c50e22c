// `proofsheet model info|check`: model files of the reference engine.
#include "harness/cli/command.h"
#include "harness/cli/model_check.h"
#include "harness/cli/model_info.h"

#include <string.h>

static const char usage[] = "model info FILE… | model check FOLDER…";

// The exit status: of the first folder that cannot be used, if there is one. The others are
// checked all the same.
static int check_all(char **folders)
{
    PsModelCounts counts = {0};
    int error_status = 0;
    for (char **folder = folders; *folder != NULL; folder++) {
        g_autoptr(GError) error = NULL;
        if (ps_model_check(*folder, &counts, stdout, &error)) continue;
        fflush(stdout); // what was said before stands before
        ps_command_print_error(ps_command_model.name, error->message);
        if (error_status == 0) error_status = ps_error_exit_status(error);
    }
    printf("%zu passed, %zu failed\n", counts.n_passed, counts.n_failed);
    return error_status != 0 ? error_status : counts.n_failed > 0;
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    gboolean with_all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &with_all, "info: every key and tensor", NULL},
        {0},
    };
    (void)registry;
    g_autoptr(GOptionContext) context = g_option_context_new("info FILE… | check FOLDER…");
    g_autoptr(GError) failure = NULL;
    g_option_context_set_summary(context, ps_command_model.summary);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &failure))
        return ps_fail(error, PS_ERROR_USAGE, "%s", failure->message);
    const bool is_check = argc > 2 && strcmp(argv[1], "check") == 0;
    if (argc < 3 || (!is_check && strcmp(argv[1], "info") != 0))
        return ps_fail(error, PS_ERROR_USAGE, "takes: %s", usage);
    *exit_status = is_check ? check_all(argv + 2) : 0;
    if (is_check) return true;
    for (char **path = argv + 2; *path != NULL; path++)
        if (!ps_model_info(*path, with_all, stdout, error)) return false;
    return true;
}

const PsCommand ps_command_model = {
    .name = "model",
    .usage = usage,
    .summary = "Say what a model file is; run golden cases through the engine",
    .run = run,
};

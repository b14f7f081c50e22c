#include "harness/score.h"
#include "harness/price.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"

#include <math.h>
#include <stdio.h>

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    PsPrice price = {NAN, NAN};
    const GOptionEntry entries[] = {
        {"price-input", 0, 0, G_OPTION_ARG_DOUBLE, &price.input,
         "Dollars per million tokens of input, from now on", "DOLLARS"},
        {"price-output", 0, 0, G_OPTION_ARG_DOUBLE, &price.output,
         "Dollars per million tokens of output, from now on", "DOLLARS"},
        {0},
    };
    g_auto(GStrv) words = ps_options_parse(ps_command_score.usage, ps_command_score.summary,
                                           entries, argc, argv, error);
    if (words == NULL) return false;
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one run file (see --help)");
    if (!ps_price_check(&price, error)) return false;
    g_autoptr(PsRunFile) file = ps_runfile_open(words[0], PS_RUNFILE_EXTEND, false, error);
    if (file == NULL) return false;
    g_autoptr(PsPlan) plan = ps_plan_load(file, registry, error);
    uint64_t n_scored = 0;
    if (plan == NULL || !ps_plan_record(plan, file, error)
        || !ps_price_store(file, &price, error) || !ps_score_run(file, plan, &n_scored, error))
        return false;
    printf("%" G_GUINT64_FORMAT " responses scored\n", n_scored);
    *exit_status = 0;
    return true;
}

const PsCommand ps_command_score = {
    .name = "score",
    .usage = "score RUN",
    .summary = "Score the responses of a run file anew, without asking the system",
    .run = run,
};

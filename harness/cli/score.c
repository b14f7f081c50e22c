#include "harness/score.h"
#include "harness/price.h"

#include "harness/cli/command.h"
#include "harness/cli/judge.h"
#include "harness/cli/options.h"

#include <math.h>
#include <stdio.h>

static bool score(const PsPlan *plan, PsRunFile *file, GError **error)
{
    uint64_t n_scored = 0;
    if (!ps_score_run(file, plan, &n_scored, error)) return false;
    printf("%" G_GUINT64_FORMAT " responses scored\n", n_scored);
    return true;
}

#define RETRIES 5
#define TIMEOUT_S 120

// Rates, and scores anew.
static bool judge(const PsRegistry *registry,
                  const PsPlan *plan,
                  PsRunFile *file,
                  bool may_judge_itself,
                  GError **error)
{
    const PsCliJudge asking = {
        .registry = registry, .max_retries = RETRIES, .timeout_s = TIMEOUT_S, .out = stdout};
    if (plan->suite->judge == NULL)
        return ps_fail(error, PS_ERROR_USAGE, "--judge: the suite has no judge");
    return ps_cli_judge_check(registry, plan, may_judge_itself, error)
           && ps_cli_judge(&asking, plan, file, error);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    PsPrice price = {NAN, NAN};
    gboolean wants_judge = FALSE, self_judge = FALSE;
    const GOptionEntry entries[] = {
        {"price-input", 0, 0, G_OPTION_ARG_DOUBLE, &price.input,
         "Dollars per million tokens of input, from now on", "DOLLARS"},
        {"price-output", 0, 0, G_OPTION_ARG_DOUBLE, &price.output,
         "Dollars per million tokens of output, from now on", "DOLLARS"},
        {"judge", 0, 0, G_OPTION_ARG_NONE, &wants_judge,
         "Have the judge of the suite rate what it did not rate yet", NULL},
        {"self-judge", 0, 0, G_OPTION_ARG_NONE, &self_judge,
         "Let the system under test judge its own answers", NULL},
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
    if (plan == NULL || !ps_plan_record(plan, file, error)
        || !ps_price_store(file, &price, error) || !ps_runfile_commit(file, error))
        return false;
    *exit_status = 0;
    return wants_judge ? judge(registry, plan, file, self_judge, error)
                       : score(plan, file, error);
}

const PsCommand ps_command_score = {
    .name = "score",
    .usage = "score RUN",
    .summary = "Score the responses of a run file anew, without asking the system",
    .run = run,
};

#include "harness/cli/judge.h"

#include "harness/cli/provider.h"

#include <math.h>

bool ps_cli_judge_check(const PsRegistry *registry,
                        const PsPlan *plan,
                        bool may_judge_itself,
                        GError **error)
{
    const PsJudge *judge = plan->suite->judge;
    const char *name;
    return judge == NULL
           || (ps_model_adapter(registry, "judge", judge->model, &name, error) != NULL
               && ps_judging_check(plan, may_judge_itself, error));
}

bool ps_cli_judge(const PsCliJudge *asking, const PsPlan *plan, PsRunFile *run, GError **error)
{
    const char *name;
    const PsAdapter *adapter =
        ps_model_adapter(asking->registry, "judge", plan->suite->judge->model, &name, error);
    if (adapter == NULL) return false;
    const PsJudgingOptions options = {
        .adapter = adapter,
        .system = {.name = name,
                   .max_connections = ps_model_connections(adapter),
                   .max_retries = asking->max_retries,
                   .timeout_ns = (int64_t)(asking->timeout_s * 1e9),
                   .temperature = NAN,
                   .seed = -1},
        .stop = asking->stop,
    };
    PsJudgingResult result;
    if (!ps_judge_run(plan, run, &options, &result, error)) return false;
    if (asking->out != NULL)
        fprintf(asking->out,
                "judge: %" G_GUINT64_FORMAT " answers, %" G_GUINT64_FORMAT
                " questions asked, %" G_GUINT64_FORMAT " known%s\n",
                result.n_answers, result.n_asked, result.n_kept,
                result.was_stopped ? "; stopped early" : "");
    return true;
}

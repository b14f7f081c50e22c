#include "harness/cli/run_facts.h"

#include "harness/json.h"

#include <string.h>

// A run that was resumed under other circumstances shows all of them.
static bool set_fact(PsRunFile *run, const char *name, const char *value, GError **error)
{
    if (value == NULL) return true;
    g_autofree char *row = g_strdup_printf("fact %s", name);
    g_autofree char *stored = ps_runfile_get_info(run, row);
    if (stored == NULL) return ps_runfile_set_info(run, row, value, error);
    if (g_str_has_suffix(stored, value)) return true;
    g_autofree char *both = g_strdup_printf("%s, then %s", stored, value);
    return ps_runfile_set_info(run, row, both, error);
}

// What an adapter says of its system, one fact a member: "tesseract" "5.3.0".
static bool set_system_facts(PsRunFile *run, const cJSON *object, GError **error)
{
    for (const cJSON *member = object != NULL ? object->child : NULL; member != NULL;
         member = member->next) {
        if (cJSON_IsObject(member)) {
            if (!set_system_facts(run, member, error)) return false;
            continue;
        }
        char *printed = cJSON_IsString(member) ? NULL : cJSON_PrintUnformatted(member);
        const char *value = printed != NULL ? printed : member->valuestring;
        bool is_ok = set_fact(run, member->string, value, error);
        cJSON_free(printed);
        if (!is_ok) return false;
    }
    return true;
}

// What devices and severities stood for.
static bool set_condition_facts(PsRunFile *run, const PsTask *task, GError **error)
{
    for (size_t c = 0; c < task->n_conditions; c++) {
        const PsSuiteCondition *condition = &task->conditions[c];
        const char *chain = condition->capture.chain;
        if (chain == NULL || strcmp(chain, condition->label) == 0) continue;
        g_autofree char *name = g_strconcat("condition ", condition->label, NULL);
        if (!set_fact(run, name, chain, error)) return false;
    }
    return true;
}

bool ps_run_facts_set(PsRunFile *run,
                      const PsPlan *plan,
                      const PsCollectOptions *options,
                      GError **error)
{
    const PsAdapter *adapter = options->adapter;
    g_autofree char *described =
        adapter->describe != NULL ? adapter->describe(&options->system) : NULL;
    g_autoptr(cJSON) system = described != NULL ? cJSON_Parse(described) : NULL;
    g_autofree char *load =
        options->rate_per_second > 0
            ? g_strdup_printf("open loop, Poisson arrivals, %g/s, at most %d in flight",
                              options->rate_per_second, options->system.max_connections)
            : g_strdup_printf("closed loop, %d in flight", options->system.max_connections);
    g_autofree char *limits =
        g_strdup_printf("%g s a request, %d retries", (double)options->system.timeout_ns * 1e-9,
                        options->system.max_retries);
    g_autofree char *epochs = g_strdup_printf("%d", plan->epochs);
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, plan->seed);
    for (size_t i = 0; i < plan->suite->n_tasks; i++)
        if (!set_condition_facts(run, &plan->suite->tasks[i], error)) return false;
    return set_system_facts(run, system, error) && set_fact(run, "load", load, error)
           && set_fact(run, "limits", limits, error)
           && set_fact(run, "options", plan->options, error)
           && set_fact(run, "epochs", epochs, error) && set_fact(run, "suite seed", seed, error)
           && set_fact(run, "proofsheet", PS_VERSION, error) && ps_runfile_commit(run, error);
}

#include "harness/collect.h"
#include "harness/evidence.h"
#include "harness/json.h"

#include "harness/cli/command.h"
#include "harness/cli/judge.h"
#include "harness/cli/log.h"
#include "harness/cli/output.h"
#include "harness/cli/provider.h"
#include "harness/cli/run_facts.h"
#include "harness/cli/run_flags.h"
#include "harness/cli/verdict.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

// A limit that nobody keeps would be a lie.
static bool check_budget(const PsAdapter *adapter, const PsSystem *system, GError **error)
{
    return adapter->has_budget || !ps_budget_is_set(&system->budget)
           || ps_fail(error, PS_ERROR_USAGE,
                      "--budget-…: %s keeps none (reference/unified does)", adapter->usage);
}

// A thread for each request in flight, and for exec a process.
#define THREADS_MOST 1024

static bool check_connections(const PsAdapter *adapter, const PsSystem *system, GError **error)
{
    struct rlimit files;
    if (adapter->answer != NULL && system->max_connections > THREADS_MOST)
        return ps_fail(error, PS_ERROR_USAGE, "--max-connections: %s takes at most %d",
                       adapter->usage, THREADS_MOST);
    if (adapter->answer == NULL && getrlimit(RLIMIT_NOFILE, &files) == 0
        && files.rlim_cur < (rlim_t)system->max_connections + 64)
        return ps_fail(error, PS_ERROR_USAGE,
                       "--max-connections %d: this process may open %lu files (ulimit -n)",
                       system->max_connections, (unsigned long)files.rlim_cur);
    return true;
}

static PsSystem system_of(const PsRunFlags *flags, const PsAdapter *adapter, const char *name)
{
    const int asked = flags->max_connections;
    const int connections = asked > 0 ? asked : ps_model_connections(adapter);
    return (PsSystem){
        .name = name,
        .max_connections = connections,
        .max_retries = flags->max_retries,
        .timeout_ns = (int64_t)(flags->timeout_s * 1e9),
        .temperature = flags->temperature,
        .max_tokens = flags->max_tokens,
        .seed = flags->seed,
        .stream = flags->stream,
        .logprobs = flags->logprobs,
        .budget = flags->budget,
    };
}

// What the answers depend on, and so the same in a run that is resumed. How they are sent
// (stream) and what is told of them (logprobs) is not part of it.
static char *options_json(const PsSystem *system, const PsIngest *ingest)
{
    GString *out = g_string_new("{");
    if (!isnan(system->temperature)) {
        ps_json_append_key(out, "temperature");
        ps_json_append_number(out, system->temperature);
    }
    if (system->max_tokens > 0) {
        ps_json_append_key(out, "max_tokens");
        ps_json_append_integer(out, system->max_tokens);
    }
    if (system->seed >= 0) {
        ps_json_append_key(out, "seed");
        ps_json_append_integer(out, system->seed);
    }
    ps_ingest_append_json(out, ingest);
    ps_budget_append_json(out, &system->budget);
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

static char *default_run_path(const char *suite, const char *model)
{
    g_autofree char *name = g_strdup_printf("%s-%s", suite, model);
    g_strcanon(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-", '-');
    return g_strdup_printf("%.200s.proof", name);
}

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

// A first signal ends the run in order; a second one kills.
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

// Whether a sample that the sheet shows has a picture or a sound that is not kept yet.
static bool lacks_media(const PsSheet *sheet)
{
    for (size_t i = 0; i < sheet->n_evidence; i++)
        for (size_t p = 0; p < sheet->evidence[i].n_parts; p++)
            if (sheet->evidence[i].parts[p].kind != PS_PART_TEXT
                && sheet->evidence[i].media[p] == NULL)
                return true;
    return false;
}

// The sheet of the run, with the media that it shows.
static PsSheet *sheet_with_evidence(PsRunFile *run,
                                    const PsPlan *plan,
                                    const PsRegistry *registry,
                                    PsRunRows *rows,
                                    GError **error)
{
    g_autoptr(PsSheet) sheet = ps_sheet_of_rows(run, registry, rows, error);
    if (sheet == NULL || !lacks_media(sheet)) return g_steal_pointer(&sheet);
    if (!ps_evidence_store(run, plan, sheet, error)) return NULL;
    return ps_sheet_new(run, registry, error);
}

static bool is_gated(const PsRunFlags *flags)
{
    return flags->baseline != NULL || flags->policy != NULL;
}

// What a gate after the run would stumble over is found before anything is asked.
static bool check_gate(const PsRunFlags *flags,
                       const PsSuite *suite,
                       const PsRegistry *registry,
                       GError **error)
{
    if (!is_gated(flags)) return true;
    if (flags->policy == NULL && suite->gate == NULL)
        return ps_fail(error, PS_ERROR_USAGE,
                       "--baseline: the suite has no gate; give --policy");
    g_autoptr(PsPolicy) policy =
        flags->policy != NULL ? ps_policy_load(flags->policy, registry, error) : NULL;
    if (flags->policy != NULL && policy == NULL) return false;
    if (flags->baseline == NULL || !g_file_test(flags->baseline, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(PsRunFile) baseline =
        ps_runfile_open(flags->baseline, PS_RUNFILE_READ, false, error);
    return baseline != NULL;
}

// Adds what the gate says, if one was asked.
static bool gate(const PsRunFlags *flags,
                 const PsRegistry *registry,
                 PsRunFile *run,
                 PsSheet *sheet,
                 int *exit_status,
                 GError **error)
{
    if (!is_gated(flags)) return true;
    g_autoptr(PsPolicy) policy = ps_verdict_policy(flags->policy, run, registry, error);
    if (policy == NULL) return false;
    sheet->gate =
        ps_verdict_gate(registry, run, flags->baseline, policy, false, exit_status, error);
    return sheet->gate != NULL;
}

// Has the suite's judge rate the answers, if it has one.
static bool judge(const PsRunFlags *flags,
                  const PsRegistry *registry,
                  const PsPlan *plan,
                  PsRunFile *run,
                  GError **error)
{
    PsCliJudge asking = {.registry = registry,
                         .max_retries = flags->max_retries,
                         .timeout_s = flags->timeout_s,
                         .out = flags->is_quiet ? NULL : stderr,
                         .stop = &stop};
    return plan->suite->judge == NULL || ps_cli_judge(&asking, plan, run, error);
}

// Writes down what is planned. Opens the rows that are read on while answers are stored, unless
// a judge will change scores afterwards: *rows is then NULL.
static bool record(const PsRunFlags *flags,
                   const PsRegistry *registry,
                   PsPlan *plan,
                   PsRunFile *run,
                   PsRunRows **rows,
                   GError **error)
{
    if (!ps_plan_record(plan, run, error) || !ps_price_store(run, &flags->price, error)
        || !ps_runfile_commit(run, error)
        || (flags->retry_failed && !ps_collect_forget_failures(run, error)))
        return false;
    if (plan->suite->judge != NULL) return true;
    *rows = ps_run_rows_new(run, plan, registry, error);
    return *rows != NULL;
}

static bool collect_and_report(const PsRunFlags *flags,
                               const PsRegistry *registry,
                               PsPlan *plan,
                               PsRunFile *run,
                               PsCollectOptions *options,
                               int *exit_status,
                               GError **error)
{
    PsCollectResult result;
    g_autoptr(PsRunRows) rows = NULL;
    if (!record(flags, registry, plan, run, &rows, error)) return false;
    options->rows = rows;
    if (!ps_collect(plan, run, options, &result, error)) return false;
    if (result.n_stored > 0 && !ps_run_facts_set(run, plan, options, error)) return false;
    if (!result.was_stopped && !flags->no_judge && !judge(flags, registry, plan, run, error))
        return false;
    if (result.was_stopped || stop) {
        fprintf(stderr, "stopped; the same command goes on from here\n");
        *exit_status = 130;
        return true;
    }
    g_autoptr(PsSheet) sheet = flags->no_evidence
                                   ? ps_sheet_of_rows(run, registry, rows, error)
                                   : sheet_with_evidence(run, plan, registry, rows, error);
    *exit_status = 0;
    return sheet != NULL && gate(flags, registry, run, sheet, exit_status, error)
           && ps_output_write(registry, sheet, flags->outputs, flags->is_quiet, error);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(PsRunFlags) flags = {0};
    g_autofree char *path_of_suite = ps_run_flags_parse(&flags, argc, argv, error);
    if (path_of_suite == NULL
        || !ps_log_set_level(flags.log_level != NULL ? flags.log_level : "warning", error)
        || !ps_output_check(registry, PS_OUTPUT_SHEET, flags.outputs, error))
        return false;
    const char *name = NULL;
    const PsAdapter *adapter = ps_model_adapter(registry, "--model", flags.model, &name, error);
    PsSuite *suite = adapter != NULL ? ps_suite_load(path_of_suite, registry, error) : NULL;
    if (suite == NULL) return false;
    PsCollectOptions options = {
        .adapter = adapter,
        .system = system_of(&flags, adapter, name),
        .rate_per_second = flags.rate,
        .load_seed = suite->seed,
        .verify_media = flags.verify_media,
        .is_quiet = flags.is_quiet,
        .stop = &stop,
    };
    if (!check_connections(adapter, &options.system, error)
        || !check_budget(adapter, &options.system, error)
        || !check_gate(&flags, suite, registry, error))
        return ps_suite_free(suite), false;
    g_autofree char *asked = options_json(&options.system, &flags.ingest);
    const PsPlanOptions planning = {.limit = (uint64_t)flags.limit,
                                    .epochs = flags.epochs,
                                    .allow_outside = flags.allow_outside,
                                    .ingest = flags.ingest,
                                    .cannot_take = adapter->cannot_take};
    g_autoptr(PsPlan) plan = ps_plan_new(suite, registry, flags.model, asked, &planning, error);
    if (plan == NULL
        || (!flags.no_judge && !ps_cli_judge_check(registry, plan, flags.self_judge, error)))
        return false;
    g_autofree char *path = flags.run_path != NULL ? g_strdup(flags.run_path)
                                                   : default_run_path(suite->name, flags.model);
    catch_signals();
    g_autoptr(PsRunFile) file =
        ps_runfile_open(path, PS_RUNFILE_CREATE, flags.is_durable, error);
    return file != NULL
           && collect_and_report(&flags, registry, plan, file, &options, exit_status, error);
}

const PsCommand ps_command_run = {
    .name = "run",
    .usage = "run SUITE --model PROVIDER/NAME",
    .summary = "Ask a system everything a suite holds, score it, report; resumes a run file",
    .run = run,
};

#include "harness/collect.h"
#include "harness/evidence.h"
#include "harness/json.h"
#include "harness/price.h"

#include "harness/cli/command.h"
#include "harness/cli/judge.h"
#include "harness/cli/log.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"
#include "harness/cli/provider.h"
#include "harness/cli/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

// What the command line says.
typedef struct {
    char *model, *run_path, *log_level, *baseline, *policy;
    char **outputs;
    int limit, epochs, max_connections, max_retries, max_tokens, seed;
    double timeout_s, temperature, rate;
    PsPrice price;
    PsIngest ingest;
    PsBudget budget;
    char *sampling;
    gboolean video_sound;
    gboolean stream, logprobs, is_durable, verify_media, allow_outside, is_quiet, no_evidence,
        retry_failed, no_judge, self_judge;
} Flags;

static void flags_clear(Flags *flags)
{
    g_free(flags->model);
    g_free(flags->run_path);
    g_free(flags->log_level);
    g_free(flags->baseline);
    g_free(flags->policy);
    g_free(flags->sampling);
    g_strfreev(flags->outputs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static char **parse(Flags *flags, int argc, char **argv, GError **error)
{
    *flags = (Flags){.max_retries = 5,
                     .timeout_s = 120,
                     .temperature = NAN,
                     .seed = -1,
                     .price = {NAN, NAN}};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_STRING, &flags->model, "The system under test",
         "PROVIDER/NAME"},
        {"run", 'r', 0, G_OPTION_ARG_FILENAME, &flags->run_path,
         "The run file; one that exists is resumed (default: SUITE-SYSTEM.proof)", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &flags->outputs,
         "Write a report; the format follows from the extension; may be repeated", "FILE"},
        {"baseline", 'b', 0, G_OPTION_ARG_FILENAME, &flags->baseline,
         "Gate: hold the run against this one; 1 fail, 2 undecided", "RUN"},
        {"policy", 'p', 0, G_OPTION_ARG_FILENAME, &flags->policy,
         "Gate: the rules (default: the suite has them as `gate`)", "FILE"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &flags->limit, "Most samples of each task", "N"},
        {"epochs", 0, 0, G_OPTION_ARG_INT, &flags->epochs, "Ask each item N times", "N"},
        {"max-connections", 0, 0, G_OPTION_ARG_INT, &flags->max_connections,
         "Most requests in flight", "N"},
        {"max-retries", 0, 0, G_OPTION_ARG_INT, &flags->max_retries,
         "Further attempts after 429, 5xx or a lost connection (default 5)", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &flags->timeout_s,
         "Limit for one request, retries included (default 120)", "SECONDS"},
        {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &flags->rate,
         "Open loop: Poisson arrivals at this rate; latency counts from the arrival",
         "PER-SECOND"},
        {"temperature", 0, 0, G_OPTION_ARG_DOUBLE, &flags->temperature, "Asked of the system",
         "T"},
        {"max-tokens", 0, 0, G_OPTION_ARG_INT, &flags->max_tokens, "Asked of the system", "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &flags->seed, "Asked of the system", "N"},
        {"stream", 0, 0, G_OPTION_ARG_NONE, &flags->stream,
         "Ask for streamed answers: time to first token, gaps between tokens", NULL},
        {"logprobs", 0, 0, G_OPTION_ARG_NONE, &flags->logprobs,
         "Ask for the probabilities of the answer's tokens, which become its confidence", NULL},
        {"frames", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.frames,
         "Send videos as N frames, also to a system that takes videos", "N"},
        {"sampling", 0, 0, G_OPTION_ARG_STRING, &flags->sampling,
         "Which frames: uniform (default), keyframe or hierarchical", "HOW"},
        {"video-sound", 0, 0, G_OPTION_ARG_NONE, &flags->video_sound,
         "Send the sound of videos that go as frames", NULL},
        {"pages", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.pages,
         "Send documents as pictures of their first N pages", "N"},
        {"series-rows", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.series_rows,
         "Send series as text of at most N lines", "N"},
        {"max-image-pixels", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.max_image_pixels,
         "Reduce pictures to this many pixels", "N"},
        {"max-image-side", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.max_image_side,
         "Reduce pictures to this longer side", "PX"},
        {"max-request-bytes", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.max_request_bytes,
         "Reduce the pictures of a request until it fits", "N"},
        {"max-request-tokens", 0, 0, G_OPTION_ARG_INT64, &flags->ingest.max_request_tokens,
         "The same for tokens, as estimated (docs/adapters.md)", "N"},
        {"budget-pixels", 0, 0, G_OPTION_ARG_INT64, &flags->budget.pixels,
         "Refuse requests whose pictures have more (reference/unified)", "N"},
        {"budget-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &flags->budget.seconds,
         "The same for the sound of a request", "S"},
        {"budget-tokens", 0, 0, G_OPTION_ARG_INT64, &flags->budget.tokens,
         "The same for positions of the prompt, text and media", "N"},
        {"budget-bytes", 0, 0, G_OPTION_ARG_INT64, &flags->budget.bytes,
         "The same for the memory that a request takes", "N"},
        {"price-input", 0, 0, G_OPTION_ARG_DOUBLE, &flags->price.input,
         "Dollars per million tokens of input, for the metric cost", "DOLLARS"},
        {"price-output", 0, 0, G_OPTION_ARG_DOUBLE, &flags->price.output,
         "Dollars per million tokens of output", "DOLLARS"},
        {"durable", 0, 0, G_OPTION_ARG_NONE, &flags->is_durable,
         "Stored answers also survive a power failure (slower)", NULL},
        {"verify", 0, 0, G_OPTION_ARG_NONE, &flags->verify_media,
         "Compare media with their stated hashes as they are loaded", NULL},
        {"allow-outside", 0, 0, G_OPTION_ARG_NONE, &flags->allow_outside,
         "Let datasets name media outside of their folder", NULL},
        {"retry-failed", 0, 0, G_OPTION_ARG_NONE, &flags->retry_failed,
         "Ask again what failed or timed out in an earlier part of this run", NULL},
        {"no-evidence", 0, 0, G_OPTION_ARG_NONE, &flags->no_evidence,
         "Keep no pictures and sounds in the run file", NULL},
        {"no-judge", 0, 0, G_OPTION_ARG_NONE, &flags->no_judge,
         "Leave the judge of the suite for later (score --judge)", NULL},
        {"self-judge", 0, 0, G_OPTION_ARG_NONE, &flags->self_judge,
         "Let the system under test judge its own answers", NULL},
        {"log-level", 0, 0, G_OPTION_ARG_STRING, &flags->log_level,
         "error, warning (default), info or debug", "LEVEL"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &flags->is_quiet, "No progress line, no table",
         NULL},
        {0},
    };
    return ps_options_parse(ps_command_run.usage, ps_command_run.summary, entries, argc, argv,
                            error);
}

// Flags of the input as the plan takes them.
static bool check_input(Flags *flags, GError **error)
{
    PsIngest *ingest = &flags->ingest;
    g_autoptr(GError) problem = NULL;
    ingest->video_sound = flags->video_sound;
    ingest->has_sampling = flags->sampling != NULL;
    if (flags->sampling != NULL && !ps_sampling_find(flags->sampling, &ingest->sampling))
        return ps_fail(error, PS_ERROR_USAGE,
                       "--sampling %s: not uniform, keyframe or hierarchical", flags->sampling);
    if (ps_ingest_check(ingest, &problem) && ps_budget_check(&flags->budget, &problem))
        return true;
    return ps_fail(error, PS_ERROR_USAGE, "%s (see --help)", problem->message);
}

static bool check_flags(Flags *flags, char **words, GError **error)
{
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one suite (see --help)");
    if (flags->model == NULL)
        return ps_fail(error, PS_ERROR_USAGE,
                       "--model PROVIDER/NAME is missing (see: proofsheet list)");
    if (flags->limit < 0 || flags->epochs < 0 || flags->epochs > 1000
        || flags->max_connections < 0 || flags->max_connections > 100000
        || flags->max_retries < 0 || flags->max_tokens < 0)
        return ps_fail(error, PS_ERROR_USAGE, "a number is out of range (see --help)");
    if (!(flags->timeout_s > 0 && flags->timeout_s <= 1e6)
        || !(flags->rate >= 0 && flags->rate <= 1e6))
        return ps_fail(error, PS_ERROR_USAGE, "--timeout or --rate is out of range");
    return check_input(flags, error) && ps_price_check(&flags->price, error);
}

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

static PsSystem system_of(const Flags *flags, const PsAdapter *adapter, const char *name)
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

// How it was run, for the reader of a report.
static bool
set_facts(PsRunFile *run, const PsPlan *plan, const PsCollectOptions *options, GError **error)
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
                                    GError **error)
{
    g_autoptr(PsSheet) sheet = ps_sheet_new(run, registry, error);
    if (sheet == NULL || !lacks_media(sheet)) return g_steal_pointer(&sheet);
    if (!ps_evidence_store(run, plan, sheet, error)) return NULL;
    return ps_sheet_new(run, registry, error);
}

static bool is_gated(const Flags *flags)
{
    return flags->baseline != NULL || flags->policy != NULL;
}

// What a gate after the run would stumble over is found before anything is asked.
static bool
check_gate(const Flags *flags, const PsSuite *suite, const PsRegistry *registry, GError **error)
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
static bool gate(const Flags *flags,
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
static bool judge(const Flags *flags,
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

static bool collect_and_report(const Flags *flags,
                               const PsRegistry *registry,
                               PsPlan *plan,
                               PsRunFile *run,
                               const PsCollectOptions *options,
                               int *exit_status,
                               GError **error)
{
    PsCollectResult result;
    if (!ps_plan_record(plan, run, error) || !ps_price_store(run, &flags->price, error)
        || !ps_runfile_commit(run, error)
        || (flags->retry_failed && !ps_collect_forget_failures(run, error))
        || !ps_collect(plan, run, options, &result, error))
        return false;
    if (result.n_stored > 0 && !set_facts(run, plan, options, error)) return false;
    if (!result.was_stopped && !flags->no_judge && !judge(flags, registry, plan, run, error))
        return false;
    if (result.was_stopped || stop) {
        fprintf(stderr, "stopped; the same command goes on from here\n");
        *exit_status = 130;
        return true;
    }
    g_autoptr(PsSheet) sheet = flags->no_evidence
                                   ? ps_sheet_new(run, registry, error)
                                   : sheet_with_evidence(run, plan, registry, error);
    *exit_status = 0;
    return sheet != NULL && gate(flags, registry, run, sheet, exit_status, error)
           && ps_output_write(registry, sheet, flags->outputs, flags->is_quiet, error);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    g_auto(Flags) flags = {0};
    g_auto(GStrv) words = parse(&flags, argc, argv, error);
    if (words == NULL || !check_flags(&flags, words, error)
        || !ps_log_set_level(flags.log_level != NULL ? flags.log_level : "warning", error)
        || !ps_output_check(registry, PS_OUTPUT_SHEET, flags.outputs, error))
        return false;
    const char *name = NULL;
    const PsAdapter *adapter = ps_model_adapter(registry, "--model", flags.model, &name, error);
    PsSuite *suite = adapter != NULL ? ps_suite_load(words[0], registry, error) : NULL;
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

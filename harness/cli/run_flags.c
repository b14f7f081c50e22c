#include "harness/cli/run_flags.h"

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/error.h"

#include <math.h>

void ps_run_flags_clear(PsRunFlags *flags)
{
    g_free(flags->model);
    g_free(flags->run_path);
    g_free(flags->log_level);
    g_free(flags->baseline);
    g_free(flags->policy);
    g_free(flags->sampling);
    g_strfreev(flags->outputs);
}
static char **parse(PsRunFlags *flags, int argc, char **argv, GError **error)
{
    *flags = (PsRunFlags){.max_retries = 5,
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
static bool check_input(PsRunFlags *flags, GError **error)
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

static bool check_flags(PsRunFlags *flags, char **words, GError **error)
{
    if (g_strv_length(words) != 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes one suite (see --help)");
    if (flags->model == NULL)
        return ps_fail(error, PS_ERROR_USAGE,
                       "--model PROVIDER/NAME is missing (see: proofsheet list)");
    const PsNumber numbers[] = {
        {"limit", (double)flags->limit, 0, INFINITY},
        {"epochs", (double)flags->epochs, 0, 1000},
        {"max-connections", (double)flags->max_connections, 0, 100000},
        {"max-retries", (double)flags->max_retries, 0, INFINITY},
        {"max-tokens", (double)flags->max_tokens, 0, INFINITY},
        {"timeout", flags->timeout_s, 1e-9, 1e6},
        {"rate", flags->rate, 0, 1e6},
    };
    return ps_numbers_check(numbers, G_N_ELEMENTS(numbers), error) && check_input(flags, error)
           && ps_price_check(&flags->price, error);
}

char *ps_run_flags_parse(PsRunFlags *flags, int argc, char **argv, GError **error)
{
    g_auto(GStrv) words = parse(flags, argc, argv, error);
    if (words == NULL || !check_flags(flags, words, error)) return NULL;
    return g_strdup(words[0]);
}

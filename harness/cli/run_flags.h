// The command line of `proofsheet run`.
#pragma once

#include "harness/budget.h"
#include "harness/ingest.h"
#include "harness/price.h"

// Zero, NaN and -1: not said.
typedef struct {
    char *model, *run_path, *log_level, *baseline, *policy;
    char **outputs;
    int limit, epochs, max_connections, max_retries, max_tokens, seed;
    double timeout_s, temperature, rate;
    PsPrice price;
    PsIngest ingest;
    PsBudget budget;
    char *sampling;
    gboolean video_sound, stream, logprobs, is_durable, verify_media, allow_outside, is_quiet,
        no_evidence, retry_failed, no_judge, self_judge;
} PsRunFlags;

// Reads and checks argv but for what other tables have to be asked about (system, reports,
// gate). Returns the suite, the caller's; NULL with PS_ERROR_USAGE.
char *ps_run_flags_parse(PsRunFlags *flags, int argc, char **argv, GError **error);
void ps_run_flags_clear(PsRunFlags *flags);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsRunFlags, ps_run_flags_clear)

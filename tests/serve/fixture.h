// A worker of the small model of tests/engine/fixtures, and things to ask it. The test fails
// where they fail.
#pragma once

#include "serve/worker.h"

#include "harness/json.h"

#define FIXTURES PS_TESTS_DIR "/engine/fixtures/"

typedef struct {
    PsUnified *unified;
    PsServeWorker *worker;
} Serving;

void serving_open(Serving *serving, size_t n_sequences);
void serving_close(Serving *serving);

// A draft without limits that asks should_stop(data).
PsDraft *serving_draft(const Serving *serving, bool (*should_stop)(void *data), void *data);
void draft_add_picture(PsDraft *draft);

// A greedy request for n_tokens tokens after text, the caller's; serving_ask hands it over too.
PsJob *serving_job(const Serving *serving, const char *text, size_t n_tokens);
PsJob *serving_ask(const Serving *serving, const char *text, size_t n_tokens);

// How many tokens come until it is over.
size_t job_count(PsJob *job);

cJSON *json_of(const char *text);

// An answer on its way from the engine's thread to the connection that waits for it.
#pragma once

#include "adapters/shared/draft.h"
#include "engine/grammar.h"
#include "engine/session.h"
#include "serve/client.h"

// A token as a client is told of it.
typedef struct {
    PeChoice choice;
    size_t n_top;
    PeChoice top[PE_TOP_MOST];
    char *text; // what it adds to the shown answer, UTF-8; owned
} PsJobToken;

// Made by the connection, run by the engine's thread, freed by whoever is last.
typedef struct {
    gint n_refs;
    PePrompt prompt;
    PeRequest request; // its callbacks and data are the worker's
    char *stops[PE_STOPS_MOST];
    PeGrammar *grammar; // the form of the answer; NULL: any
    PsClient client;
    PsDraftCost drafted;             // what the prompt took
    int64_t received_ns, drafted_ns; // ps_now_ns: the request was there, was read
    int64_t admitted_ns;             // … it was handed to the engine's thread

    GMutex mutex;
    GCond changed;
    // Under mutex.
    GQueue tokens; // PsJobToken *, oldest first
    bool is_over;
    char *problem; // why there is no answer; owned
    PeEnd end;
    PeAnswerCost cost;
    GArray *token_ns; // int64_t: ps_now_ns at each token
    int64_t over_ns;  // … when it was over
} PsJob;

PsJob *ps_job_new(size_t n_embedding);
PsJob *ps_job_ref(PsJob *job);
void ps_job_unref(PsJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsJob, ps_job_unref)

// The next token, the caller's, waited for as long as the client does; NULL when there is none
// left: the answer is over, or the client late or gone, which is a problem.
PsJobToken *ps_job_next(PsJob *job);
void ps_job_token_free(PsJobToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsJobToken, ps_job_token_free)

// By the engine's thread.
void ps_job_add(PsJob *job, const PeAnswered *answered);
// The first end counts. One that was cancelled says so as its problem.
void ps_job_finish(PsJob *job, PeEnd end, const PeAnswerCost *cost, const char *problem);

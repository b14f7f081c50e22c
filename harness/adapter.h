// An adapter is how a kind of system is reached. It takes one of two shapes:
//
// - blocking: `answer` works on one request at a time. The collector starts as many workers
//   (threads) as it may have requests in flight, each with a state of its own.
// - event driven: `submit` hands over a request and returns at once, `wait` drives all of
//   them on the collector's thread.
//
// A system that fails, refuses or is late is a response, not an error: an adapter sets a GError
// only if no later request could succeed either (no such command, no key, wrong address).
#pragma once

#include "harness/budget.h"
#include "harness/error.h"
#include "harness/media.h"
#include "harness/response.h"
#include "harness/sample.h"

// What is under test and with which options. Strings live as long as the run.
typedef struct {
    const char *name;    // what follows "PROVIDER/" in --model
    int max_connections; // most requests in flight, ≥ 1
    int max_retries;     // further attempts after a failure that may pass (429, 5xx, reset)
    int64_t timeout_ns;  // limit for one request, retries included
    double temperature;  // NAN: leave it to the system
    int64_t max_tokens;  // 0: leave it to the system
    int64_t seed;        // -1: leave it to the system
    bool stream;         // ask for a streamed answer (time to first token, token gaps)
    bool logprobs;       // ask for the log-probabilities of the answer's tokens (confidence)
    PsBudget budget;     // only for adapters that have budgets
} PsSystem;

// What a part of a request is where it is not as the dataset has it: a frame of a video, a page
// of a document. Borrowed.
typedef struct {
    const char *caption; // "video 1, frame 2 of 8, at 1.25 s"; NULL: the part is as it was
    double time_s;       // of a frame in its video; else NAN
} PsPartNote;

// One request. Holds nothing that would give the answer away. Valid until it is completed.
typedef struct {
    uint64_t item_id;
    const char *sample_id;
    const char *condition; // "clean", or as the suite wrote it: "blur@2"
    int epoch;             // from 0
    const char *prompt;    // the task's instruction, or NULL; comes before the parts
    size_t n_parts;
    const PsPart *parts;         // [n_parts]
    const PsMedia *const *media; // [n_parts]: NULL for text
    const PsPartNote *notes;     // [n_parts], or NULL: all are as the dataset has them
    void *owner;                 // the collector's
} PsRequest;

// Hands a finished response over. The response's contents are moved out; the request is invalid
// afterwards. scheduled_ns is the collector's to set, the other times the adapter's.
typedef void (*PsCompletion)(PsRequest *request, PsResponse *response, void *user_data);

typedef struct PsAdapter {
    const char *name;    // the PROVIDER of --model
    const char *usage;   // "openai/MODEL"
    const char *summary; // one sentence

    // Bits (1 << PsPartKind) of what this kind of system takes no file of: videos go as frames,
    // documents as pictures of their pages, series as text (harness/ingest.h).
    unsigned cannot_take;

    bool has_budget; // PsSystem.budget is kept by some of its systems

    int default_connections; // in flight unless --max-connections says; 0: one per processor

    // Blocking shape. worker is 0, 1, … NULL or false: error is set and the run ends.
    void *(*worker_open)(const PsSystem *system, int worker, GError **error);
    bool (*answer)(void *worker,
                   const PsRequest *request,
                   PsResponse *response,
                   GError **error);
    void (*worker_close)(void *worker);

    // Event driven shape.
    void *(*open)(const PsSystem *system, GError **error);
    // How many more requests it takes now (an adaptive limit, a pause after 429).
    int (*room)(void *state);
    // Takes what it needs of the media before it returns; the rest of request stays valid.
    bool (*submit)(void *state, PsRequest *request, GError **error);
    // Works until something completed or timeout_ns passed, calling done for each response.
    bool (*wait)(
        void *state, int64_t timeout_ns, PsCompletion done, void *user_data, GError **error);
    void (*close)(void *state); // requests still in flight are dropped, done is not called

    // Optional: JSON object describing the system (versions, address without secrets),
    // caller's.
    char *(*describe)(const PsSystem *system);
} PsAdapter;

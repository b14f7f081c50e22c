// A response: what came back for one work item, with its outcome, its clock and its trace.
// A failure is never an answer.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    PS_OUTCOME_ANSWERED,
    PS_OUTCOME_REFUSED,   // the system declined (policy, content filter)
    PS_OUTCOME_ABSTAINED, // the system said that it does not know
    PS_OUTCOME_TIMED_OUT, // no answer within the time limit
    PS_OUTCOME_FAILED,    // an error instead of an answer
} PsOutcome;

#define PS_N_OUTCOMES 5

// "answered", …; static storage.
const char *ps_outcome_name(PsOutcome outcome);
bool ps_outcome_find(const char *name, PsOutcome *outcome);

// What the suite's judge made of an answer (harness/judging.h).
typedef enum {
    PS_JUDGEMENT_NONE, // it was not asked
    PS_JUDGEMENT_GIVEN,
    PS_JUDGEMENT_FAILED, // it gave no rating
} PsJudgement;

// One step of the work, with its clock.
typedef struct {
    char *name;               // "ocr", "decode", "tool:search"
    int64_t start_ns, end_ns; // Unix time
    char *detail;             // JSON object, or NULL
} PsSpan;

typedef struct {
    PsOutcome outcome;
    char *answer;           // UTF-8; NULL unless answered
    char *error;            // why there is no answer; NULL if answered
    char *raw;              // what the system sent, where that is text worth keeping; or NULL
    char *finish_reason;    // "stop", "length", …; or NULL
    int64_t scheduled_ns;   // Unix time at which the load wanted it sent
    int64_t started_ns;     // … at which the last attempt was sent
    int64_t first_token_ns; // … of the first piece of answer; 0 if not streamed
    int64_t finished_ns;    // … at which the last byte was there
    int n_attempts;         // 1 = no retry
    int64_t input_tokens, output_tokens; // -1: not stated
    double confidence;                   // 0-1; NAN: not stated
    bool is_confidence_of_tokens;        // made of log-probabilities, not stated as such
    PsJudgement judgement;
    double rating;         // PS_JUDGEMENT_GIVEN: from 0, worst of the scale, to 1; else 0
    double cost;           // dollars; known of a stored response (harness/price.h), else NAN
    GArray *token_gaps_us; // uint32_t: time from each streamed piece to the next; NULL if none
    GPtrArray *spans;      // PsSpan *, owned; NULL if none
} PsResponse;

// init makes an empty failed response; clear frees the contents and inits again.
void ps_response_init(PsResponse *response);
void ps_response_clear(PsResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsResponse, ps_response_clear)

// Sets outcome and message of a response that holds no answer (drops one that was there).
void ps_response_fail(PsResponse *response, PsOutcome outcome, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

// Sets the answer (a copy) and the outcome: abstained if the whole answer is one of the stock
// phrases for "I don't know", refused if it begins with one for "I can't help with that",
// answered otherwise. The phrases are listed in docs/design.md.
void ps_response_answer(PsResponse *response, const char *answer);

// Sets the confidence of an answer of n_tokens tokens, whose log-probabilities (natural) add up
// to logprob_sum: exp of their mean, which is the geometric mean of the tokens' probabilities.
// Sets nothing if there are no tokens or the sum is not finite.
void ps_response_set_logprobs(PsResponse *response, double logprob_sum, size_t n_tokens);

// Appends a span that ran from start_ns to now; detail (JSON or NULL) is copied.
void ps_response_add_span(PsResponse *response,
                          const char *name,
                          int64_t start_ns,
                          const char *detail);

// The same for one that ended at end_ns.
void ps_response_append_span(PsResponse *response,
                             const char *name,
                             int64_t start_ns,
                             int64_t end_ns,
                             const char *detail);

// Puts a span before all others; detail (JSON or NULL) is copied.
void ps_response_prepend_span(PsResponse *response,
                              const char *name,
                              int64_t start_ns,
                              int64_t end_ns,
                              const char *detail);

// Unix time in ns from a clock that never steps back within the process.
int64_t ps_now_ns(void);

// From now until time_ns (of that clock) in ns; 0 if it is past. A function, since GLib's MAX
// would read the clock twice and now and then return a negative time.
int64_t ps_ns_until(int64_t time_ns);

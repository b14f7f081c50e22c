// What one JSON object of the chat completions API says: a whole completion, or a chunk of a
// streamed one. Read in one pass, without a tree: a run reads one for every token.
#pragma once

#include "harness/json_scan.h"

#include <stdbool.h>
#include <stdint.h>

// Spans point into the scanned text; their text is NULL where there is no such string.
typedef struct {
    bool has_error;                             // a member "error" that is not null
    bool has_message;                           // choices[0].message or .delta is an object
    PsJsonSpan content, refusal, finish_reason; // of choices[0]
    PsJsonSpan content_list;                    // if the content is a list of parts: its JSON
    int64_t input_tokens, output_tokens;        // -1: not stated
    size_t n_logprobs;  // tokens of choices[0] that come with their log-probability
    double logprob_sum; // of these; NAN if one of them is no number, or above 0
} PsOpenaiMessage;

// False with PS_ERROR_DATA if text is not one JSON object, or has parts of another type than
// the API says.
bool ps_openai_message_scan(PsOpenaiMessage *message,
                            const char *text,
                            size_t n_bytes,
                            GError **error);

// The content, a list of parts of type text being joined; NULL if there is none. The caller's.
char *ps_openai_message_content(const PsOpenaiMessage *message);

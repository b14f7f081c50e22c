// What a chat completions server sends back, whole or as a stream, as a response.
#pragma once

#include "adapters/shared/sse.h"
#include "harness/response.h"

#define PS_OPENAI_MAX_RAW_BYTES (16u << 10)
#define PS_OPENAI_MAX_MESSAGE_CHARS 500

// Fills response from a complete answer with a success status: answer, refusal, finish reason,
// token counts, confidence where tokens have log-probabilities, and raw (the beginning of the
// body). What is not a completion is a failure.
void ps_openai_read(PsResponse *response, const char *body, size_t n_bytes);

// Fills response from an answer with an error status: refused if the server's filter was it,
// failed otherwise, with the server's message.
void ps_openai_read_error(PsResponse *response, int status, const char *body, size_t n_bytes);

// The message in an error answer: member error.message, error, message or detail, or the
// beginning of the text; at most PS_OPENAI_MAX_MESSAGE_CHARS. Never empty. The caller's.
char *ps_openai_error_message(const char *body, size_t n_bytes);

// A streamed answer that is coming in.
typedef struct {
    PsSse sse;
    GString *content, *refusal;
    char *finish_reason; // or NULL
    char *error;         // what the server says went wrong, or what is wrong with the stream
    bool is_done;        // "[DONE]" was there
    int64_t first_token_ns, last_token_ns; // Unix time; 0: no content yet
    int64_t arrival_ns;                    // of the bytes that are being parsed
    int64_t input_tokens, output_tokens;
    size_t n_logprobs; // as in PsOpenaiMessage, of all pieces so far
    double logprob_sum;
    GArray *token_gaps_us; // uint32_t
} PsOpenaiStream;

void ps_openai_stream_init(PsOpenaiStream *stream);
void ps_openai_stream_clear(PsOpenaiStream *stream);

// Forgets what came in, for another attempt or request.
void ps_openai_stream_reset(PsOpenaiStream *stream);

// Takes the next bytes, which arrived at arrival_ns.
void ps_openai_stream_feed(PsOpenaiStream *stream,
                           const char *bytes,
                           size_t n_bytes,
                           int64_t arrival_ns);

// True if all of an answer is there, although the connection may still be open.
bool ps_openai_stream_is_complete(const PsOpenaiStream *stream);

// Fills response from a stream that is over.
void ps_openai_stream_finish(PsOpenaiStream *stream, PsResponse *response);

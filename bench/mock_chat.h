// What the mock server wants to know of a chat completion request, found in one forward pass
// that jumps over strings with memchr, so that 100 KB of base64 costs microseconds. It is a
// tokenizer and not a JSON parser: brackets are counted, their kinds and the commas are not
// checked.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of a JSON string without its quotes and still escaped, so they can be echoed as they
// are.
typedef struct {
    const char *start; // borrowed from the body; NULL when absent
    size_t n_bytes;
} JsonText;

typedef struct {
    JsonText text;  // of the last user message: its content string, or its last text part
    JsonText model; // as asked
    bool stream;
    bool include_usage; // stream_options.include_usage
    bool logprobs;
} ChatRequest;

// False when the body is not a bracketed, closed JSON text or has no message of role user.
bool chat_request_scan(const char *body, size_t n_bytes, ChatRequest *request);

// FNV-1a, 64 bits.
uint64_t chat_hash(const char *bytes, size_t n_bytes);

// Where the piece of text that starts at from and should end near wanted may end: never inside
// an escape, a surrogate pair written as two escapes, or a UTF-8 character. At least wanted,
// unless the text ends before.
size_t chat_text_boundary(JsonText text, size_t from, size_t wanted);

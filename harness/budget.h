// What one request may take of a system that counts it before it starts to work: more is
// refused with the number and the limit in the message. Nothing is reduced to fit (that is
// ingest's, harness/ingest.h).
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

// 0: no limit.
typedef struct {
    int64_t pixels; // of all its pictures as they come, frames and pages among them
    double seconds; // of all its recordings
    int64_t tokens; // positions of its prompt: text, media, and what stands around them
    int64_t bytes;  // memory: decoded media, what the encoders make of them, keys and values
} PsBudget;

bool ps_budget_is_set(const PsBudget *budget);

// PS_ERROR_DATA if a limit is negative or no number; names it.
bool ps_budget_check(const PsBudget *budget, GError **error);

// Appends what is set as members of an object: ,"budget_pixels":1000000.
void ps_budget_append_json(GString *out, const PsBudget *budget);

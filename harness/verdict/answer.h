// The answer of an item, as tables show it.
#pragma once

#include "harness/runfile.h"

// The answer's first 2,000 characters, or else the outcome in brackets. The caller's; NULL with
// error set if there is no such item.
char *ps_answer_load(PsRunFile *run, uint64_t item_id, GError **error);

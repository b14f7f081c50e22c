// The form that a request asks its answer to have: `response_format` of OpenAI's chat
// completions (text, json_object, json_schema), and `structured_outputs` as vLLM has it
// (choice, json).
#pragma once

#include "serve/worker.h"

#include <cjson/cJSON.h>

#define PS_CHOICES_MOST 1000

// *grammar becomes the form, the caller's, or NULL: any. False with PS_ERROR_DATA in words for
// the client.
bool ps_chat_format_read(PsServeWorker *worker,
                         const cJSON *body,
                         PeGrammar **grammar,
                         GError **error);

// The messages of a chat with the marks of the model's template around them.
#pragma once

#include "engine/chat.h"
#include "serve/content.h"

// Adds the messages of body to draft, up to where the answer begins. PS_ERROR_DATA in words for
// the client.
bool ps_chat_prompt_add(PsDraft *draft,
                        const PeChat *chat,
                        const PsIngest *ingest,
                        const cJSON *body,
                        GError **error);

// The turns of a chat with the marks of the model's template around them, as parts of a draft.
//
//     open, what the message says, close … ─→ answer
#pragma once

#include "adapters/shared/draft.h"
#include "engine/chat.h"

typedef enum {
    PS_ROLE_USER,
    PS_ROLE_SYSTEM,
    PS_ROLE_ASSISTANT,
} PsRole;

// {.draft, .chat} is a chat in which nobody has said anything.
typedef struct {
    PsDraft *draft;
    const PeChat *chat;
    bool has_begun;
    bool is_user_open; // a system's text has opened the turn of a user, who comes next
} PsTurns;

// PS_ERROR_DATA, as of ps_draft_add_text.
bool ps_turns_open(PsTurns *turns, PsRole role, GError **error);
bool ps_turns_close(PsTurns *turns, PsRole role, GError **error);

// Up to where the model's answer begins.
bool ps_turns_answer(PsTurns *turns, GError **error);

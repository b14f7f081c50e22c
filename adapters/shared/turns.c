#include "adapters/shared/turns.h"

static bool mark(const PsTurns *turns, const char *text, GError **error)
{
    return ps_draft_add_text(turns->draft, text, true, error);
}

static const char *before(const PeChat *chat, PsRole role)
{
    if (role == PS_ROLE_ASSISTANT) return chat->before_answer;
    return role == PS_ROLE_USER || chat->system_opens_a_user ? chat->before_user
                                                             : chat->before_system;
}

static const char *after(const PeChat *chat, PsRole role)
{
    if (role == PS_ROLE_ASSISTANT) return chat->after_answer;
    return role == PS_ROLE_USER ? chat->after_user : chat->after_system;
}

static bool begin(PsTurns *turns, GError **error)
{
    if (turns->has_begun) return true;
    turns->has_begun = true;
    return mark(turns, turns->chat->beginning, error);
}

// The user whose turn a system's text has opened says nothing.
static bool close_user(PsTurns *turns, GError **error)
{
    if (!turns->is_user_open) return true;
    turns->is_user_open = false;
    return mark(turns, turns->chat->after_user, error);
}

bool ps_turns_open(PsTurns *turns, PsRole role, GError **error)
{
    if (role == PS_ROLE_ASSISTANT && !close_user(turns, error)) return false;
    if (turns->is_user_open) return true;
    if (!begin(turns, error) || !mark(turns, before(turns->chat, role), error)) return false;
    ps_draft_lead(turns->draft, turns->chat->before_text);
    return true;
}

bool ps_turns_close(PsTurns *turns, PsRole role, GError **error)
{
    turns->is_user_open = role == PS_ROLE_SYSTEM && turns->chat->system_opens_a_user;
    return mark(turns, after(turns->chat, role), error);
}

bool ps_turns_answer(PsTurns *turns, GError **error)
{
    return close_user(turns, error) && mark(turns, turns->chat->before_answer, error);
}

#include "adapters/shared/turns.h"

#include <string.h>

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

// Whether the token with which the model wants a prompt to start is missing where the template
// starts with text.
static bool lacks_beginning(const PeVocabulary *vocabulary, const char *text)
{
    if (!vocabulary->adds_beginning) return false;
    const PeString token = vocabulary->tokens[vocabulary->beginning].text;
    return strncmp(text, token.bytes, token.n_bytes) != 0;
}

static bool begin(PsTurns *turns, PsRole role, GError **error)
{
    const char *beginning = turns->chat->beginning;
    const char *first = *beginning != '\0' ? beginning : before(turns->chat, role);
    const PeVocabulary *vocabulary = ps_draft_model(turns->draft)->vocabulary;
    if (turns->has_begun) return true;
    turns->has_begun = true;
    if (lacks_beginning(vocabulary, first)
        && !ps_draft_add_token(turns->draft, vocabulary->beginning, error))
        return false;
    return mark(turns, beginning, error);
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
    if (!begin(turns, role, error) || !mark(turns, before(turns->chat, role), error))
        return false;
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

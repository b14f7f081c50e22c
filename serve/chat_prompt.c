#include "serve/chat_prompt.h"

#include "harness/error.h"

#include <string.h>

#define MESSAGES_MOST 1000

// What stands around a message; NULL: no such role.
typedef struct {
    const char *role, *before, *after;
} Marks;

static Marks marks_of(const PeChat *chat, const char *role)
{
    const Marks all[] = {{"user", chat->before_user, chat->after_user},
                         {"system", chat->before_system, chat->after_system},
                         {"developer", chat->before_system, chat->after_system},
                         {"assistant", chat->before_answer, chat->after_answer}};
    for (size_t i = 0; role != NULL && i < G_N_ELEMENTS(all); i++)
        if (strcmp(role, all[i].role) == 0) return all[i];
    return (Marks){0};
}

static bool add_message(PsDraft *draft,
                        const PeChat *chat,
                        const PsIngest *ingest,
                        const cJSON *message,
                        GError **error)
{
    const Marks marks = marks_of(chat, ps_json_string(message, "role"));
    if (marks.role == NULL)
        return ps_fail(error, PS_ERROR_DATA,
                       "a message's role is not user, system, developer or assistant");
    return ps_draft_add_text(draft, marks.before, true, error)
           && ps_content_add(draft, ingest,
                             cJSON_GetObjectItemCaseSensitive(message, "content"), error)
           && ps_draft_add_text(draft, marks.after, true, error);
}

bool ps_chat_prompt_add(PsDraft *draft,
                        const PeChat *chat,
                        const PsIngest *ingest,
                        const cJSON *body,
                        GError **error)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *message;
    const int n = cJSON_GetArraySize(messages);
    if (!cJSON_IsArray(messages) || n == 0 || n > MESSAGES_MOST)
        return ps_fail(error, PS_ERROR_DATA, "messages has to be a list of 1 to %d",
                       MESSAGES_MOST);
    if (!ps_draft_add_text(draft, chat->beginning, true, error)) return false;
    cJSON_ArrayForEach(
        message, messages) if (!add_message(draft, chat, ingest, message, error)) return false;
    return ps_draft_add_text(draft, chat->before_answer, true, error);
}

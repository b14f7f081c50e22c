#include "serve/chat_prompt.h"

#include "adapters/shared/turns.h"
#include "harness/error.h"

#include <string.h>

#define MESSAGES_MOST 1000

static bool role_of(const cJSON *message, PsRole *role, GError **error)
{
    static const struct {
        const char *name;
        PsRole role;
    } roles[] = {{"user", PS_ROLE_USER},
                 {"system", PS_ROLE_SYSTEM},
                 {"developer", PS_ROLE_SYSTEM},
                 {"assistant", PS_ROLE_ASSISTANT}};
    const char *name = ps_json_string(message, "role");
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(roles); i++)
        if (strcmp(name, roles[i].name) == 0) return *role = roles[i].role, true;
    return ps_fail(error, PS_ERROR_DATA,
                   "a message's role is not user, system, developer or assistant");
}

static bool
add_message(PsTurns *turns, const PsIngest *ingest, const cJSON *message, GError **error)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content");
    PsRole role = PS_ROLE_USER;
    return role_of(message, &role, error) && ps_turns_open(turns, role, error)
           && ps_content_add(turns->draft, ingest, content, error)
           && ps_turns_close(turns, role, error);
}

bool ps_chat_prompt_add(PsDraft *draft,
                        const PeChat *chat,
                        const PsIngest *ingest,
                        const cJSON *body,
                        GError **error)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *message;
    const int n = cJSON_GetArraySize(messages);
    PsTurns turns = {.draft = draft, .chat = chat};
    if (!cJSON_IsArray(messages) || n == 0 || n > MESSAGES_MOST)
        return ps_fail(error, PS_ERROR_DATA, "messages has to be a list of 1 to %d",
                       MESSAGES_MOST);
    cJSON_ArrayForEach(message,
                       messages) if (!add_message(&turns, ingest, message, error)) return false;
    return ps_turns_answer(&turns, error);
}

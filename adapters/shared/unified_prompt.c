// A request as what a user says to the model.
#include "adapters/shared/turns.h"
#include "adapters/shared/unified_private.h"

static bool add_part(PsDraft *draft,
                     const PsPart *part,
                     const PsMedia *media,
                     const PsPartNote *note,
                     GError **error)
{
    if (part->kind == PS_PART_TEXT)
        return ps_draft_add_text(draft, part->text, false, error)
               && ps_draft_add_text(draft, "\n", true, error);
    if (note != NULL && note->caption != NULL
        && !ps_draft_add_text(draft, note->caption, false, error))
        return false;
    return ps_draft_add_media(draft, part->kind, media, error);
}

static bool add_parts(PsDraft *draft, const PsRequest *request, GError **error)
{
    if (request->prompt != NULL
        && (!ps_draft_add_text(draft, request->prompt, false, error)
            || !ps_draft_add_text(draft, "\n", true, error)))
        return false;
    for (size_t i = 0; i < request->n_parts; i++)
        if (!add_part(draft, &request->parts[i], request->media[i],
                      request->notes != NULL ? &request->notes[i] : NULL, error))
            return false;
    return true;
}

bool ps_unified_prompt_add(PsDraft *draft,
                           const PeChat *chat,
                           const PsRequest *request,
                           GError **error)
{
    PsTurns turns = {.draft = draft, .chat = chat};
    return ps_turns_open(&turns, PS_ROLE_USER, error) && add_parts(draft, request, error)
           && ps_turns_close(&turns, PS_ROLE_USER, error) && ps_turns_answer(&turns, error);
}

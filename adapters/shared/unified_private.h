// What the sources of unified.h share.
#pragma once

#include "adapters/shared/draft.h"
#include "adapters/shared/unified.h"

struct PsUnified {
    gint n_refs;
    char *spec, *path;
    PeModel *model;
    PeSenses *senses;
    PeSensesCache *cache;
    const PeChat *chat;
};

struct PsUnifiedWorker {
    PsUnified *unified;
    PeSession *session;
    PeSensesWork *senses;               // NULL: text alone
    size_t n_positions;                 // of a sequence
    size_t session_bytes, senses_bytes; // that the two hold
};

// Adds the request to draft, up to where the answer begins. PS_ERROR_DATA.
bool ps_unified_prompt_add(PsDraft *draft,
                           const PeChat *chat,
                           const PsRequest *request,
                           GError **error);

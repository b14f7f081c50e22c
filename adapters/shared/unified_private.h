// What unified.c and unified_answer.c share.
#pragma once

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

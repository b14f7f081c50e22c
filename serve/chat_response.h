// What a client gets: chat.completion, and the chunks of a stream.
#pragma once

#include "serve/chat_request.h"

// An answer that is being written.
typedef struct {
    PsJob *job;
    const PeVocabulary *vocabulary;
    const char *model; // as it is called
    PsChatWishes wishes;
    char *id;
    int64_t created_s;
    bool has_begun, has_ended; // of a stream: the role was sent, everything was
} PsChatAnswer;

// Waits for the whole answer. The caller's JSON; NULL with the job's problem as PS_ERROR_DATA.
char *ps_chat_answer_whole(PsChatAnswer *answer, GError **error);

// The next piece of the stream, "data: …\n\n", waited for; NULL at its end. The caller's.
char *ps_chat_answer_next(PsChatAnswer *answer);

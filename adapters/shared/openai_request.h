// The body of a chat completions request.
#pragma once

#include "harness/adapter.h"

// What all bodies of a run have in common: what comes before and after the content.
typedef struct {
    char *head; // {"model":…,"messages":[{"role":"user","content":
    char *tail; // }],"temperature":…}
} PsOpenaiFrame;

void ps_openai_frame_init(PsOpenaiFrame *frame, const PsSystem *system);
void ps_openai_frame_clear(PsOpenaiFrame *frame);

// Appends the body for request: the prompt, then the parts in their order, each behind its
// caption if it has one. Pictures that are not PNG, JPEG, WebP or GIF go as PNG, recordings
// that are not WAV or MP3 as WAV. False with PS_ERROR_DATA if a part cannot be sent; out then
// holds half a body.
bool ps_openai_append_body(GString *out,
                           const PsOpenaiFrame *frame,
                           const PsRequest *request,
                           GError **error);

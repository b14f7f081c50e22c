// How a model wants a chat written. A chat template is a program (Jinja) that is not run here:
// its family is recognised by the marks it writes.
//
//     <|im_start|>user\nWhat is this?<|im_end|>\n<|im_start|>assistant\n          (ChatML)
//
// Marks hold control tokens; what stands between them is text, in which none are looked for.
#pragma once

#include "engine/model.h"

#include <stdbool.h>

typedef struct {
    const char *name;      // "chatml"
    const char *beginning; // of the whole
    const char *before_user, *after_user;
    const char *before_system, *after_system;
    const char *before_answer, *after_answer;
    const char *before_text;  // of a message, behind its mark, unless it starts with a picture
    bool system_opens_a_user; // a system's text stands inside the turn of the user behind it
} PeChat;

// "chatml", "smolvlm", "llama-3", "mistral", "plain" (which writes nothing around a text); NULL
// if there is none called so.
const PeChat *pe_chat_find(const char *name);

// The family of the model's template; NULL with an error that shows its beginning if it is none
// of these, "plain" if the model has no template.
const PeChat *pe_chat_of(const PeModel *model, PeError *error);

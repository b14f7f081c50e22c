// Media and texts of the harness as the engine takes them.
#pragma once

#include "engine/engine.h"
#include "harness/media.h"

// An error of the engine as one of ours, "where: message", or where is NULL if the message
// names it.
bool ps_engine_fail(GError **error, int code, const char *where, const PeError *problem);

// A decoded picture, whose 1 or 3 bands become RGB; its pixels are the caller's (g_free).
// PS_ERROR_DATA: it cannot be decoded.
bool ps_engine_picture(const PsMedia *media, PePicture *picture, GError **error);
// A decoded recording, mixed down to mono at 16 kHz and clipped to [-1, 1]; the caller's.
PsAudio *ps_engine_sound(const PsMedia *media, GError **error);

// Adds a picture or a recording to the prompt. PS_ERROR_DATA: it cannot be decoded, or the
// encoders do not take it.
bool ps_engine_add_picture(PeSensesWork *work,
                           const PsMedia *media,
                           PePrompt *prompt,
                           GError **error);
bool ps_engine_add_sound(PeSensesWork *work,
                         const PsMedia *media,
                         PePrompt *prompt,
                         GError **error);

// Adds text, in which control tokens are looked for only if with_control.
bool ps_engine_add_text(const PeModel *model,
                        const char *text,
                        size_t length,
                        bool with_control,
                        PePrompt *prompt,
                        GError **error);

// What an opened PeSenses consists of (inside the senses).
#pragma once

#include "engine/audio.h"
#include "engine/senses.h"
#include "engine/vision.h"

struct PeSenses {
    PeGguf *gguf;
    const PeModel *model; // borrowed
    bool has_vision, has_audio;
    PeVision vision;
    PeAudio audio;
    // The tokens around pictures.
    int32_t fake, global, line, blank_line;
    // And around sound; nothing for ultravox.
    PeTokens audio_start, audio_end;
};

// <row_R_col_C>, counted from 0. False if the vocabulary has none.
bool pe_senses_tile_token(
    const PeSenses *senses, size_t row, size_t column, int32_t *token, PeError *error);

// The tokens of the time of a frame.
bool pe_senses_time_tokens(const PeSenses *senses,
                           double time_s,
                           PeTokens *tokens,
                           PeError *error);

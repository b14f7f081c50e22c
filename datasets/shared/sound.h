// A capture condition of sound: decode, change, deliver as WAV at the recording's own rate.
#pragma once

#include "harness/media.h"
#include "harness/rng.h"

// Changes audio in place; draws what it needs from rng.
typedef void (*PsSoundChange)(PsAudio *audio, double amount, PsRng *rng);

// Errors as PsCondition's apply. Frames beyond full scale are clipped.
PsMedia *ps_sound_apply(
    const PsMedia *media, PsSoundChange change, double amount, guint64 seed, GError **error);

// The same for what a codec leaves of a recording (harness/media.h).
PsMedia *
ps_sound_recode(const PsMedia *media, const PsAudioCodec *codec, int n_passes, GError **error);

// Turns the whole recording down until it fits full scale, as a recorder's gain control would.
void ps_sound_fit(PsAudio *audio);

// The largest absolute value.
float ps_sound_peak(const PsAudio *audio);

// Clipping: the input is set too high. The recording is turned up until its peak lies `amount`
// decibels above full scale, and cut off there.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

#include <math.h>

static void change(PsAudio *audio, double decibels, PsRng *rng)
{
    (void)rng; // nothing is drawn
    const float peak = ps_sound_peak(audio);
    if (peak == 0) return;
    const float gain = (float)pow(10, decibels / 20) / peak;
    for (size_t i = 0; i < audio->n_frames; i++)
        audio->frames[i] = CLAMP(gain * audio->frames[i], -1.0f, 1.0f);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_sound_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_clipping = {
    .name = "clipping",
    .summary =
        "recorded too loud: turned up until the peak is this far above full scale, and cut off "
        "there; delivered as WAV at the recording's own rate",
    .unit = "dB",
    .kind = PS_PART_AUDIO,
    .least = 0,
    .most = 60,
    .severities = {3, 6, 12, 18, 24},
    .apply = apply,
};

#include "datasets/shared/sound.h"

#include <math.h>

PsMedia *ps_sound_apply(
    const PsMedia *media, PsSoundChange change, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsAudio) audio = ps_audio_decode(media, 0, error);
    if (audio == NULL) return NULL;
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    change(audio, amount, &rng);
    return ps_audio_encode(audio, "audio/wav", error);
}

PsMedia *
ps_sound_recode(const PsMedia *media, const PsAudioCodec *codec, int n_passes, GError **error)
{
    g_autoptr(PsAudio) audio = ps_audio_decode(media, 0, error);
    g_autoptr(PsAudio) left =
        audio != NULL ? ps_audio_recode(audio, codec, n_passes, error) : NULL;
    return left != NULL ? ps_audio_encode(left, "audio/wav", error) : NULL;
}

float ps_sound_peak(const PsAudio *audio)
{
    float peak = 0;
    for (size_t i = 0; i < audio->n_frames; i++)
        peak = fmaxf(peak, fabsf(audio->frames[i]));
    return peak;
}

void ps_sound_fit(PsAudio *audio)
{
    const float peak = ps_sound_peak(audio);
    if (peak <= 1) return;
    for (size_t i = 0; i < audio->n_frames; i++)
        audio->frames[i] /= peak;
}

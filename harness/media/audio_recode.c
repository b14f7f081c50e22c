// What a lossy codec leaves of a recording: resample → encode → decode, as often as asked → the
// rate and length of before. Resampling goes through 16-bit WAV, which is what such lines
// carry.
#include "harness/media/codec.h"

#include <string.h>

static PsAudio *resampled(const PsAudio *audio, int rate_hz, GError **error)
{
    g_autoptr(PsMedia) wav = ps_ffmpeg_encode(audio, "audio/wav", error);
    return wav != NULL ? ps_ffmpeg_decode(wav, rate_hz, error) : NULL;
}

// Takes the place of *audio. False: error is set.
static bool pass(PsAudio **audio, const PsAudioCodec *codec, GError **error)
{
    g_autoptr(PsMedia) coded =
        ps_ffmpeg_encode_at(*audio, codec->type, codec->bits_per_second, error);
    PsAudio *decoded = coded != NULL ? ps_ffmpeg_decode(coded, codec->rate_hz, error) : NULL;
    if (decoded == NULL) return false;
    ps_audio_free(*audio);
    *audio = decoded;
    return true;
}

// Encoders fill up their last frame, and some need silence in front of their first.
static PsAudio *cut_to(const PsAudio *audio, size_t n_frames)
{
    PsAudio *cut = ps_audio_new(audio->rate_hz, n_frames);
    const size_t n = MIN(n_frames, audio->n_frames);
    memcpy(cut->frames, audio->frames, n * sizeof *cut->frames);
    memset(cut->frames + n, 0, (n_frames - n) * sizeof *cut->frames);
    return cut;
}

PsAudio *ps_ffmpeg_recode_audio(const PsAudio *audio,
                                const PsAudioCodec *codec,
                                int n_passes,
                                GError **error)
{
    g_autoptr(PsAudio) now = resampled(audio, codec->rate_hz, error);
    for (int i = 0; now != NULL && i < n_passes; i++)
        if (!pass(&now, codec, error)) return NULL;
    g_autoptr(PsAudio) back = now != NULL ? resampled(now, audio->rate_hz, error) : NULL;
    return back != NULL ? cut_to(back, audio->n_frames) : NULL;
}

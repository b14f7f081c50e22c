#include "adapters/shared/engine_media.h"

#include <criterion/criterion.h>
#include <math.h>

// A second of a square wave at full scale.
static PsMedia *loud(int rate_hz)
{
    g_autoptr(PsAudio) audio = ps_audio_new(rate_hz, (size_t)rate_hz);
    for (size_t i = 0; i < audio->n_frames; i++)
        audio->frames[i] = i / 50 % 2 == 0 ? 1 : -1;
    PsMedia *media = ps_audio_encode(audio, "audio/wav", NULL);
    cr_assert_not_null(media);
    return media;
}

Test(engine_media, a_recording_at_full_scale_stays_within_it)
{
    static const int rates_hz[] = {8000, 16000, 44100, 48000};
    for (size_t r = 0; r < G_N_ELEMENTS(rates_hz); r++) {
        g_autoptr(PsMedia) media = loud(rates_hz[r]);
        g_autoptr(PsAudio) audio = ps_engine_sound(media, NULL);
        float peak = 0;
        cr_assert_not_null(audio);
        for (size_t i = 0; i < audio->n_frames; i++)
            peak = fmaxf(peak, fabsf(audio->frames[i]));
        cr_expect(peak > 0.9F && peak <= 1, "%d Hz: %g", rates_hz[r], (double)peak);
    }
}

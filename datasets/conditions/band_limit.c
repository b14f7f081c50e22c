// Band limit: the line or the microphone carries no more than `amount` hertz. A low-pass of 255
// taps with linear phase (a sinc under a Blackman window): half the amplitude at that
// frequency, 74 dB down beyond another 2 % of the sampling rate. The sampling rate stays.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

#include <math.h>
#include <string.h>

enum { REACH = 127, N_TAPS = 2 * REACH + 1 };

static void taps_fill(double share, float taps[N_TAPS])
{
    double sum = 0;
    for (int i = -REACH; i <= REACH; i++) {
        const double sinc = i == 0 ? 2 * share : sin(2 * G_PI * share * i) / (G_PI * i);
        const double at = G_PI * i / (REACH + 1);
        const double window = 0.42 + 0.5 * cos(at) + 0.08 * cos(2 * at);
        taps[i + REACH] = (float)(sinc * window);
        sum += sinc * window;
    }
    for (int i = 0; i < N_TAPS; i++)
        taps[i] /= (float)sum;
}

static void change(PsAudio *audio, double hz, PsRng *rng)
{
    (void)rng; // nothing is drawn
    const double share = hz / audio->rate_hz;
    if (share >= 0.5) return;
    float taps[N_TAPS];
    taps_fill(share, taps);
    const size_t n = audio->n_frames;
    g_autofree float *padded = g_new0(float, n + N_TAPS);
    memcpy(padded + REACH, audio->frames, n * sizeof *padded);
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (int tap = 0; tap < N_TAPS; tap++)
            sum += taps[tap] * padded[i + (size_t)tap];
        audio->frames[i] = sum;
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_sound_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_band_limit = {
    .name = "band_limit",
    .summary =
        "a narrow line: nothing above this frequency gets through (255 taps, linear phase); "
        "delivered as WAV at the recording's own rate",
    .unit = "Hz",
    .kind = PS_PART_AUDIO,
    .least = 100,
    .most = 24000,
    .severities = {8000, 5000, 3400, 2000, 1000},
    .apply = apply,
};

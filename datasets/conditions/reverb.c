// Reverb: a bare room, the speaker away from the microphone. Schroeder's reverberator (1962):
// four combs side by side whose echoes fall by 60 dB in `amount` seconds, then two all-passes;
// added to the direct sound at half of its level. The end of the tail is cut off with the
// recording.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

#include <math.h>

#define WET 0.5f
#define ALL_PASS_GAIN 0.7f

// Delays in seconds that share no small factor, so that echoes do not fall together.
static const double comb_delays_s[] = {0.0297, 0.0371, 0.0411, 0.0437};
static const double all_pass_delays_s[] = {0.005, 0.0017};

static size_t delay_frames(double seconds, int rate_hz)
{
    return MAX((size_t)(seconds * rate_hz), 1);
}

// Adds a quarter of the comb's echoes to `to`: from[i - delay] + gain · from[i - 2 delay] + …
static void comb_add(const PsAudio *audio, double delay_s, double rt60_s, float *to)
{
    const size_t delay = delay_frames(delay_s, audio->rate_hz), n = audio->n_frames;
    const float gain = (float)pow(10, -3 * delay_s / rt60_s);
    g_autofree float *echo = g_new0(float, n);
    for (size_t i = delay; i < n; i++) {
        echo[i] = audio->frames[i - delay] + gain * echo[i - delay];
        to[i] += echo[i] / G_N_ELEMENTS(comb_delays_s);
    }
}

static void all_pass(float *frames, size_t n, size_t delay)
{
    g_autofree float *before = g_memdup2(frames, n * sizeof *frames);
    for (size_t i = 0; i < n; i++) {
        const float in = i >= delay ? before[i - delay] : 0;
        const float out = i >= delay ? frames[i - delay] : 0;
        frames[i] = in + ALL_PASS_GAIN * (out - before[i]);
    }
}

static void change(PsAudio *audio, double rt60_s, PsRng *rng)
{
    (void)rng; // nothing is drawn
    if (audio->n_frames == 0) return;
    g_autofree float *tail = g_new0(float, audio->n_frames);
    for (size_t i = 0; i < G_N_ELEMENTS(comb_delays_s); i++)
        comb_add(audio, comb_delays_s[i], rt60_s, tail);
    for (size_t i = 0; i < G_N_ELEMENTS(all_pass_delays_s); i++)
        all_pass(tail, audio->n_frames, delay_frames(all_pass_delays_s[i], audio->rate_hz));
    for (size_t i = 0; i < audio->n_frames; i++)
        audio->frames[i] += WET * tail[i];
    ps_sound_fit(audio);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_sound_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_reverb = {
    .name = "reverb",
    .summary = "a bare room: echoes that fall by 60 dB in this time (Schroeder 1962), at half "
               "the direct "
               "sound's level; delivered as WAV at the recording's own rate",
    .unit = "s",
    .kind = PS_PART_AUDIO,
    .least = 0.1,
    .most = 10,
    .severities = {0.2, 0.4, 0.8, 1.5, 3},
    .apply = apply,
};

// SNR: noise around the speaker or in the line. White Gaussian noise is added so that the
// recording's active speech lies `amount` dB above it; power of the noise over the whole band,
// up to half the sampling rate. White rather than babble: its power in a band follows from one
// number, and it brings no words that a recogniser could pick up.
//
// The active level follows the idea of ITU-T P.56 (method B): speech is what lies less than
// 15.9 dB below the mean power of the speech. Here on frames of 20 ms instead of an envelope
// with hangover: pauses do not count, so a recording with a long silence gets no less noise.
//
// If the sum exceeds full scale, the whole recording is turned down until it fits, as a
// recorder's gain control would: clipping would be another condition.
#include "datasets/shared/gaussian.h"
#include "datasets/shared/sound.h"
#include "harness/condition.h"
#include "harness/error.h"

#include <math.h>
#include <stdlib.h>

#define FRAME_S 0.02
#define MARGIN_DB 15.9

static int compare_descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// The mean power of each piece of 20 ms (a last shorter one is left out unless it is the only
// one).
static GArray *piece_powers(const PsAudio *audio)
{
    size_t length = MAX((size_t)(FRAME_S * audio->rate_hz), 1);
    length = MIN(length, audio->n_frames);
    GArray *powers = g_array_new(FALSE, FALSE, sizeof(double));
    for (size_t first = 0; first + length <= audio->n_frames; first += length) {
        double sum = 0;
        for (size_t i = 0; i < length; i++)
            sum += (double)audio->frames[first + i] * audio->frames[first + i];
        double power = sum / (double)length;
        g_array_append_val(powers, power);
    }
    return powers;
}

// The mean power of the active pieces: the loudest ones, taken until the next lies more than
// the margin below the mean of those taken.
static double active_power(const PsAudio *audio)
{
    g_autoptr(GArray) powers = piece_powers(audio);
    qsort(powers->data, powers->len, sizeof(double), compare_descending);
    double least = pow(10, -MARGIN_DB / 10), sum = 0;
    for (guint i = 0; i < powers->len; i++) {
        double power = g_array_index(powers, double, i);
        if (i > 0 && power < least * sum / i) return sum / i;
        sum += power;
    }
    return powers->len > 0 ? sum / powers->len : 0;
}

static void add_noise(PsAudio *audio, double sigma, guint64 seed)
{
    PsRng rng;
    ps_rng_init(&rng, seed, 0);
    float noise[4096];
    for (size_t first = 0; first < audio->n_frames; first += G_N_ELEMENTS(noise)) {
        size_t n = MIN(G_N_ELEMENTS(noise), audio->n_frames - first);
        ps_gaussian_fill(&rng, sigma, noise, n);
        for (size_t i = 0; i < n; i++)
            audio->frames[first + i] += noise[i];
    }
    ps_sound_fit(audio);
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    g_autoptr(PsAudio) audio = ps_audio_decode(media, 0, error);
    if (audio == NULL) return NULL;
    double power = active_power(audio);
    if (!(power > 0))
        return ps_fail_null(error, PS_ERROR_DATA, "the recording is silent: it has no SNR");
    add_noise(audio, sqrt(power / pow(10, amount / 10)), seed);
    return ps_audio_encode(audio, "audio/wav", error);
}

const PsCondition ps_condition_snr = {
    .name = "snr",
    .summary = "background noise: white Gaussian noise this far below the active speech; "
               "delivered as WAV at the recording's own rate",
    .unit = "dB",
    .kind = PS_PART_AUDIO,
    .least = -20,
    .most = 80,
    .severities = {30, 20, 10, 5, 0},
    .apply = apply,
};

// Packet loss: a call over a bad network. Each packet of 20 ms is lost with a chance of
// `amount` percent, independently, and silence is played in its place.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

#include <string.h>

#define PACKET_S 0.02

static void change(PsAudio *audio, double percent, PsRng *rng)
{
    const size_t length = MAX((size_t)(PACKET_S * audio->rate_hz), 1);
    for (size_t first = 0; first < audio->n_frames; first += length) {
        const size_t n = MIN(length, audio->n_frames - first);
        if (100 * ps_rng_uniform(rng) < percent)
            memset(audio->frames + first, 0, n * sizeof *audio->frames);
    }
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    return ps_sound_apply(media, change, amount, seed, error);
}

const PsCondition ps_condition_packet_loss = {
    .name = "packet_loss",
    .summary =
        "a bad network: each packet of 20 ms is lost with this chance and silence played "
        "in its place; delivered as WAV at the recording's own rate",
    .unit = "%",
    .kind = PS_PART_AUDIO,
    .least = 0,
    .most = 100,
    .severities = {1, 3, 8, 15, 30},
    .apply = apply,
};

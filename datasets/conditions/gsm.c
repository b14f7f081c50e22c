// GSM: a mobile call of the second generation. Full-rate GSM 06.10 (13.2 kbit/s, 8 kHz), and
// `amount` times in a row: every network and every archive on the way decodes and encodes anew.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed; // nothing is drawn
    const PsAudioCodec gsm = {.type = "audio/GSM", .rate_hz = 8000};
    return ps_sound_recode(media, &gsm, (int)amount, error);
}

const PsCondition ps_condition_gsm = {
    .name = "gsm",
    .summary = "a mobile call: GSM 06.10 at 8 kHz, encoded and decoded this many times; "
               "delivered as WAV at the recording's own rate",
    .unit = "times",
    .kind = PS_PART_AUDIO,
    .least = 1,
    .most = 16,
    .severities = {1, 2, 3, 5, 8},
    .apply = apply,
};

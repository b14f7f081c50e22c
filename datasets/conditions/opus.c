// Opus: a call over the internet or a voice message, saved small. libopus at this rate, which
// gives up bandwidth first: below about 10 kbit/s nothing above 4 kHz is left.
#include "datasets/shared/sound.h"
#include "harness/condition.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed; // nothing is drawn
    const PsAudioCodec opus = {
        .type = "audio/ogg", .rate_hz = 48000, .bits_per_second = (int)(amount * 1000)};
    return ps_sound_recode(media, &opus, 1, error);
}

const PsCondition ps_condition_opus = {
    .name = "opus",
    .summary = "a voice message saved small: Opus at this rate; delivered as WAV at the "
               "recording's own rate",
    .unit = "kbit/s",
    .kind = PS_PART_AUDIO,
    .least = 6,
    .most = 256,
    .severities = {32, 16, 12, 8, 6},
    .apply = apply,
};

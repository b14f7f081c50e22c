// Bitrate: a video sent through a narrow line. Encoded again as H.264 (x264, preset veryfast,
// one thread) at this mean and greatest rate, with a buffer of one second. The sound is as it
// was and not counted. What a codec gives up at a low rate depends on the codec: this one is
// the most common.
#include "harness/condition.h"
#include "harness/video.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed;
    const PsVideoRecode how = {.bits_per_second = (int)(amount * 1000)};
    return ps_video_recode(media, &how, error);
}

const PsCondition ps_condition_bitrate = {
    .name = "bitrate",
    .summary = "a video at this rate of its pictures: H.264; delivered as MP4",
    .unit = "kbit/s",
    .kind = PS_PART_VIDEO,
    .least = 4,
    .most = 200000,
    .severities = {1000, 500, 250, 100, 40},
    .apply = apply,
};

// Frame rate: a camera that takes few pictures a second. Frames at this rate, each the last of
// the original's until then; a rate above the original's repeats frames. The sound is as it
// was.
#include "harness/condition.h"
#include "harness/video.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed;
    const PsVideoRecode how = {.rate_hz = amount};
    return ps_video_recode(media, &how, error);
}

const PsCondition ps_condition_frame_rate = {
    .name = "frame_rate",
    .summary = "a video of this many frames a second; delivered as MP4",
    .unit = "Hz",
    .kind = PS_PART_VIDEO,
    .least = 0.05,
    .most = 120,
    .severities = {10, 5, 2, 1, 0.5},
    .apply = apply,
};

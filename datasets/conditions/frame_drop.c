// Frame drop: a link or a recorder that cannot keep up. Each frame but the first gets lost with
// probability `amount` %, independent of the others, and the one before stays on in its place,
// as players and decoders do; times and sound are as they were. Real losses come in bursts; one
// number with a plain meaning was preferred.
#include "harness/condition.h"
#include "harness/rng.h"
#include "harness/video.h"

typedef struct {
    PsRng rng;
    double share;
} Loss;

static bool is_lost(size_t index, void *user_data)
{
    (void)index;
    Loss *loss = user_data;
    return ps_rng_uniform(&loss->rng) < loss->share;
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    Loss loss = {.share = amount / 100};
    ps_rng_init(&loss.rng, seed, 0);
    const PsVideoRecode how = {.is_lost = is_lost, .user_data = &loss};
    return ps_video_recode(media, &how, error);
}

const PsCondition ps_condition_frame_drop = {
    .name = "frame_drop",
    .summary =
        "lost frames of a video: this share of them, independent of each other, the frame "
        "before stays on; delivered as MP4",
    .unit = "%",
    .kind = PS_PART_VIDEO,
    .least = 0,
    .most = 100,
    .severities = {5, 10, 20, 40, 70},
    .apply = apply,
};

// Video blur: the camera is out of focus. Every frame is blurred as the condition `blur` blurs
// a picture, by a Gaussian of `amount` px.
#include "harness/condition.h"
#include "harness/video.h"

static PsImage *blur(PsImage *image, void *user_data, GError **error)
{
    const double *sigma_px = user_data;
    PsImage *blurred = ps_image_blur(image, *sigma_px, error);
    ps_image_free(image);
    return blurred;
}

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed;
    const PsVideoRecode how = {.change = blur, .user_data = &amount};
    return ps_video_recode(media, &how, error);
}

const PsCondition ps_condition_video_blur = {
    .name = "video_blur",
    .summary =
        "defocus of a video: Gaussian of this standard deviation on every frame; delivered "
        "as MP4",
    .unit = "px",
    .kind = PS_PART_VIDEO,
    .least = 0.5,
    .most = 50,
    .severities = {1, 1.5, 2.5, 4, 6},
    .apply = apply,
};

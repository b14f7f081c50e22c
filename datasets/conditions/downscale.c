// Downscale: a camera that takes fewer pixels, or an app that shrinks before sending. Both
// sides are divided by `amount` (Lanczos 3, no aliasing) and the smaller picture is delivered:
// it is not enlarged again, because no phone does that.
#include "harness/condition.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed; // nothing is drawn
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    PsImage *smaller = ps_image_resize(image, 1 / amount, error);
    return smaller != NULL ? ps_media_of_pixels(smaller) : NULL;
}

const PsCondition ps_condition_downscale = {
    .name = "downscale",
    .summary =
        "fewer pixels: both sides divided by this factor (Lanczos 3); the smaller picture "
        "is delivered as PNG",
    .unit = "times",
    .kind = PS_PART_IMAGE,
    .least = 1,
    .most = 32,
    .severities = {1.5, 2, 3, 4, 6},
    .apply = apply,
};

// JPEG: the camera or a messenger saved it small. Compressed once with the standard's tables
// scaled to quality `amount` as libjpeg does, colour halved in both directions (4:2:0); the
// JPEG itself is delivered, so a system sees what it would get.
#include "harness/condition.h"

#include <math.h>

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed; // nothing is drawn
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    return ps_image_encode(image, "image/jpeg", (int)lround(amount), error);
}

const PsCondition ps_condition_jpeg = {
    .name = "jpeg",
    .summary = "lossy compression: a JPEG of this quality (libjpeg's scale, rounded), 4:2:0",
    .unit = "quality",
    .kind = PS_PART_IMAGE,
    .least = 1,
    .most = 100,
    .severities = {60, 40, 25, 12, 5},
    .apply = apply,
};

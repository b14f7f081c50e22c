// Blur: the lens is out of focus or dirty. A Gaussian of standard deviation `amount` pixels is
// convolved with the picture as delivered (gamma-coded values, which is what a viewer's "blur"
// does; a lens blurs linear light, so bright strokes would grow a little more).
#include "harness/condition.h"

static PsMedia *apply(const PsMedia *media, double amount, guint64 seed, GError **error)
{
    (void)seed; // nothing is drawn
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    if (image == NULL) return NULL;
    PsImage *blurred = ps_image_blur(image, amount, error);
    return blurred != NULL ? ps_media_of_pixels(blurred) : NULL;
}

const PsCondition ps_condition_blur = {
    .name = "blur",
    .summary = "out of focus: Gaussian blur of this standard deviation; delivered as PNG",
    .unit = "px",
    .kind = PS_PART_IMAGE,
    .least = 0.5,
    .most = 50,
    .severities = {1, 1.5, 2.5, 4, 6},
    .apply = apply,
};

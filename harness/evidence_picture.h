// Pictures of what is no picture, for the evidence of a report.
#pragma once

#include "harness/series.h"
#include "harness/video.h"

#define PS_STRIP_FRAMES 4

// The frames of a clip beside each other, from left to right, all as high as the first, in at
// most width_px. NULL if a frame cannot be resized.
PsImage *ps_clip_picture(const PsClip *clip, int width_px, GError **error);

// A panel for each of the first channels of a series, one below the other: its range from
// bottom to top, for each column of pixels a stroke over the values that fall into it. Gaps are
// blank.
PsImage *ps_series_picture(const PsSeries *series);

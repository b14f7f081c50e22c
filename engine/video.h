// A video for a model that knows pictures: each frame is written as its time and the picture.
//
//     [00:07.5] <fake_token_around_image>…
#pragma once

#include <stddef.h>

#define PE_VIDEO_TIME_BYTES 32
#define PE_VIDEO_SECONDS_MOST 1e6

// Writes "[MM:SS.s] " for 0 ≤ time_s ≤ PE_VIDEO_SECONDS_MOST, minutes of two digits or more,
// to the nearest tenth. Returns its length.
size_t pe_video_time_print(double time_s, char text[PE_VIDEO_TIME_BYTES]);

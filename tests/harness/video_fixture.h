// Videos, documents and series made for tests, by the ffmpeg program and by hand.
#pragma once

#include "harness/series.h"
#include "harness/video.h"

// 6 s at 10 frames a second, 160 × 120: 2 s red, 1 s blue, 3 s green, with a tone of 440 Hz if
// with_sound. extension: "mp4", "webm", "avi", "mkv".
PsMedia *video_fixture(const char *extension, bool with_sound);

// A video that ffmpeg makes of the filter graph lavfi, as MP4.
PsMedia *video_fixture_of(const char *lavfi);

// 1 s, 160 × 120 as it is stored: the left half red, the right half blue; to be shown turned
// counter-clockwise by degrees.
PsMedia *turned_video_fixture(int degrees);

// A PDF of n_pages pages of 300 × 200 points, each with "Page N" on it.
PsMedia *document_fixture(int n_pages);

PsMedia *series_fixture(const char *csv);

// The colour in the middle of image, as 'r', 'g' or 'b': the strongest band.
char middle_colour(const PsImage *image);

// The first half of the bytes.
PsMedia *truncated(const PsMedia *media);

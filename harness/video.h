// Video: frames of it, picked and decoded, and the whole of it changed and encoded again.
// Thread-safe; PS_ERROR_UNAVAILABLE if the media module is not installed.
#pragma once

#include "harness/media.h"
#include "harness/sampling.h"

#define PS_VIDEO_MAX_FRAMES 200000 // of one video
#define PS_VIDEO_MAX_PIXELS                                                                    \
    64000000000.0                       // decoded of one video: 17 min of 1080p at 30 a second
#define PS_VIDEO_MAX_PICKED 256         // frames that stand for one video
#define PS_CLIP_MAX_PIXELS (128u << 20) // of these together; larger ones are reduced

typedef struct {
    double time_s; // from the start of the video
    PsImage *image;
} PsFrame;

// Frames that stand for a video, in the order of time.
typedef struct {
    size_t n_frames;
    PsFrame *frames; // [n_frames] ≥ 1
    double duration_s;
    size_t n_all; // frames that the video has
} PsClip;

// At most n_wanted (1 to PS_VIDEO_MAX_PICKED) frames of media, upright, reduced to at most
// max_pixels each (0: no limit). PS_ERROR_DATA if it is no video, holds no picture that can be
// decoded, or is beyond the bounds. What ends early is what was decoded until then.
PsClip *ps_video_sample(const PsMedia *media,
                        PsSampling sampling,
                        size_t n_wanted,
                        int64_t max_pixels,
                        GError **error);
void ps_clip_free(PsClip *clip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsClip, ps_clip_free)

// How a video is changed on its way through ps_video_recode.
typedef struct {
    double rate_hz;      // > 0: frames at this rate, each the last of the video's until then
    int bits_per_second; // > 0: of the picture; 0: next to no loss
    // Optional. Whether frame number index gets lost: the one before is shown on in its place.
    bool (*is_lost)(size_t index, void *user_data);
    // Optional. Takes ownership of image and returns what is shown instead; NULL: error is set.
    PsImage *(*change)(PsImage *image, void *user_data, GError **error);
    void *user_data;
} PsVideoRecode;

// The changed video as MP4 (H.264, 4:2:0, sides rounded down to even numbers), its sound as it
// was. A video is deterministic: the same input gives the same bytes. PS_ERROR_DATA as above.
PsMedia *ps_video_recode(const PsMedia *media, const PsVideoRecode *how, GError **error);

// What the media module gives: when the frames are shown, and how much each differs from the
// one before (NULL unless asked for). Times from packets alone where changes are not asked for.
typedef struct {
    size_t n_frames;
    double *times_s; // [n_frames] ascending from about 0
    double *changes; // [n_frames], 0 to 1; or NULL
    double duration_s;
} PsVideoSurvey;

PsVideoSurvey *ps_video_survey_new(void);
void ps_video_survey_free(PsVideoSurvey *survey);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsVideoSurvey, ps_video_survey_free)

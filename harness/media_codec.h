// The table that the module `proofsheet-media.so` exports as `ps_module_media`. Its functions
// keep the contracts of those that call them: harness/media.h, video.h, series.h.
#pragma once

#include "harness/series.h"
#include "harness/video.h"

typedef struct {
    // reduction: 1, 2, 4 or 8; sides are divided by it, or by less, where the file can be read
    // like that.
    PsImage *(*image_decode)(const PsMedia *media, int page, int reduction, GError **error);
    int (*image_n_pages)(const PsMedia *media, GError **error); // 0 with error
    bool (*image_size)(const PsMedia *media, int *width_px, int *height_px, GError **error);
    PsImage *(*image_blur)(const PsImage *image, double sigma_px, GError **error);
    PsImage *(*image_resize)(const PsImage *image, int width_px, int height_px, GError **error);
    PsMedia *(*image_encode)(const PsImage *image,
                             const char *type,
                             int quality,
                             GError **error);
    PsAudio *(*audio_decode)(const PsMedia *media, int rate_hz, GError **error);
    PsMedia *(*audio_encode)(const PsAudio *audio, const char *type, GError **error);
    PsAudio *(*audio_recode)(const PsAudio *audio,
                             const PsAudioCodec *codec,
                             int n_passes,
                             GError **error);
    PsVideoSurvey *(*video_survey)(const PsMedia *media, bool with_changes, GError **error);
    // The first frame at or after each of times_s[n_frames], which ascend; or the last there
    // is.
    PsClip *(*video_frames)(const PsMedia *media,
                            const double *times_s,
                            size_t n_frames,
                            int64_t max_pixels,
                            GError **error);
    PsMedia *(*video_recode)(const PsMedia *media, const PsVideoRecode *how, GError **error);
    // HDF5; called under ps_hdf5_lock.
    PsSeries *(*series_decode)(const PsMedia *media, GError **error);
    PsMedia *(*series_encode)(const PsSeries *series, GError **error);
} PsMediaCodec;

// The table; NULL with PS_ERROR_UNAVAILABLE if the module is not installed.
const PsMediaCodec *ps_media_codec(GError **error);

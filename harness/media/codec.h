// The parts of the media module: what module.c puts into the table `ps_module_media`. The
// functions keep the contracts of harness/media_codec.h; all are thread-safe.
#pragma once

#include "harness/error.h"
#include "harness/media_codec.h"

// Pictures, by libvips (image_vips.c).
PsImage *ps_vips_decode(const PsMedia *media, int page, int reduction, GError **error);
int ps_vips_n_pages(const PsMedia *media, GError **error);
bool ps_vips_size(const PsMedia *media, int *width_px, int *height_px, GError **error);
PsMedia *ps_vips_encode(const PsImage *image, const char *type, int quality, GError **error);

// Pixels, by ourselves (image_blur.c, image_resize.c).
PsImage *ps_pixels_blur(const PsImage *image, double sigma_px, GError **error);
PsImage *ps_pixels_resize(const PsImage *image, int width_px, int height_px, GError **error);

// Sound, by FFmpeg (audio_decode.c, audio_encode.c, audio_recode.c).
PsAudio *ps_ffmpeg_decode(const PsMedia *media, int rate_hz, GError **error);
PsMedia *ps_ffmpeg_encode(const PsAudio *audio, const char *type, GError **error);
PsMedia *ps_ffmpeg_encode_at(const PsAudio *audio,
                             const char *type,
                             int bits_per_second, // 0: the encoder's own
                             GError **error);
PsAudio *ps_ffmpeg_recode_audio(const PsAudio *audio,
                                const PsAudioCodec *codec,
                                int n_passes,
                                GError **error);

// Pictures that move, by FFmpeg (video_read.c, video_survey.c, video_recode.c).
PsVideoSurvey *ps_ffmpeg_survey(const PsMedia *media, bool with_changes, GError **error);
PsClip *ps_ffmpeg_frames(const PsMedia *media,
                         const double *times_s,
                         size_t n_frames,
                         int64_t max_pixels,
                         GError **error);
PsMedia *ps_ffmpeg_recode(const PsMedia *media, const PsVideoRecode *how, GError **error);

// Series in HDF5 (series_hdf5.c).
PsSeries *ps_hdf5_series_decode(const PsMedia *media, GError **error);
PsMedia *ps_hdf5_series_encode(const PsSeries *series, GError **error);

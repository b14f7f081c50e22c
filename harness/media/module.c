// The table of the loadable module `proofsheet-media.so` (harness/module.h).
#include "harness/media/codec.h"

#include <gmodule.h>

extern const PsMediaCodec ps_module_media;

G_MODULE_EXPORT const PsMediaCodec ps_module_media = {
    .image_decode = ps_vips_decode,
    .image_n_pages = ps_vips_n_pages,
    .image_size = ps_vips_size,
    .image_blur = ps_pixels_blur,
    .image_resize = ps_pixels_resize,
    .image_encode = ps_vips_encode,
    .audio_decode = ps_ffmpeg_decode,
    .audio_encode = ps_ffmpeg_encode,
    .audio_recode = ps_ffmpeg_recode_audio,
    .video_survey = ps_ffmpeg_survey,
    .video_frames = ps_ffmpeg_frames,
    .video_recode = ps_ffmpeg_recode,
    .series_decode = ps_hdf5_series_decode,
    .series_encode = ps_hdf5_series_encode,
};

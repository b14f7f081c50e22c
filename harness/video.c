#include "harness/video.h"

#include "harness/error.h"
#include "harness/media_codec.h"

void ps_clip_free(PsClip *clip)
{
    if (clip == NULL) return;
    for (size_t i = 0; i < clip->n_frames; i++)
        ps_image_free(clip->frames[i].image);
    g_free(clip->frames);
    g_free(clip);
}

PsVideoSurvey *ps_video_survey_new(void)
{
    return g_new0(PsVideoSurvey, 1);
}

void ps_video_survey_free(PsVideoSurvey *survey)
{
    if (survey == NULL) return;
    g_free(survey->times_s);
    g_free(survey->changes);
    g_free(survey);
}

PsClip *ps_video_sample(const PsMedia *media,
                        PsSampling sampling,
                        size_t n_wanted,
                        int64_t max_pixels,
                        GError **error)
{
    g_assert(n_wanted >= 1 && n_wanted <= PS_VIDEO_MAX_PICKED);
    const PsMediaCodec *codec = ps_media_codec(error);
    if (codec == NULL) return NULL;
    g_autoptr(PsVideoSurvey) survey =
        codec->video_survey(media, ps_sampling_needs_changes(sampling), error);
    if (survey == NULL) return NULL;
    size_t picked[PS_VIDEO_MAX_PICKED];
    double times_s[PS_VIDEO_MAX_PICKED];
    size_t n_picked = ps_sampling_pick(sampling, survey->times_s, survey->changes,
                                       survey->n_frames, survey->duration_s, n_wanted, picked);
    for (size_t i = 0; i < n_picked; i++)
        times_s[i] = survey->times_s[picked[i]];
    int64_t share = PS_CLIP_MAX_PIXELS / (int64_t)MAX(n_picked, 1);
    if (max_pixels <= 0 || max_pixels > share) max_pixels = share;
    PsClip *clip = codec->video_frames(media, times_s, n_picked, max_pixels, error);
    if (clip == NULL) return NULL;
    clip->duration_s = survey->duration_s;
    clip->n_all = survey->n_frames;
    return clip;
}

PsMedia *ps_video_recode(const PsMedia *media, const PsVideoRecode *how, GError **error)
{
    const PsMediaCodec *codec = ps_media_codec(error);
    return codec != NULL ? codec->video_recode(media, how, error) : NULL;
}

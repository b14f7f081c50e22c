// When the frames of a video are shown, how much they differ, and the pictures at given times.
#include "harness/error.h"
#include "harness/media/codec.h"
#include "harness/media/video_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Frames are compared as grey pictures of this many pixels a side: small against noise and
// against movement of the camera by a pixel or two.
#define THUMB_PX 16
#define THUMB_PIXELS (THUMB_PX * THUMB_PX)

static PsVideoSurvey *take_survey(GArray *times, GArray *changes, double rate_hz)
{
    PsVideoSurvey *survey = ps_video_survey_new();
    survey->n_frames = times->len;
    double first = g_array_index(times, double, 0);
    double last = g_array_index(times, double, times->len - 1);
    double gap_s = times->len > 1 ? (last - first) / (times->len - 1) : 1 / rate_hz;
    survey->duration_s = last + gap_s;
    survey->times_s = g_array_steal(times, NULL);
    if (changes != NULL) survey->changes = g_array_steal(changes, NULL);
    return survey;
}

static PsVideoSurvey *no_picture(const PsMedia *media, GError **error)
{
    return ps_fail_null(error, PS_ERROR_DATA,
                        "the video (%s, %zu bytes) holds no picture that can be decoded",
                        media->type, g_bytes_get_size(media->bytes));
}

static PsVideoSurvey *too_long(GError **error)
{
    return ps_fail_null(error, PS_ERROR_DATA, "the video is too long: more than %d pictures",
                        PS_VIDEO_MAX_FRAMES);
}

// ---- by decoding

typedef struct {
    struct SwsContext *sws;
    uint8_t before[THUMB_PIXELS], now[THUMB_PIXELS];
} Thumbs;

static void thumbs_clear(Thumbs *thumbs)
{
    sws_freeContext(thumbs->sws);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Thumbs, thumbs_clear)

static bool shrink(Thumbs *thumbs, const AVFrame *frame)
{
    thumbs->sws =
        sws_getCachedContext(thumbs->sws, frame->width, frame->height, frame->format, THUMB_PX,
                             THUMB_PX, AV_PIX_FMT_GRAY8, SWS_AREA, NULL, NULL, NULL);
    uint8_t *planes[4] = {thumbs->now};
    int strides[4] = {THUMB_PX};
    return thumbs->sws != NULL
           && sws_scale(thumbs->sws, (const uint8_t *const *)frame->data, frame->linesize, 0,
                        frame->height, planes, strides)
                  == THUMB_PX;
}

static double change_of(const Thumbs *thumbs)
{
    int sum = 0;
    for (int i = 0; i < THUMB_PIXELS; i++)
        sum += abs(thumbs->now[i] - thumbs->before[i]);
    return sum / (255.0 * THUMB_PIXELS);
}

static PsVideoSurvey *survey_pictures(const PsMedia *media, GError **error)
{
    g_auto(VideoReader) reader = {0};
    if (!video_reader_open(&reader, media, error)) return NULL;
    g_autoptr(GArray) times = g_array_new(false, false, sizeof(double));
    g_autoptr(GArray) changes = g_array_new(false, false, sizeof(double));
    g_auto(Thumbs) thumbs = {0};
    while (video_reader_next(&reader)) {
        if (!shrink(&thumbs, reader.frame)) continue;
        double change = times->len > 0 ? change_of(&thumbs) : 0;
        g_array_append_val(times, reader.time_s);
        g_array_append_val(changes, change);
        memcpy(thumbs.before, thumbs.now, sizeof thumbs.now);
    }
    if (reader.problem != NULL) return too_long(error);
    return times->len > 0 ? take_survey(times, changes, reader.rate_hz)
                          : no_picture(media, error);
}

// ---- by packets

static int compare_times(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static PsVideoSurvey *survey_packets(const PsMedia *media, GError **error)
{
    g_auto(VideoReader) reader = {0};
    if (!video_reader_open(&reader, media, error)) return NULL;
    const Demuxer *demuxer = &reader.demuxer;
    double unit_s = av_q2d(demuxer->format->streams[demuxer->stream]->time_base);
    int64_t start = video_reader_start(&reader);
    g_autoptr(GArray) times = g_array_new(false, false, sizeof(double));
    while (times->len <= PS_VIDEO_MAX_FRAMES
           && av_read_frame(demuxer->format, reader.packet) >= 0) {
        int64_t stamp =
            reader.packet->pts != AV_NOPTS_VALUE ? reader.packet->pts : reader.packet->dts;
        double time_s = stamp != AV_NOPTS_VALUE ? (double)(stamp - start) * unit_s
                                                : times->len / reader.rate_hz;
        if (reader.packet->stream_index == demuxer->stream) g_array_append_val(times, time_s);
        av_packet_unref(reader.packet);
    }
    if (times->len > PS_VIDEO_MAX_FRAMES) return too_long(error);
    if (times->len == 0) return no_picture(media, error);
    qsort(times->data, times->len, sizeof(double), compare_times);
    return take_survey(times, NULL, reader.rate_hz);
}

PsVideoSurvey *ps_ffmpeg_survey(const PsMedia *media, bool with_changes, GError **error)
{
    return with_changes ? survey_pictures(media, error) : survey_packets(media, error);
}

// ---- pictures

static bool add_frame(PsClip *clip, VideoReader *reader, int64_t max_pixels)
{
    PsImage *image = video_reader_image(reader, max_pixels);
    if (image == NULL) return false;
    clip->frames[clip->n_frames++] = (PsFrame){reader->time_s, image};
    return true;
}

// A picture counts from half a millisecond before its time on: times are rounded in containers.
static bool is_due(const PsClip *clip, const double *times_s, const VideoReader *reader)
{
    return reader->time_s >= times_s[clip->n_frames] - 0.0005;
}

PsClip *ps_ffmpeg_frames(const PsMedia *media,
                         const double *times_s,
                         size_t n_frames,
                         int64_t max_pixels,
                         GError **error)
{
    g_auto(VideoReader) reader = {0};
    if (!video_reader_open(&reader, media, error)) return NULL;
    g_autoptr(PsClip) clip = g_new0(PsClip, 1);
    clip->frames = g_new0(PsFrame, n_frames);
    while (clip->n_frames < n_frames && video_reader_next(&reader))
        if (is_due(clip, times_s, &reader)) add_frame(clip, &reader, max_pixels);
    if (reader.problem != NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "the video is too long");
    if (clip->n_frames == 0) return no_picture(media, error), NULL;
    return g_steal_pointer(&clip);
}

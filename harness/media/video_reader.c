#include "harness/media/video_reader.h"

#include "harness/error.h"

#include <libavutil/display.h>
#include <math.h>

#define PACKETS_MOST 20000000 // a file of nothing but empty packets ends too
#define RATE_UNKNOWN_HZ 25

void video_reader_clear(VideoReader *reader)
{
    sws_freeContext(reader->sws);
    av_packet_free(&reader->packet);
    av_frame_free(&reader->frame);
    demuxer_clear(&reader->demuxer);
}

static const AVStream *stream_of(const VideoReader *reader)
{
    return reader->demuxer.format->streams[reader->demuxer.stream];
}

int64_t video_reader_start(const VideoReader *reader)
{
    int64_t start = stream_of(reader)->start_time;
    return start != AV_NOPTS_VALUE ? start : 0;
}

// Telephones record sideways and say so in the container.
static int quarters(const AVStream *stream)
{
    size_t size = 0;
    const int32_t *matrix =
        (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix == NULL || size < 9 * sizeof *matrix) return 0;
    double turned = -av_display_rotation_get(matrix);
    return isfinite(turned) ? (int)lround(turned / 90) & 3 : 0;
}

bool video_reader_open(VideoReader *reader, const PsMedia *media, GError **error)
{
    *reader = (VideoReader){0};
    if (!demuxer_open(&reader->demuxer, media, AVMEDIA_TYPE_VIDEO))
        return ps_fail(error, PS_ERROR_DATA, "%zu bytes of %s are not a video",
                       g_bytes_get_size(media->bytes), media->type);
    reader->packet = av_packet_alloc();
    reader->frame = av_frame_alloc();
    const AVStream *stream = stream_of(reader);
    double rate_hz = av_q2d(stream->avg_frame_rate);
    reader->rate_hz = rate_hz > 0 && rate_hz <= 1000 ? rate_hz : RATE_UNKNOWN_HZ;
    reader->n_quarters = quarters(stream);
    return (reader->packet != NULL && reader->frame != NULL)
           || ps_fail(error, PS_ERROR_DATA, "the video: no memory");
}

// Hands the next packet to the decoder. False: there is none, or reading must end.
static bool feed(VideoReader *reader)
{
    Demuxer *demuxer = &reader->demuxer;
    for (int n = 0; n < PACKETS_MOST; n++) {
        if (av_read_frame(demuxer->format, reader->packet) < 0) return false;
        bool is_ours = reader->packet->stream_index == demuxer->stream, goes_on = true;
        if (is_ours)
            avcodec_send_packet(demuxer->codec, reader->packet); // a damaged one is skipped
        else if (reader->other_packet != NULL)
            goes_on = reader->other_packet(reader->packet, reader->user_data);
        av_packet_unref(reader->packet);
        if (!goes_on) reader->problem = "cannot be written";
        if (is_ours || !goes_on) return goes_on;
    }
    return false;
}

static void set_time(VideoReader *reader)
{
    int64_t stamp = reader->frame->best_effort_timestamp;
    double before_s = reader->time_s, gap_s = 1 / reader->rate_hz;
    double time_s = NAN;
    if (stamp != AV_NOPTS_VALUE)
        time_s =
            (double)(stamp - video_reader_start(reader)) * av_q2d(stream_of(reader)->time_base);
    bool is_first = reader->n_frames == 0;
    // Without a time, or with one that steps back: at the mean rate behind the one before.
    if (!isfinite(time_s) || (!is_first && time_s <= before_s))
        time_s = is_first ? 0 : before_s + gap_s;
    reader->time_s = time_s;
}

static bool count(VideoReader *reader)
{
    reader->n_pixels += (double)reader->frame->width * reader->frame->height;
    if (reader->n_frames == PS_VIDEO_MAX_FRAMES || reader->n_pixels > PS_VIDEO_MAX_PIXELS) {
        reader->problem = "too long";
        return false;
    }
    set_time(reader);
    reader->n_frames++;
    return true;
}

bool video_reader_next(VideoReader *reader)
{
    AVCodecContext *codec = reader->demuxer.codec;
    for (;;) {
        int status = avcodec_receive_frame(codec, reader->frame);
        if (status == 0) return count(reader);
        if (status != AVERROR(EAGAIN)) return false;
        if (feed(reader)) continue;
        if (reader->problem != NULL || reader->is_draining) return false;
        reader->is_draining = true;
        avcodec_send_packet(codec, NULL);
    }
}

// ---- to pictures

static const int *coefficients(enum AVColorSpace space)
{
    bool is_known = space != AVCOL_SPC_UNSPECIFIED && space != AVCOL_SPC_RGB;
    return sws_getCoefficients(is_known ? (int)space : SWS_CS_DEFAULT);
}

static bool open_sws(VideoReader *reader, int width, int height)
{
    const AVFrame *frame = reader->frame;
    reader->sws = sws_getCachedContext(reader->sws, frame->width, frame->height, frame->format,
                                       width, height, AV_PIX_FMT_RGB24,
                                       SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT,
                                       NULL, NULL, NULL);
    if (reader->sws == NULL) return false;
    bool is_full = frame->color_range == AVCOL_RANGE_JPEG;
    sws_setColorspaceDetails(reader->sws, coefficients(frame->colorspace), is_full,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    return true;
}

// image turned clockwise by n_quarters times 90°; takes ownership.
static PsImage *turn(PsImage *image, int n_quarters)
{
    if (n_quarters == 0) return image;
    bool keeps_sides = n_quarters == 2;
    int width = keeps_sides ? image->width_px : image->height_px;
    int height = keeps_sides ? image->height_px : image->width_px;
    PsImage *turned = ps_image_new(width, height, image->n_bands);
    for (int y = 0; y < image->height_px; y++)
        for (int x = 0; x < image->width_px; x++) {
            int to_x = n_quarters == 1 ? width - 1 - y : n_quarters == 2 ? width - 1 - x : y;
            int to_y = n_quarters == 1 ? x : n_quarters == 2 ? height - 1 - y : height - 1 - x;
            const uint8_t *from =
                image->pixels + 3 * ((size_t)y * (size_t)image->width_px + (size_t)x);
            uint8_t *to = turned->pixels + 3 * ((size_t)to_y * (size_t)width + (size_t)to_x);
            for (int band = 0; band < 3; band++)
                to[band] = from[band];
        }
    ps_image_free(image);
    return turned;
}

PsImage *video_reader_image(VideoReader *reader, int64_t max_pixels)
{
    const AVFrame *frame = reader->frame;
    double n_pixels = (double)frame->width * frame->height;
    double scale = max_pixels > 0 && n_pixels > (double)max_pixels
                       ? sqrt((double)max_pixels / n_pixels)
                       : 1;
    int width = MAX((int)(frame->width * scale), 1),
        height = MAX((int)(frame->height * scale), 1);
    if (frame->width <= 0 || frame->height <= 0 || !open_sws(reader, width, height))
        return NULL;
    g_autoptr(PsImage) image = ps_image_new(width, height, 3);
    uint8_t *planes[4] = {image->pixels};
    int strides[4] = {3 * width};
    int n_rows = sws_scale(reader->sws, (const uint8_t *const *)frame->data, frame->linesize, 0,
                           frame->height, planes, strides);
    if (n_rows != height) return NULL;
    return turn(g_steal_pointer(&image), reader->n_quarters);
}

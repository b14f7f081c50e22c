// A video changed and encoded again: decoder → change → H.264 → MP4 in memory; the sound's
// packets go through as they are. One thread and bit-exact mode, so that the same input gives
// the same bytes.
#include "harness/error.h"
#include "harness/media/codec.h"
#include "harness/media/video_reader.h"

#include <libavutil/opt.h>
#include <math.h>

#define CLOCK_HZ 90000 // of the time stamps that are written
#define CRF_NEXT_TO_NO_LOSS "10"

typedef struct {
    const PsVideoRecode *how;
    VideoReader reader;
    AVFormatContext *format; // its pb is a growing buffer in memory
    AVCodecContext *codec;
    AVStream *video, *audio; // of the output; audio may be NULL
    int audio_in;            // number of the input's stream of sound
    AVFrame *frame;          // for the encoder
    AVPacket *packet;
    GQueue waiting; // AVPacket * of the sound that came before the first picture
    struct SwsContext *sws;
    PsImage *shown; // the last picture that was not lost
    size_t n_ticks; // written at a fixed rate
    int64_t last_pts;
    GError *error;
} Recoder;

static void free_packet(void *data)
{
    AVPacket *packet = data;
    av_packet_free(&packet);
}

static void recoder_clear(Recoder *recoder)
{
    if (recoder->format != NULL && recoder->format->pb != NULL) {
        uint8_t *unused = NULL;
        avio_close_dyn_buf(recoder->format->pb, &unused);
        av_free(unused);
    }
    avformat_free_context(recoder->format);
    avcodec_free_context(&recoder->codec);
    av_frame_free(&recoder->frame);
    av_packet_free(&recoder->packet);
    sws_freeContext(recoder->sws);
    g_queue_clear_full(&recoder->waiting, free_packet);
    ps_image_free(recoder->shown);
    video_reader_clear(&recoder->reader);
    g_clear_error(&recoder->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recoder, recoder_clear)

// ---- opening the output, once the size of the first changed picture is known

static bool open_codec(Recoder *recoder, const PsImage *image)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    recoder->codec = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    AVCodecContext *context = recoder->codec;
    if (context == NULL) return false;
    const PsVideoRecode *how = recoder->how;
    context->width = MAX(image->width_px & ~1, 2);
    context->height = MAX(image->height_px & ~1, 2);
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = (AVRational){1, CLOCK_HZ};
    context->framerate =
        av_d2q(how->rate_hz > 0 ? how->rate_hz : recoder->reader.rate_hz, 1000);
    context->colorspace = AVCOL_SPC_SMPTE170M;
    context->color_range = AVCOL_RANGE_MPEG;
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(context->priv_data, "preset", "veryfast", 0);
    if (how->bits_per_second > 0) {
        context->bit_rate = context->rc_max_rate = how->bits_per_second;
        context->rc_buffer_size = how->bits_per_second; // a second's worth
    } else {
        av_opt_set(context->priv_data, "crf", CRF_NEXT_TO_NO_LOSS, 0);
    }
    return avcodec_open2(context, codec, NULL) == 0;
}

static bool add_audio(Recoder *recoder, const AVOutputFormat *output)
{
    if (recoder->audio_in < 0) return true;
    const AVStream *in = recoder->reader.demuxer.format->streams[recoder->audio_in];
    // Sound that MP4 cannot hold is a fact of the input and would be another change.
    if (avformat_query_codec(output, in->codecpar->codec_id, FF_COMPLIANCE_NORMAL) != 1)
        return false;
    recoder->audio = avformat_new_stream(recoder->format, NULL);
    if (recoder->audio == NULL
        || avcodec_parameters_copy(recoder->audio->codecpar, in->codecpar) < 0)
        return false;
    recoder->audio->codecpar->codec_tag = 0;
    recoder->audio->time_base = in->time_base;
    return true;
}

static bool open_format(Recoder *recoder)
{
    if (avformat_alloc_output_context2(&recoder->format, NULL, "mp4", NULL) < 0) return false;
    recoder->format->flags |= AVFMT_FLAG_BITEXACT;
    recoder->video = avformat_new_stream(recoder->format, NULL);
    if (recoder->video == NULL || avio_open_dyn_buf(&recoder->format->pb) < 0) return false;
    recoder->video->time_base = recoder->codec->time_base;
    recoder->video->avg_frame_rate = recoder->codec->framerate;
    return avcodec_parameters_from_context(recoder->video->codecpar, recoder->codec) >= 0
           && add_audio(recoder, recoder->format->oformat)
           && avformat_write_header(recoder->format, NULL) >= 0;
}

static bool open_frame(Recoder *recoder)
{
    recoder->packet = av_packet_alloc();
    recoder->frame = av_frame_alloc();
    if (recoder->packet == NULL || recoder->frame == NULL) return false;
    recoder->frame->format = AV_PIX_FMT_YUV420P;
    recoder->frame->width = recoder->codec->width;
    recoder->frame->height = recoder->codec->height;
    return av_frame_get_buffer(recoder->frame, 0) >= 0;
}

// ---- writing

static bool write_sound(Recoder *recoder, AVPacket *packet)
{
    const AVStream *in = recoder->reader.demuxer.format->streams[recoder->audio_in];
    const AVStream *video =
        recoder->reader.demuxer.format->streams[recoder->reader.demuxer.stream];
    int64_t start =
        av_rescale_q(video_reader_start(&recoder->reader), video->time_base, in->time_base);
    if (packet->pts != AV_NOPTS_VALUE) packet->pts -= start;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts -= start;
    av_packet_rescale_ts(packet, in->time_base, recoder->audio->time_base);
    packet->stream_index = recoder->audio->index;
    packet->pos = -1;
    return av_interleaved_write_frame(recoder->format, packet) >= 0;
}

static bool take_sound(AVPacket *packet, void *user_data)
{
    Recoder *recoder = user_data;
    if (packet->stream_index != recoder->audio_in) return true;
    if (recoder->format != NULL) return write_sound(recoder, packet);
    g_queue_push_tail(&recoder->waiting, av_packet_clone(packet));
    return true;
}

static bool open_output(Recoder *recoder, const PsImage *image)
{
    if (!open_codec(recoder, image) || !open_format(recoder) || !open_frame(recoder))
        return false;
    AVPacket *packet;
    bool is_ok = true;
    while ((packet = g_queue_pop_head(&recoder->waiting)) != NULL) {
        is_ok = is_ok && write_sound(recoder, packet);
        av_packet_free(&packet);
    }
    return is_ok;
}

// Encodes frame (NULL: the end) and writes the packets that come out.
static bool write_frame(Recoder *recoder, const AVFrame *frame)
{
    if (avcodec_send_frame(recoder->codec, frame) < 0) return false;
    int status;
    while ((status = avcodec_receive_packet(recoder->codec, recoder->packet)) == 0) {
        av_packet_rescale_ts(recoder->packet, recoder->codec->time_base,
                             recoder->video->time_base);
        recoder->packet->stream_index = recoder->video->index;
        if (av_interleaved_write_frame(recoder->format, recoder->packet) < 0) return false;
    }
    return status == AVERROR(EAGAIN) || status == AVERROR_EOF;
}

static bool write_picture(Recoder *recoder, const PsImage *image, double time_s)
{
    if (recoder->format == NULL && !open_output(recoder, image)) return false;
    AVFrame *frame = recoder->frame;
    recoder->sws = sws_getCachedContext(
        recoder->sws, image->width_px, image->height_px, AV_PIX_FMT_RGB24, frame->width,
        frame->height, AV_PIX_FMT_YUV420P, SWS_BICUBIC | SWS_ACCURATE_RND, NULL, NULL, NULL);
    if (recoder->sws == NULL || av_frame_make_writable(frame) < 0) return false;
    const uint8_t *planes[4] = {image->pixels};
    int strides[4] = {3 * image->width_px};
    sws_scale(recoder->sws, planes, strides, 0, image->height_px, frame->data, frame->linesize);
    frame->pts = MAX(llround(time_s * CLOCK_HZ), recoder->last_pts + 1);
    recoder->last_pts = frame->pts;
    return write_frame(recoder, frame);
}

// At a fixed rate: the pictures of all ticks before time_s, when the next one is shown.
static bool write_ticks(Recoder *recoder, double time_s)
{
    double rate_hz = recoder->how->rate_hz;
    for (; recoder->shown != NULL && (double)recoder->n_ticks / rate_hz < time_s - 1e-6;
         recoder->n_ticks++) {
        if (recoder->n_ticks >= PS_VIDEO_MAX_FRAMES) return false;
        if (!write_picture(recoder, recoder->shown, (double)recoder->n_ticks / rate_hz))
            return false;
    }
    return true;
}

// ---- the pictures

static PsImage *next_picture(Recoder *recoder)
{
    const PsVideoRecode *how = recoder->how;
    PsImage *image = video_reader_image(&recoder->reader, 0);
    if (image == NULL || how->change == NULL) return image;
    return how->change(image, how->user_data, &recoder->error);
}

static bool is_lost(const Recoder *recoder)
{
    const PsVideoRecode *how = recoder->how;
    return recoder->shown != NULL && how->is_lost != NULL
           && how->is_lost(recoder->reader.n_frames - 1, how->user_data);
}

static bool take_picture(Recoder *recoder)
{
    double time_s = recoder->reader.time_s;
    bool has_rate = recoder->how->rate_hz > 0;
    if (has_rate && !write_ticks(recoder, time_s)) return false;
    if (!is_lost(recoder)) {
        ps_image_free(recoder->shown);
        recoder->shown = next_picture(recoder);
    }
    return recoder->shown != NULL
           && (has_rate || write_picture(recoder, recoder->shown, time_s));
}

static bool recode_all(Recoder *recoder)
{
    VideoReader *reader = &recoder->reader;
    while (video_reader_next(reader))
        if (!take_picture(recoder)) return false;
    if (reader->problem != NULL || recoder->shown == NULL) return false;
    if (recoder->how->rate_hz > 0
        && !write_ticks(recoder, reader->time_s + 1 / reader->rate_hz))
        return false;
    return write_frame(recoder, NULL) && av_write_trailer(recoder->format) >= 0;
}

// The container's bytes, which leave the recoder.
static GBytes *take_bytes(Recoder *recoder)
{
    uint8_t *buffer = NULL;
    int length = avio_close_dyn_buf(recoder->format->pb, &buffer);
    recoder->format->pb = NULL;
    GBytes *bytes = length > 0 ? g_bytes_new(buffer, (size_t)length) : NULL;
    av_free(buffer);
    return bytes;
}

static void find_sound(Recoder *recoder)
{
    AVFormatContext *format = recoder->reader.demuxer.format;
    recoder->audio_in = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1,
                                            recoder->reader.demuxer.stream, NULL, 0);
    if (recoder->audio_in >= 0) format->streams[recoder->audio_in]->discard = AVDISCARD_DEFAULT;
    recoder->reader.other_packet = take_sound;
    recoder->reader.user_data = recoder;
}

PsMedia *ps_ffmpeg_recode(const PsMedia *media, const PsVideoRecode *how, GError **error)
{
    g_auto(Recoder) recoder = {.how = how, .last_pts = -1};
    g_queue_init(&recoder.waiting);
    if (!video_reader_open(&recoder.reader, media, error)) return NULL;
    find_sound(&recoder);
    bool is_done = recode_all(&recoder);
    if (recoder.error != NULL)
        return g_propagate_error(error, g_steal_pointer(&recoder.error)), NULL;
    g_autoptr(GBytes) bytes = is_done ? take_bytes(&recoder) : NULL;
    if (bytes == NULL)
        return ps_fail_null(error, PS_ERROR_DATA,
                            "the video (%s, %zu bytes) cannot be encoded again%s%s",
                            media->type, g_bytes_get_size(media->bytes),
                            recoder.reader.problem != NULL ? ": " : "",
                            recoder.reader.problem != NULL ? recoder.reader.problem : "");
    return ps_media_new(bytes, "video/mp4", NULL);
}

// Sound, by FFmpeg: one channel of floats → 16 bits → encoder → container in memory. Bit-exact
// mode: no version strings and no dates, so that the same frames give the same bytes.
#include "harness/media/codec.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <string.h>

// Frames per packet where the encoder leaves the choice (PCM).
#define PACKET_FRAMES 4096

static const struct {
    const char *type, *muxer;
    enum AVCodecID codec;
} encodings[] = {
    {"audio/wav", "wav", AV_CODEC_ID_PCM_S16LE},
    {"audio/flac", "flac", AV_CODEC_ID_FLAC},
    {"audio/ogg", "ogg", AV_CODEC_ID_OPUS},
    {"audio/GSM", "gsm", AV_CODEC_ID_GSM},
};

typedef struct {
    AVFormatContext *format; // its pb is a growing buffer in memory
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
} Encoder;

static void encoder_clear(Encoder *encoder)
{
    if (encoder->format != NULL && encoder->format->pb != NULL) {
        uint8_t *unused = NULL;
        avio_close_dyn_buf(encoder->format->pb, &unused);
        av_free(unused);
    }
    avformat_free_context(encoder->format);
    avcodec_free_context(&encoder->codec);
    av_frame_free(&encoder->frame);
    av_packet_free(&encoder->packet);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Encoder, encoder_clear)

static bool open_codec(Encoder *encoder, enum AVCodecID id, int rate_hz, int bits_per_second)
{
    const AVCodec *codec = avcodec_find_encoder(id);
    encoder->codec = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    if (encoder->codec == NULL) return false;
    encoder->codec->sample_fmt = AV_SAMPLE_FMT_S16;
    encoder->codec->sample_rate = rate_hz;
    encoder->codec->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    encoder->codec->time_base = (AVRational){1, rate_hz};
    encoder->codec->thread_count = 1;
    encoder->codec->bit_rate = bits_per_second;
    encoder->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    return avcodec_open2(encoder->codec, codec, NULL) == 0;
}

static bool open_format(Encoder *encoder, const char *muxer)
{
    if (avformat_alloc_output_context2(&encoder->format, NULL, muxer, NULL) < 0) return false;
    encoder->format->flags |= AVFMT_FLAG_BITEXACT;
    AVStream *stream = avformat_new_stream(encoder->format, NULL);
    if (stream == NULL || avio_open_dyn_buf(&encoder->format->pb) < 0) return false;
    stream->time_base = encoder->codec->time_base;
    return avcodec_parameters_from_context(stream->codecpar, encoder->codec) >= 0
           && avformat_write_header(encoder->format, NULL) >= 0;
}

static int packet_frames(const Encoder *encoder)
{
    return encoder->codec->frame_size > 0 ? encoder->codec->frame_size : PACKET_FRAMES;
}

static bool open_frame(Encoder *encoder)
{
    encoder->packet = av_packet_alloc();
    encoder->frame = av_frame_alloc();
    if (encoder->packet == NULL || encoder->frame == NULL) return false;
    encoder->frame->format = encoder->codec->sample_fmt;
    encoder->frame->sample_rate = encoder->codec->sample_rate;
    encoder->frame->nb_samples = packet_frames(encoder);
    return av_channel_layout_copy(&encoder->frame->ch_layout, &encoder->codec->ch_layout) >= 0
           && av_frame_get_buffer(encoder->frame, 0) >= 0;
}

// The inverse of what the decoder does (value / 32768), clipped at full scale.
static int16_t quantise(float value)
{
    if (isnan(value)) return 0;
    return (int16_t)lrintf(CLAMP(value * 32768.0f, -32768.0f, 32767.0f));
}

// Encodes frame (NULL: the end) and writes the packets that come out.
static bool write_frame(Encoder *encoder, const AVFrame *frame)
{
    if (avcodec_send_frame(encoder->codec, frame) < 0) return false;
    int status;
    while ((status = avcodec_receive_packet(encoder->codec, encoder->packet)) == 0)
        if (av_write_frame(encoder->format, encoder->packet) < 0) return false;
    return status == AVERROR(EAGAIN) || status == AVERROR_EOF;
}

static bool write_all(Encoder *encoder, const PsAudio *audio)
{
    size_t most = (size_t)packet_frames(encoder);
    for (size_t first = 0; first < audio->n_frames; first += most) {
        size_t n = MIN(most, audio->n_frames - first);
        if (av_frame_make_writable(encoder->frame) < 0) return false;
        int16_t *out = (int16_t *)encoder->frame->data[0];
        for (size_t i = 0; i < n; i++)
            out[i] = quantise(audio->frames[first + i]);
        encoder->frame->nb_samples = (int)n;
        encoder->frame->pts = (int64_t)first;
        if (!write_frame(encoder, encoder->frame)) return false;
    }
    return write_frame(encoder, NULL) && av_write_trailer(encoder->format) >= 0;
}

// The container's bytes, which leave the encoder.
static GBytes *take_bytes(Encoder *encoder)
{
    uint8_t *buffer = NULL;
    int length = avio_close_dyn_buf(encoder->format->pb, &buffer);
    encoder->format->pb = NULL;
    GBytes *bytes = length > 0 ? g_bytes_new(buffer, (size_t)length) : NULL;
    av_free(buffer);
    return bytes;
}

PsMedia *ps_ffmpeg_encode(const PsAudio *audio, const char *type, GError **error)
{
    return ps_ffmpeg_encode_at(audio, type, 0, error);
}

PsMedia *
ps_ffmpeg_encode_at(const PsAudio *audio, const char *type, int bits_per_second, GError **error)
{
    size_t row = 0;
    while (row < G_N_ELEMENTS(encodings) && strcmp(type, encodings[row].type) != 0)
        row++;
    if (row == G_N_ELEMENTS(encodings))
        return ps_fail_null(error, PS_ERROR_DATA, "recordings are not encoded as %s", type);
    g_auto(Encoder) encoder = {0};
    g_autoptr(GBytes) bytes = NULL;
    if (open_codec(&encoder, encodings[row].codec, audio->rate_hz, bits_per_second)
        && open_format(&encoder, encodings[row].muxer) && open_frame(&encoder)
        && write_all(&encoder, audio))
        bytes = take_bytes(&encoder);
    if (bytes == NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "%zu frames at %d Hz cannot be encoded as %s",
                            audio->n_frames, audio->rate_hz, type);
    return ps_media_new(bytes, type, NULL);
}

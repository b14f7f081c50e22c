#include "harness/media/demux.h"

#include <string.h>

#define AVIO_BUFFER_BYTES 32768

// The demuxers that may be probed: none that reads play lists or other files.
#define DEMUXERS                                                                               \
    "wav,w64,flac,mp3,ogg,mov,mp4,m4a,aac,matroska,webm,aiff,au,caf,amr,g722,gsm,"             \
    "avi,mpegts"

// Codecs without a header, which probing cannot tell: media type → demuxer.
static const struct {
    const char *type, *demuxer;
} headless_types[] = {{"audio/G722", "g722"}, {"audio/GSM", "gsm"}};

static int source_read(void *opaque, uint8_t *buffer, int most)
{
    DemuxSource *source = opaque;
    int64_t n = MIN((int64_t)most, source->length - source->position);
    if (n <= 0) return AVERROR_EOF;
    memcpy(buffer, source->bytes + source->position, (size_t)n);
    source->position += n;
    return (int)n;
}

static int64_t source_seek(void *opaque, int64_t offset, int whence)
{
    DemuxSource *source = opaque;
    if (whence & AVSEEK_SIZE) return source->length;
    whence &= ~AVSEEK_FORCE;
    int64_t from = whence == SEEK_CUR   ? source->position
                   : whence == SEEK_END ? source->length
                                        : 0;
    if (offset > INT64_MAX - from || from + offset < 0 || from + offset > source->length)
        return AVERROR(EINVAL);
    source->position = from + offset;
    return source->position;
}

void demuxer_clear(Demuxer *demuxer)
{
    avcodec_free_context(&demuxer->codec);
    avformat_close_input(&demuxer->format);
    if (demuxer->io != NULL) av_freep(&demuxer->io->buffer);
    avio_context_free(&demuxer->io);
}

static const AVInputFormat *forced_demuxer(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(headless_types); i++)
        if (g_ascii_strcasecmp(type, headless_types[i].type) == 0)
            return av_find_input_format(headless_types[i].demuxer);
    return NULL;
}

// Looks at the streams, decoding a little of each; no picture above the limit is decoded.
static bool find_streams(AVFormatContext *format)
{
    unsigned n_streams = format->nb_streams;
    AVDictionary **options = g_new0(AVDictionary *, n_streams + 1);
    for (unsigned i = 0; i < n_streams; i++)
        av_dict_set_int(&options[i], "max_pixels", PS_IMAGE_MAX_PIXELS, 0);
    int status = avformat_find_stream_info(format, n_streams > 0 ? options : NULL);
    for (unsigned i = 0; i < n_streams; i++)
        av_dict_free(&options[i]);
    g_free(options);
    return status >= 0;
}

static bool open_format(Demuxer *demuxer, const char *type)
{
    uint8_t *buffer = av_malloc(AVIO_BUFFER_BYTES);
    if (buffer == NULL) return false;
    demuxer->io = avio_alloc_context(buffer, AVIO_BUFFER_BYTES, 0, &demuxer->source,
                                     source_read, NULL, source_seek);
    demuxer->format = avformat_alloc_context();
    if (demuxer->io == NULL) av_free(buffer);
    if (demuxer->io == NULL || demuxer->format == NULL) return false;
    demuxer->format->pb = demuxer->io;
    AVDictionary *options = NULL;
    av_dict_set(&options, "format_whitelist", DEMUXERS, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    int status = avformat_open_input(&demuxer->format, NULL, forced_demuxer(type), &options);
    av_dict_free(&options);
    return status == 0 && find_streams(demuxer->format);
}

static bool open_codec(Demuxer *demuxer, enum AVMediaType kind)
{
    const AVCodec *codec = NULL;
    int stream = av_find_best_stream(demuxer->format, kind, -1, -1, &codec, 0);
    if (stream < 0 || codec == NULL) return false;
    for (unsigned i = 0; i < demuxer->format->nb_streams; i++)
        if ((int)i != stream) demuxer->format->streams[i]->discard = AVDISCARD_ALL;
    const AVStream *chosen = demuxer->format->streams[stream];
    demuxer->stream = stream;
    demuxer->codec = avcodec_alloc_context3(codec);
    if (demuxer->codec == NULL
        || avcodec_parameters_to_context(demuxer->codec, chosen->codecpar) < 0)
        return false;
    demuxer->codec->thread_count = 1;
    demuxer->codec->max_pixels = PS_IMAGE_MAX_PIXELS;
    demuxer->codec->pkt_timebase = chosen->time_base; // lets the decoder drop encoder delay
    return avcodec_open2(demuxer->codec, codec, NULL) == 0;
}

static gpointer quiet_log(gpointer unused)
{
    av_log_set_level(AV_LOG_QUIET);
    return unused;
}

bool demuxer_open(Demuxer *demuxer, const PsMedia *media, enum AVMediaType kind)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, quiet_log, NULL);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(media->bytes, &length);
    *demuxer = (Demuxer){.source = {.bytes = bytes, .length = (int64_t)length}};
    return length > 0 && length <= PS_MEDIA_MAX_BYTES && open_format(demuxer, media->type)
           && open_codec(demuxer, kind);
}

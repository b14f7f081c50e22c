// Sound, by FFmpeg: bytes in memory → demuxer → decoder → one channel of floats at one rate.
//
// What comes from outside is bounded (demux.h); sampling rates lie within
// [MIXER_RATE_LEAST_HZ, MIXER_RATE_MOST_HZ], and no more than PS_AUDIO_MAX_FRAMES come out. A
// damaged packet is skipped; a recording that ends early is what was decoded until then.
#include "harness/media/codec.h"
#include "harness/media/demux.h"
#include "harness/media/mixer.h"

// Sends one packet (NULL: the end) and hands every frame that comes out to mixer. False: the
// mixer refuses; a packet that the decoder refuses is skipped.
static bool
decode_packet(Demuxer *demuxer, const AVPacket *packet, AVFrame *frame, Mixer *mixer)
{
    if (avcodec_send_packet(demuxer->codec, packet) < 0) return true;
    while (avcodec_receive_frame(demuxer->codec, frame) == 0) {
        bool added = mixer_add(mixer, frame);
        av_frame_unref(frame);
        if (!added) return false;
    }
    return true;
}

// Reads to the end, or as far as the bytes go.
static bool decode_all(Demuxer *demuxer, Mixer *mixer)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    bool ok = packet != NULL && frame != NULL;
    while (ok && av_read_frame(demuxer->format, packet) >= 0) {
        if (packet->stream_index == demuxer->stream)
            ok = decode_packet(demuxer, packet, frame, mixer);
        av_packet_unref(packet);
    }
    ok = ok && decode_packet(demuxer, NULL, frame, mixer) && mixer_finish(mixer);
    av_frame_free(&frame);
    av_packet_free(&packet);
    return ok;
}

PsAudio *ps_ffmpeg_decode(const PsMedia *media, int rate_hz, GError **error)
{
    size_t length = g_bytes_get_size(media->bytes);
    if (length == 0 || length > PS_MEDIA_MAX_BYTES)
        return ps_fail_null(error, PS_ERROR_DATA, "a recording of %zu bytes is not decoded",
                            length);
    if (rate_hz != 0 && !mixer_is_rate(rate_hz))
        return ps_fail_null(error, PS_ERROR_DATA, "a recording at %d Hz is not possible",
                            rate_hz);
    g_auto(Demuxer) demuxer = {0};
    if (!demuxer_open(&demuxer, media, AVMEDIA_TYPE_AUDIO))
        return ps_fail_null(error, PS_ERROR_DATA, "%zu bytes of %s are not a recording", length,
                            media->type);
    g_auto(Mixer) mixer = {.rate_hz = rate_hz};
    if (!decode_all(&demuxer, &mixer))
        return ps_fail_null(error, PS_ERROR_DATA, "the recording (%s, %zu bytes): %s",
                            media->type, length, mixer.problem ? mixer.problem : "no memory");
    if (mixer.n_frames == 0)
        return ps_fail_null(error, PS_ERROR_DATA, "the recording (%s, %zu bytes) is empty",
                            media->type, length);
    return mixer_take(&mixer);
}

// Containers of sound and pictures that move, by FFmpeg: bytes in memory → demuxer → the
// decoder of one stream.
//
// What comes from outside is bounded: only the demuxers listed in demux.c are probed, none may
// open a second file, and no picture of more than PS_IMAGE_MAX_PIXELS is decoded.
#pragma once

#include "harness/media.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

// Encoded bytes with a reading position, as FFmpeg's input.
typedef struct {
    const uint8_t *bytes;
    int64_t length, position;
} DemuxSource;

typedef struct {
    DemuxSource source;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *codec;
    int stream; // the one that is decoded; packets of others are not read
} Demuxer;

// Opens media, which must outlive demuxer, and the decoder of its best stream of that kind.
// False if it holds none, or is no such media. To be cleared in either case; stays where it is.
bool demuxer_open(Demuxer *demuxer, const PsMedia *media, enum AVMediaType kind);
void demuxer_clear(Demuxer *demuxer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Demuxer, demuxer_clear)

// Reads the pictures of a video one after the other, within the bounds of harness/video.h. Used
// by one thread at a time.
#pragma once

#include "harness/media/demux.h"
#include "harness/video.h"

#include <libswscale/swscale.h>

typedef struct {
    Demuxer demuxer;
    AVPacket *packet;
    AVFrame *frame;         // the picture that was read
    double time_s;          // when it is shown, from the start of the stream
    double rate_hz;         // mean, as the container states it; 25 if it does not
    int n_quarters;         // clockwise turns by 90° that make it upright
    size_t n_frames;        // read so far, this one included
    double n_pixels;        // decoded so far
    bool is_draining;       // no more packets
    const char *problem;    // why reading ended; NULL: the end. Static storage
    struct SwsContext *sws; // for video_reader_image
    // Optional: gets every packet of another stream that is not discarded. False ends reading.
    bool (*other_packet)(AVPacket *packet, void *user_data);
    void *user_data;
} VideoReader;

// Opens media, which must outlive reader. False with error; to be cleared in either case.
bool video_reader_open(VideoReader *reader, const PsMedia *media, GError **error);
void video_reader_clear(VideoReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VideoReader, video_reader_clear)

// The next picture into frame and time_s. False at the end; reader->problem says if that is
// because of a bound. Damaged packets are skipped.
bool video_reader_next(VideoReader *reader);

// Start of the stream in its own time base.
int64_t video_reader_start(const VideoReader *reader);

// The picture at hand as sRGB, upright, reduced to max_pixels (0: no limit); NULL if it cannot
// be converted.
PsImage *video_reader_image(VideoReader *reader, int64_t max_pixels);

// Media: encoded bytes with a type, and what they decode to. Decoding lives in a loadable
// module (libvips and FFmpeg need 40 ms to load), opened at the first use; everything here is
// safe to call from any thread.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PS_MEDIA_MAX_BYTES (256u << 20)  // one encoded part
#define PS_IMAGE_MAX_PIXELS (100u << 20) // one decoded picture
#define PS_AUDIO_MAX_FRAMES (500u << 20) // one decoded recording: 3 h at 48 kHz

// Encoded media. Immutable, but for what ps_media_encode does.
typedef struct {
    GBytes *bytes;          // NULL: a picture that is not encoded yet, …
    char *type;             // MIME type, "image/png"
    struct PsImage *pixels; // … which is these; else NULL
} PsMedia;

// Takes its own reference on bytes. type NULL: guessed from name's extension and the first
// bytes, "application/octet-stream" if neither tells.
PsMedia *ps_media_new(GBytes *bytes, const char *type, const char *name);
void ps_media_free(PsMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsMedia, ps_media_free)

// A decoded picture: sRGB, 8 bits, 1 (grey) or 3 bands, no alpha, upright (EXIF orientation
// done).
typedef struct PsImage {
    int width_px, height_px, n_bands;
    uint8_t *pixels; // [height_px, width_px, n_bands]
} PsImage;

PsImage *ps_image_new(int width_px, int height_px, int n_bands); // pixels are not set
void ps_image_free(PsImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsImage, ps_image_free)

// A decoded recording: one channel (others are mixed down), full scale is [-1, 1].
typedef struct {
    int rate_hz;
    size_t n_frames;
    float *frames; // [n_frames]
} PsAudio;

PsAudio *ps_audio_new(int rate_hz, size_t n_frames); // frames are not set
void ps_audio_free(PsAudio *audio);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsAudio, ps_audio_free)

// Each returns a new object, or NULL with error PS_ERROR_DATA (damaged, too large, not this
// kind of media) or PS_ERROR_UNAVAILABLE (the media module is not installed).
PsImage *ps_image_decode(const PsMedia *media, GError **error);
// Of a document (PDF, TIFF) one page, counted from 0; and how many there are, at least 1, or 0
// with error set. Anything else has one page.
PsImage *ps_image_decode_page(const PsMedia *media, int page, GError **error);
int ps_image_n_pages(const PsMedia *media, GError **error);
// Of the first page, upright, from the header alone.
bool ps_image_size(const PsMedia *media, int *width_px, int *height_px, GError **error);
// For reducing it by factor (sides, ≤ 1): at a half, quarter or eighth of its sides if its file
// can be read like that, which is quicker, and is still 1.5 times as large as what it becomes.
PsImage *ps_image_decode_for(const PsMedia *media, double factor, GError **error);
PsImage *ps_image_blur(const PsImage *image, double sigma_px, GError **error);
PsImage *ps_image_resize(const PsImage *image, double scale, GError **error);
PsImage *ps_image_resize_to(const PsImage *image, int width_px, int height_px, GError **error);
PsAudio *ps_audio_decode(const PsMedia *media, int rate_hz, GError **error); // 0: its own rate

// A PNG that is not encoded yet: what conditions make of pictures, since the next
// condition, or what reduces them, wants pixels and not 36 MB of PNG. Takes image. Decoding is
// the only thing to do with it before.
PsMedia *ps_media_of_pixels(PsImage *image);
// Encodes media if that is still to be done. Not for two threads at once.
bool ps_media_encode(PsMedia *media, GError **error);

// type: "image/png", "image/jpeg" or "image/webp"; quality 1-100, not used for PNG.
PsMedia *ps_image_encode(const PsImage *image, const char *type, int quality, GError **error);

// type: "audio/wav" (16 bit) or "audio/flac". Frames beyond full scale are clipped.
PsMedia *ps_audio_encode(const PsAudio *audio, const char *type, GError **error);

// A lossy codec of speech.
typedef struct {
    const char *type;    // "audio/GSM" (06.10, full rate) or "audio/ogg" (Opus)
    int rate_hz;         // at which it works: GSM 8000; Opus 8000, 12000, 16000, 24000 or 48000
    int bits_per_second; // of Opus; GSM has its own, 13,200
} PsAudioCodec;

// What is left of audio behind the encoder and the decoder, n_passes times: the same rate and
// number of frames.
PsAudio *
ps_audio_recode(const PsAudio *audio, const PsAudioCodec *codec, int n_passes, GError **error);

#include "harness/media.h"

#include "harness/error.h"
#include "harness/media_codec.h"
#include "harness/module.h"

#include <limits.h>
#include <math.h>
#include <string.h>

typedef struct {
    const char *extension, *type;
    const char *magic; // the first bytes, or NULL
    size_t magic_length;
} MediaType;

static const MediaType media_types[] = {
    {".png", "image/png", "\x89PNG\r\n\x1a\n", 8},
    {".jpg", "image/jpeg", "\xff\xd8\xff", 3},
    {".jpeg", "image/jpeg", NULL, 0},
    {".gif", "image/gif", "GIF8", 4},
    {".webp", "image/webp", NULL, 0},
    {".tif", "image/tiff", NULL, 0},
    {".tiff", "image/tiff", NULL, 0},
    {".svg", "image/svg+xml", NULL, 0},
    {".pdf", "application/pdf", "%PDF-", 5},
    {".wav", "audio/wav", NULL, 0},
    {".flac", "audio/flac", "fLaC", 4},
    {".mp3", "audio/mpeg", "ID3", 3},
    {".ogg", "audio/ogg", "OggS", 4},
    {".opus", "audio/ogg", NULL, 0},
    {".m4a", "audio/mp4", NULL, 0},
    {".g722", "audio/G722", NULL, 0},
    {".gsm", "audio/GSM", NULL, 0},
    {".mp4", "video/mp4", NULL, 0},
    {".mov", "video/quicktime", NULL, 0},
    {".webm", "video/webm", "\x1a\x45\xdf\xa3", 4},
    {".mkv", "video/x-matroska", NULL, 0},
    {".avi", "video/x-msvideo", NULL, 0},
    {".ts", "video/mp2t", NULL, 0},
    {".csv", "text/csv", NULL, 0},
    {".h5", "application/x-hdf5", "\x89HDF\r\n\x1a\n", 8},
    {".hdf5", "application/x-hdf5", NULL, 0},
};

static const char *type_by_magic(GBytes *bytes)
{
    size_t length;
    const char *data = g_bytes_get_data(bytes, &length);
    for (size_t i = 0; i < G_N_ELEMENTS(media_types); i++) {
        const MediaType *type = &media_types[i];
        if (type->magic != NULL && length >= type->magic_length
            && memcmp(data, type->magic, type->magic_length) == 0)
            return type->type;
    }
    if (length >= 12 && memcmp(data, "RIFF", 4) == 0) {
        if (memcmp(data + 8, "WAVE", 4) == 0) return "audio/wav";
        if (memcmp(data + 8, "WEBP", 4) == 0) return "image/webp";
    }
    return NULL;
}

static const char *type_by_name(const char *name)
{
    const char *dot = name != NULL ? strrchr(name, '.') : NULL;
    if (dot == NULL) return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(media_types); i++)
        if (g_ascii_strcasecmp(dot, media_types[i].extension) == 0) return media_types[i].type;
    return NULL;
}

static const char *guess_type(GBytes *bytes, const char *name)
{
    const char *type = type_by_magic(bytes);
    if (type == NULL) type = type_by_name(name);
    return type != NULL ? type : "application/octet-stream";
}

PsMedia *ps_media_new(GBytes *bytes, const char *type, const char *name)
{
    PsMedia *media = g_new(PsMedia, 1);
    media->bytes = g_bytes_ref(bytes);
    media->type = g_strdup(type != NULL ? type : guess_type(bytes, name));
    media->pixels = NULL;
    return media;
}

PsMedia *ps_media_of_pixels(PsImage *image)
{
    PsMedia *media = g_new0(PsMedia, 1);
    media->type = g_strdup("image/png");
    media->pixels = image;
    return media;
}

bool ps_media_encode(PsMedia *media, GError **error)
{
    if (media->pixels == NULL) return true;
    g_autoptr(PsMedia) encoded = ps_image_encode(media->pixels, media->type, 0, error);
    if (encoded == NULL) return false;
    media->bytes = g_steal_pointer(&encoded->bytes);
    g_clear_pointer(&media->pixels, ps_image_free);
    return true;
}

void ps_media_free(PsMedia *media)
{
    if (media == NULL) return;
    if (media->bytes != NULL) g_bytes_unref(media->bytes);
    ps_image_free(media->pixels);
    g_free(media->type);
    g_free(media);
}

PsImage *ps_image_new(int width_px, int height_px, int n_bands)
{
    PsImage *image = g_new(PsImage, 1);
    *image = (PsImage){.width_px = width_px, .height_px = height_px, .n_bands = n_bands};
    image->pixels = g_malloc((size_t)width_px * (size_t)height_px * (size_t)n_bands);
    return image;
}

void ps_image_free(PsImage *image)
{
    if (image == NULL) return;
    g_free(image->pixels);
    g_free(image);
}

PsAudio *ps_audio_new(int rate_hz, size_t n_frames)
{
    PsAudio *audio = g_new(PsAudio, 1);
    *audio = (PsAudio){.rate_hz = rate_hz, .n_frames = n_frames};
    audio->frames = g_new(float, n_frames);
    return audio;
}

void ps_audio_free(PsAudio *audio)
{
    if (audio == NULL) return;
    g_free(audio->frames);
    g_free(audio);
}

const PsMediaCodec *ps_media_codec(GError **error)
{
    return ps_module_get("media", error);
}

static PsImage *copy(const PsImage *image)
{
    PsImage *copied = ps_image_new(image->width_px, image->height_px, image->n_bands);
    memcpy(copied->pixels, image->pixels,
           (size_t)image->width_px * (size_t)image->height_px * (size_t)image->n_bands);
    return copied;
}

static PsImage *decode(const PsMedia *media, int page, int reduction, GError **error)
{
    if (media->pixels != NULL && page == 0) return copy(media->pixels);
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->image_decode(media, page, reduction, error) : NULL;
}

PsImage *ps_image_decode(const PsMedia *media, GError **error)
{
    return decode(media, 0, 1, error);
}

PsImage *ps_image_decode_page(const PsMedia *media, int page, GError **error)
{
    return decode(media, page, 1, error);
}

PsImage *ps_image_decode_for(const PsMedia *media, double factor, GError **error)
{
    int reduction = 8;
    while (reduction > 1 && reduction * 1.5 * factor > 1)
        reduction /= 2;
    return decode(media, 0, reduction, error);
}

int ps_image_n_pages(const PsMedia *media, GError **error)
{
    if (media->pixels != NULL) return 1;
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->image_n_pages(media, error) : 0;
}

bool ps_image_size(const PsMedia *media, int *width_px, int *height_px, GError **error)
{
    if (media->pixels == NULL) {
        const PsMediaCodec *table = ps_media_codec(error);
        return table != NULL && table->image_size(media, width_px, height_px, error);
    }
    *width_px = media->pixels->width_px;
    *height_px = media->pixels->height_px;
    return true;
}

PsImage *ps_image_blur(const PsImage *image, double sigma_px, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->image_blur(image, sigma_px, error) : NULL;
}

PsImage *ps_image_resize(const PsImage *image, double scale, GError **error)
{
    const double width_px = round(image->width_px * scale);
    const double height_px = round(image->height_px * scale);
    if (!(scale > 0 && width_px <= INT_MAX && height_px <= INT_MAX))
        return ps_fail_null(error, PS_ERROR_DATA,
                            "a picture of %d x %d pixels cannot be resized by %g",
                            image->width_px, image->height_px, scale);
    return ps_image_resize_to(image, (int)MAX(width_px, 1), (int)MAX(height_px, 1), error);
}

PsImage *ps_image_resize_to(const PsImage *image, int width_px, int height_px, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->image_resize(image, width_px, height_px, error) : NULL;
}

PsMedia *ps_image_encode(const PsImage *image, const char *type, int quality, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->image_encode(image, type, quality, error) : NULL;
}

PsAudio *ps_audio_decode(const PsMedia *media, int rate_hz, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->audio_decode(media, rate_hz, error) : NULL;
}

PsMedia *ps_audio_encode(const PsAudio *audio, const char *type, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->audio_encode(audio, type, error) : NULL;
}

PsAudio *
ps_audio_recode(const PsAudio *audio, const PsAudioCodec *codec, int n_passes, GError **error)
{
    const PsMediaCodec *table = ps_media_codec(error);
    return table != NULL ? table->audio_recode(audio, codec, n_passes, error) : NULL;
}

// Pictures, by libvips.
//
// libvips keeps the text of its errors in one buffer for the whole process, so under load a
// text may be another thread's: messages here are made without it, and it is emptied after a
// failure. Only well-kept decoders are let in (see `admit_loaders`); dimensions are checked
// when the header is read, before any pixel is computed.
#include "harness/media/codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>
// It needs what vips.h declares.
#include <vips/vector.h>

// Pages of a PDF are rendered as an office scanner takes them, where libvips counts 72.
#define PDF_DPI 200

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VipsImage, g_object_unref)

static void drop_log(const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
    (void)domain, (void)level, (void)text, (void)data;
}

// Of the decoders that Debian builds into libvips, those that are kept well and read what a
// dataset may hold. ImageMagick, OpenSlide, Matlab and the like stay shut: much code, seldom
// tested with hostile files.
static void admit_loaders(void)
{
    static const char *const admitted[] = {
        "VipsForeignLoadPng",  "VipsForeignLoadJpeg",  "VipsForeignLoadWebp",
        "VipsForeignLoadTiff", "VipsForeignLoadNsgif", "VipsForeignLoadSvg",
        "VipsForeignLoadPdf",  "VipsForeignLoadHeif",
    };
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(admitted); i++)
        vips_operation_block_set(admitted[i], FALSE);
}

static gpointer start_vips(gpointer unused)
{
    (void)unused;
    GLogLevelFlags all = G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION;
    g_log_set_handler("VIPS", all, drop_log, NULL);
    if (VIPS_INIT("proofsheet") != 0) return NULL;
    vips_concurrency_set(1); // the harness works on many samples at once already
    vips_cache_set_max(0);   // no picture is asked for twice
    // What Orc compiles for libvips at run time crashes now and then when threads use it at
    // once.
    vips_vector_set_enabled(FALSE);
    admit_loaders();
#ifdef __SANITIZE_ADDRESS__
    // The leak check at exit stumbles over libvips' idle threads. Elsewhere they are left
    // alone: a thread that still works on a picture then would be pulled down with them.
    atexit(vips_shutdown);
#endif
    return GINT_TO_POINTER(1);
}

static bool has_vips(GError **error)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, start_vips, NULL);
    if (once.retval != NULL) return true;
    return ps_fail(error, PS_ERROR_UNAVAILABLE, "libvips does not start");
}

static PsImage *image_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static PsImage *image_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    vips_error_clear();
    return ps_fail_null(error, PS_ERROR_DATA, "%s", text);
}

// --- decoding ------------------------------------------------------------------------------

// The picture behind data, header read, pixels not yet; page counts where there can be several,
// reduction where it can be read reduced.
static VipsImage *open_buffer(const void *data, size_t length, int page, int reduction)
{
    const char *loader = vips_foreign_find_load_buffer(data, length);
    if (loader == NULL) return NULL;
    char options[48] = "";
    if (strstr(loader, "Pdf") != NULL)
        g_snprintf(options, sizeof options, "[dpi=%d,page=%d]", PDF_DPI, page);
    else if (strstr(loader, "Tiff") != NULL)
        g_snprintf(options, sizeof options, "[page=%d]", page);
    else if (strstr(loader, "Jpeg") != NULL && page == 0)
        g_snprintf(options, sizeof options, "[shrink=%d]", reduction);
    else if (page > 0)
        return NULL;
    return vips_image_new_from_buffer(data, length, options, "access", VIPS_ACCESS_SEQUENTIAL,
                                      "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
}

static bool is_in_bounds(int width_px, int height_px)
{
    return width_px > 0 && height_px > 0
           && (uint64_t)width_px * (uint64_t)height_px <= PS_IMAGE_MAX_PIXELS;
}

// Turning by 90° reads columns, which a picture that is decoded row by row cannot give.
static bool make_upright(VipsImage **image)
{
    if (vips_image_get_orientation(*image) <= 1) return true;
    g_autoptr(VipsImage) whole = vips_image_copy_memory(*image);
    VipsImage *upright = NULL;
    if (whole == NULL || vips_autorot(whole, &upright, NULL) != 0) return false;
    g_object_unref(*image);
    *image = upright;
    return true;
}

static bool is_grey(const VipsImage *image)
{
    VipsInterpretation meaning = vips_image_guess_interpretation(image);
    return meaning == VIPS_INTERPRETATION_B_W || meaning == VIPS_INTERPRETATION_GREY16;
}

// Replaces *image by the result of one step of libvips.
static bool step(VipsImage **image, VipsImage *result, int status)
{
    if (status != 0) return false;
    g_object_unref(*image);
    *image = result;
    return true;
}

#define CUBE_STEPS 9 // of each colour

// Every mixture of CUBE_STEPS values of red, green and blue, with the profile of another
// picture.
static VipsImage *colour_cube(VipsImage *profiled, uint8_t *cube, size_t size)
{
    const void *profile;
    size_t length;
    for (size_t i = 0; i < size; i++) {
        const size_t mixture = i / 3;
        const size_t divisors[] = {1, CUBE_STEPS, CUBE_STEPS * CUBE_STEPS};
        cube[i] = (uint8_t)(mixture / divisors[i % 3] % CUBE_STEPS * 255 / (CUBE_STEPS - 1));
    }
    g_autoptr(VipsImage) raw = vips_image_new_from_memory(cube, size, CUBE_STEPS * CUBE_STEPS,
                                                          CUBE_STEPS, 3, VIPS_FORMAT_UCHAR);
    VipsImage *typed = NULL;
    if (raw == NULL || vips_image_get_blob(profiled, VIPS_META_ICC_NAME, &profile, &length) != 0
        || vips_copy(raw, &typed, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) != 0)
        return NULL;
    vips_image_set_blob_copy(typed, VIPS_META_ICC_NAME, profile, length);
    return typed;
}

// Whether the embedded profile is that of sRGB, as cameras write it: no colour changes by more
// than rounding. Most are, and then the pixels need not be transformed at all.
static bool is_srgb(VipsImage *image)
{
    uint8_t cube[CUBE_STEPS * CUBE_STEPS * CUBE_STEPS * 3];
    size_t length = 0;
    if (image->Bands != 3 || image->BandFmt != VIPS_FORMAT_UCHAR) return false;
    g_autoptr(VipsImage) before = colour_cube(image, cube, sizeof cube);
    g_autoptr(VipsImage) after = NULL;
    if (before == NULL
        || vips_icc_transform(before, &after, "srgb", "embedded", TRUE, NULL) != 0)
        return false;
    g_autofree uint8_t *changed = vips_image_write_to_memory(after, &length);
    bool is_same = changed != NULL && length == sizeof cube;
    for (size_t i = 0; i < sizeof cube && is_same; i++)
        is_same = abs(changed[i] - cube[i]) <= 1;
    return is_same;
}

// To sRGB (or grey) of 8 bits. An embedded profile is honoured where it can be; a damaged one
// is ignored, as browsers do.
static bool make_srgb(VipsImage **image)
{
    bool grey = is_grey(*image);
    VipsImage *made = NULL;
    if (!grey && vips_image_get_typeof(*image, VIPS_META_ICC_NAME) != 0 && !is_srgb(*image)) {
        int status = vips_icc_transform(*image, &made, "srgb", "embedded", TRUE, NULL);
        if (status == 0) return step(image, made, status);
        made = NULL;
    }
    VipsInterpretation target = grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    int status = vips_colourspace(*image, &made, target, NULL);
    return step(image, made, status);
}

static bool make_opaque(VipsImage **image)
{
    if (!vips_image_hasalpha(*image)) return true;
    VipsImage *made = NULL;
    VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
    int status = vips_flatten(*image, &made, "background", white, NULL);
    vips_area_unref(VIPS_AREA(white));
    return step(image, made, status);
}

// Whatever is left: other number formats and further bands.
static bool make_plain(VipsImage **image)
{
    VipsImage *made = NULL;
    int n_bands = (*image)->Bands >= 3 ? 3 : 1;
    if ((*image)->Bands != n_bands) {
        int status = vips_extract_band(*image, &made, 0, "n", n_bands, NULL);
        if (!step(image, made, status)) return false;
    }
    if ((*image)->BandFmt == VIPS_FORMAT_UCHAR) return true;
    int status = vips_cast_uchar(*image, &made, NULL);
    return step(image, made, status);
}

// Computes the pixels of image into a new PsImage; NULL if they cannot be.
static PsImage *take_pixels(VipsImage *image)
{
    int width_px = image->Xsize, height_px = image->Ysize, n_bands = image->Bands;
    g_autoptr(PsImage) taken = ps_image_new(width_px, height_px, n_bands);
    size_t size = VIPS_IMAGE_SIZEOF_IMAGE(image);
    g_autoptr(VipsImage) target = vips_image_new_from_memory(
        taken->pixels, size, width_px, height_px, n_bands, VIPS_FORMAT_UCHAR);
    if (target == NULL || vips_image_write(image, target) != 0) return NULL;
    return g_steal_pointer(&taken);
}

// The page of media that libvips finds; NULL with error.
static VipsImage *open_media(const PsMedia *media, int page, int reduction, GError **error)
{
    if (!has_vips(error)) return NULL;
    size_t length;
    const void *data = g_bytes_get_data(media->bytes, &length);
    if (length == 0 || length > PS_MEDIA_MAX_BYTES) {
        image_fail(error, "a picture of %zu bytes is not decoded", length);
        return NULL;
    }
    VipsImage *image = open_buffer(data, length, page, reduction);
    if (image == NULL && page > 0)
        image_fail(error, "%zu bytes of %s have no page %d", length, media->type, page + 1);
    else if (image == NULL)
        image_fail(error, "%zu bytes of %s are not a picture", length, media->type);
    return image;
}

// Documents alone: a moving GIF is one picture, its first.
int ps_vips_n_pages(const PsMedia *media, GError **error)
{
    g_autoptr(VipsImage) image = open_media(media, 0, 1, error);
    if (image == NULL) return 0;
    const char *loader = NULL;
    bool is_document = vips_image_get_string(image, VIPS_META_LOADER, &loader) == 0
                       && (strstr(loader, "pdf") != NULL || strstr(loader, "tiff") != NULL);
    return is_document ? MAX(vips_image_get_n_pages(image), 1) : 1;
}

bool ps_vips_size(const PsMedia *media, int *width_px, int *height_px, GError **error)
{
    g_autoptr(VipsImage) image = open_media(media, 0, 1, error);
    if (image == NULL) return false;
    const bool is_turned = vips_image_get_orientation_swap(image);
    *width_px = is_turned ? image->Ysize : image->Xsize;
    *height_px = is_turned ? image->Xsize : image->Ysize;
    return true;
}

// Whether the picture is one to be decoded: what is read reduced was as large as it was.
// *reduction becomes one that leaves no part of a pixel over, which libvips would cut off.
static bool is_admitted(const PsMedia *media, int page, int *reduction, GError **error)
{
    g_autoptr(VipsImage) whole = open_media(media, page, 1, error);
    if (whole == NULL) return false;
    while (whole->Xsize % *reduction != 0 || whole->Ysize % *reduction != 0)
        *reduction /= 2;
    if (is_in_bounds(whole->Xsize, whole->Ysize)) return true;
    image_fail(error, "a picture of %d x %d pixels is too large", whole->Xsize, whole->Ysize);
    return false;
}

PsImage *ps_vips_decode(const PsMedia *media, int page, int reduction, GError **error)
{
    size_t length = g_bytes_get_size(media->bytes);
    if (!is_admitted(media, page, &reduction, error)) return NULL;
    g_autoptr(VipsImage) image = open_media(media, page, reduction, error);
    if (image == NULL) return NULL;
    PsImage *pixels = NULL;
    if (make_upright(&image) && make_srgb(&image) && make_opaque(&image) && make_plain(&image))
        pixels = take_pixels(image);
    if (pixels == NULL)
        return image_fail(error, "the picture (%s, %zu bytes) is damaged", media->type, length);
    return pixels;
}

// --- encoding ------------------------------------------------------------------------------

// image as libvips sees it; its pixels stay the caller's and must outlive the result.
static VipsImage *wrap(const PsImage *image)
{
    size_t size = (size_t)image->width_px * (size_t)image->height_px * (size_t)image->n_bands;
    g_autoptr(VipsImage) raw =
        vips_image_new_from_memory(image->pixels, size, image->width_px, image->height_px,
                                   image->n_bands, VIPS_FORMAT_UCHAR);
    VipsImage *typed = NULL;
    VipsInterpretation meaning =
        image->n_bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (raw == NULL || vips_copy(raw, &typed, "interpretation", meaning, NULL) != 0)
        return NULL;
    return typed;
}

// JPEG: colour is halved in both directions (4:2:0) at every quality, as cameras do; libvips
// alone would stop doing so at quality 90. Quantisation tables are those of the standard's
// Annex K, scaled, so that the quality can be told from the file.
static int
encode_as(VipsImage *image, const char *type, int quality, void **bytes, size_t *length)
{
    if (strcmp(type, "image/png") == 0)
        return vips_pngsave_buffer(image, bytes, length, "compression", 1, "filter",
                                   VIPS_FOREIGN_PNG_FILTER_UP, "strip", TRUE, NULL);
    if (strcmp(type, "image/jpeg") == 0)
        return vips_jpegsave_buffer(image, bytes, length, "Q", quality, "subsample_mode",
                                    VIPS_FOREIGN_SUBSAMPLE_ON, "strip", TRUE, NULL);
    return vips_webpsave_buffer(image, bytes, length, "Q", quality, "strip", TRUE, NULL);
}

PsMedia *ps_vips_encode(const PsImage *image, const char *type, int quality, GError **error)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/webp", NULL};
    if (!has_vips(error)) return NULL;
    if (!g_strv_contains(types, type))
        return ps_fail_null(error, PS_ERROR_DATA, "pictures are not encoded as %s", type);
    if (strcmp(type, "image/png") != 0 && (quality < 1 || quality > 100))
        return ps_fail_null(error, PS_ERROR_DATA, "quality %d is not 1 to 100", quality);
    g_autoptr(VipsImage) wrapped = wrap(image);
    void *bytes = NULL;
    size_t length = 0;
    if (wrapped == NULL || encode_as(wrapped, type, quality, &bytes, &length) != 0) {
        vips_error_clear();
        return ps_fail_null(error, PS_ERROR_DATA,
                            "a picture of %d x %d cannot be encoded as %s", image->width_px,
                            image->height_px, type);
    }
    g_autoptr(GBytes) taken = g_bytes_new_take(bytes, length);
    return ps_media_new(taken, type, NULL);
}

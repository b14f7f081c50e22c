#include "harness/ingest_private.h"

#include "harness/error.h"
#include "harness/json.h"
#include "harness/series.h"
#include "harness/video.h"

#include <math.h>
#include <string.h>

#define JPEG_QUALITY 90  // of frames, and of JPEG pictures that are reduced
#define LEAST_SIDE_PX 16 // a picture is not reduced below

// ---- pieces

static void piece_clear(void *data)
{
    PsPiece *piece = data;
    ps_media_free(piece->media);
    g_free(piece->caption);
}

static PsPiece *add_piece(PsMaking *making, PsPartKind kind, PsMedia *media)
{
    PsPiece piece = {.part = {.kind = kind}, .media = media, .time_s = NAN};
    piece.is_picture = kind == PS_PART_IMAGE || kind == PS_PART_PAGE;
    g_array_append_val(making->pieces, piece);
    return &g_array_index(making->pieces, PsPiece, making->pieces->len - 1);
}

const char *ps_ingest_picture_type(const PsMedia *media)
{
    return strcmp(media->type, "image/jpeg") == 0 ? "image/jpeg" : "image/png";
}

// The factor that brings a picture's sides within the caps.
static double cap_of(const PsIngest *options, int width_px, int height_px)
{
    double pixels = (double)width_px * height_px, side = MAX(width_px, height_px), factor = 1;
    if (options->max_image_pixels > 0)
        factor = fmin(factor, sqrt((double)options->max_image_pixels / pixels));
    if (options->max_image_side > 0)
        factor = fmin(factor, (double)options->max_image_side / side);
    return factor;
}

void ps_ingest_reduce(int *width_px, int *height_px, double factor)
{
    const double least = (double)LEAST_SIDE_PX / MIN(*width_px, *height_px);
    const double within = fmin(1, fmax(factor, least));
    *width_px = (int)fmax(1, round(*width_px * within));
    *height_px = (int)fmax(1, round(*height_px * within));
}

bool ps_ingest_set_picture(PsPiece *piece,
                           const PsImage *image,
                           int width_px,
                           int height_px,
                           const char *type,
                           GError **error)
{
    const bool is_same = width_px == image->width_px && height_px == image->height_px;
    g_autoptr(PsImage) small =
        is_same ? NULL : ps_image_resize_to(image, width_px, height_px, error);
    if (!is_same && small == NULL) return false;
    PsMedia *media = ps_image_encode(is_same ? image : small, type, JPEG_QUALITY, error);
    if (media == NULL) return false;
    ps_media_free(piece->media);
    piece->media = media;
    piece->width_px = width_px;
    piece->height_px = height_px;
    return true;
}

// The same, within the caps.
static bool set_capped(
    PsMaking *making, PsPiece *piece, const PsImage *image, const char *type, GError **error)
{
    int width_px = image->width_px, height_px = image->height_px;
    ps_ingest_reduce(&width_px, &height_px, cap_of(making->options, width_px, height_px));
    return ps_ingest_set_picture(piece, image, width_px, height_px, type, error);
}

static void begin_trace(PsMaking *making, size_t part, const char *kind)
{
    if (making->trace->len > 0) g_string_append_c(making->trace, ',');
    g_string_append_c(making->trace, '{');
    ps_json_append_key(making->trace, "part");
    ps_json_append_integer(making->trace, (int64_t)part + 1);
    ps_json_append_key(making->trace, "is");
    ps_json_append_string(making->trace, kind);
}

static void trace_size(PsMaking *making, int width_px, int height_px)
{
    ps_json_append_key(making->trace, "width_px");
    ps_json_append_integer(making->trace, width_px);
    ps_json_append_key(making->trace, "height_px");
    ps_json_append_integer(making->trace, height_px);
}

// ---- video

static void trace_clip(PsMaking *making, size_t part, const PsClip *clip, PsSampling sampling)
{
    GString *trace = making->trace;
    begin_trace(making, part, "video");
    ps_json_append_key(trace, "sampling");
    ps_json_append_string(trace, ps_sampling_name(sampling));
    ps_json_append_key(trace, "frames_s");
    for (size_t i = 0; i < clip->n_frames; i++) {
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(
            trace, "%s%s", i == 0 ? "[" : ",",
            g_ascii_formatd(digits, sizeof digits, "%.3f", clip->frames[i].time_s));
    }
    g_string_append_c(trace, ']');
    ps_json_append_key(trace, "of_frames");
    ps_json_append_integer(trace, (int64_t)clip->n_all);
    ps_json_append_key(trace, "duration_s");
    ps_json_append_number(trace, clip->duration_s);
    const PsPiece *last = &g_array_index(making->pieces, PsPiece, making->pieces->len - 1);
    trace_size(making, last->width_px, last->height_px);
    g_string_append_c(trace, '}');
}

static bool add_frames(PsMaking *making, const PsClip *clip, int number, GError **error)
{
    for (size_t i = 0; i < clip->n_frames; i++) {
        const PsFrame *frame = &clip->frames[i];
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        PsPiece *piece = add_piece(making, PS_PART_IMAGE, NULL);
        piece->time_s = frame->time_s;
        piece->caption = g_strdup_printf(
            "video %d, frame %zu of %zu, at %s s", number, i + 1, clip->n_frames,
            g_ascii_formatd(digits, sizeof digits, "%.2f", frame->time_s));
        if (!set_capped(making, piece, frame->image, "image/jpeg", error)) return false;
    }
    return true;
}

static bool add_sound(PsMaking *making, const PsMedia *video, int number, GError **error)
{
    g_autoptr(PsAudio) audio = ps_audio_decode(video, 0, error);
    PsMedia *media = audio != NULL ? ps_audio_encode(audio, "audio/wav", error) : NULL;
    if (media == NULL) return g_prefix_error(error, "its sound: "), false;
    add_piece(making, PS_PART_AUDIO, media)->caption =
        g_strdup_printf("sound of video %d", number);
    return true;
}

static bool take_video(PsMaking *making, size_t part, const PsMedia *media, GError **error)
{
    const PsIngest *options = making->options;
    int number = ++making->n_of_kind[PS_PART_VIDEO];
    size_t n_wanted = options->frames > 0 ? (size_t)options->frames : PS_INGEST_FRAMES;
    g_autoptr(PsClip) clip =
        ps_video_sample(media, options->sampling, n_wanted, options->max_image_pixels, error);
    if (clip == NULL || !add_frames(making, clip, number, error)) return false;
    trace_clip(making, part, clip, options->sampling);
    return !options->video_sound || add_sound(making, media, number, error);
}

// ---- documents, series, pictures

static bool
add_page(PsMaking *making, const PsMedia *media, int page, int n_pages, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode_page(media, page, error);
    if (image == NULL) return false;
    PsPiece *piece = add_piece(making, PS_PART_PAGE, NULL);
    piece->caption = g_strdup_printf("document %d, page %d of %d",
                                     making->n_of_kind[PS_PART_PAGE], page + 1, n_pages);
    return set_capped(making, piece, image, "image/png", error);
}

static bool take_document(PsMaking *making, size_t part, const PsMedia *media, GError **error)
{
    int n_pages = ps_image_n_pages(media, error);
    int most = making->options->pages > 0 ? (int)making->options->pages : PS_INGEST_PAGES;
    if (n_pages == 0) return false;
    making->n_of_kind[PS_PART_PAGE]++;
    for (int page = 0; page < MIN(n_pages, most); page++)
        if (!add_page(making, media, page, n_pages, error)) return false;
    begin_trace(making, part, "document");
    ps_json_append_key(making->trace, "pages");
    ps_json_append_integer(making->trace, MIN(n_pages, most));
    ps_json_append_key(making->trace, "of_pages");
    ps_json_append_integer(making->trace, n_pages);
    g_string_append_c(making->trace, '}');
    return true;
}

static bool take_series(PsMaking *making, size_t part, const PsMedia *media, GError **error)
{
    g_autoptr(PsSeries) series = ps_series_decode(media, error);
    if (series == NULL) return false;
    int64_t most = making->options->series_rows;
    size_t n_lines = most > 0 ? (size_t)most : PS_INGEST_SERIES_ROWS;
    char *text = ps_series_text(series, n_lines);
    g_ptr_array_add(making->texts, text);
    add_piece(making, PS_PART_TEXT, NULL)->part.text = text;
    begin_trace(making, part, "series");
    ps_json_append_key(making->trace, "rows");
    ps_json_append_integer(making->trace, (int64_t)series->n_rows);
    ps_json_append_key(making->trace, "lines");
    ps_json_append_integer(making->trace, (int64_t)MIN(series->n_rows, n_lines));
    ps_json_append_key(making->trace, "channels");
    ps_json_append_integer(making->trace, (int64_t)series->n_channels);
    ps_json_append_key(making->trace, "rate_hz");
    ps_json_append_number(making->trace, series->rate_hz);
    g_string_append_c(making->trace, '}');
    return true;
}

// media as they are sent: pixels are encoded.
static PsMedia *copy_media(const PsMedia *media, GError **error)
{
    if (media->pixels != NULL) return ps_image_encode(media->pixels, media->type, 0, error);
    return ps_media_new(media->bytes, media->type, NULL);
}

// NULL with error only for pixels that cannot be encoded.
static PsPiece *
add_as_is(PsMaking *making, const PsPart *part, const PsMedia *media, GError **error)
{
    PsMedia *copy = media != NULL ? copy_media(media, error) : NULL;
    if (media != NULL && copy == NULL) return NULL;
    PsPiece *piece = add_piece(making, part->kind, copy);
    piece->part = *part;
    return piece;
}

static bool has_cap(const PsIngest *options)
{
    return options->max_image_pixels > 0 || options->max_image_side > 0;
}

// A picture whose sides are over the cap.
static bool take_large(
    PsMaking *making, size_t number, const PsPart *part, const PsMedia *media, GError **error)
{
    int width_px, height_px, was_px[2];
    if (!ps_image_size(media, &was_px[0], &was_px[1], error)) return false;
    const double factor = cap_of(making->options, was_px[0], was_px[1]);
    g_autoptr(PsImage) image = ps_image_decode_for(media, factor, error);
    if (image == NULL) return false;
    PsPiece *piece = add_piece(making, part->kind, NULL);
    piece->part = *part;
    width_px = was_px[0];
    height_px = was_px[1];
    ps_ingest_reduce(&width_px, &height_px, factor);
    if (!ps_ingest_set_picture(piece, image, width_px, height_px, ps_ingest_picture_type(media),
                               error))
        return false;
    begin_trace(making, number, "picture");
    trace_size(making, width_px, height_px);
    g_string_append_printf(making->trace, ",\"was_px\":[%d,%d]}", was_px[0], was_px[1]);
    return true;
}

static bool take_picture(
    PsMaking *making, size_t number, const PsPart *part, const PsMedia *media, GError **error)
{
    int width_px = 0, height_px = 0;
    const bool is_looked_at = has_cap(making->options) || ps_ingest_has_budget(making->options);
    if (is_looked_at && !ps_image_size(media, &width_px, &height_px, error)) return false;
    if (is_looked_at && cap_of(making->options, width_px, height_px) < 1)
        return take_large(making, number, part, media, error);
    PsPiece *piece = add_as_is(making, part, media, error);
    if (piece == NULL) return false;
    piece->width_px = width_px;
    piece->height_px = height_px;
    return true;
}

static bool is_document(const PsMedia *media)
{
    return strcmp(media->type, "application/pdf") == 0
           || strcmp(media->type, "image/tiff") == 0;
}

// Whether a part has to be made into something else.
static bool
is_made(const PsIngest *options, unsigned cannot_take, const PsPart *part, const PsMedia *media)
{
    bool is_refused = (cannot_take & 1u << part->kind) != 0;
    switch (part->kind) {
    case PS_PART_VIDEO:
        return is_refused || options->frames > 0;
    case PS_PART_SERIES:
        return is_refused || options->series_rows > 0;
    case PS_PART_PAGE:
        return is_document(media) && (is_refused || options->pages > 0 || has_cap(options));
    default:
        return false;
    }
}

static bool
take_part(PsMaking *making, size_t i, const PsPart *part, const PsMedia *media, GError **error)
{
    bool is_new = is_made(making->options, making->cannot_take, part, media);
    if (is_new && part->kind == PS_PART_VIDEO) return take_video(making, i, media, error);
    if (is_new && part->kind == PS_PART_SERIES) return take_series(making, i, media, error);
    if (is_new) return take_document(making, i, media, error);
    bool is_picture =
        part->kind == PS_PART_IMAGE || (part->kind == PS_PART_PAGE && !is_document(media));
    if (is_picture) return take_picture(making, i, part, media, error);
    PsPiece *piece = add_as_is(making, part, media, error);
    if (piece != NULL) piece->is_picture = false;
    return piece != NULL;
}

// ---- all of it

void ps_ingested_drop_media(PsIngested *ingested)
{
    for (size_t i = 0; i < ingested->n_parts; i++) {
        ps_media_free((PsMedia *)ingested->media[i]);
        ingested->media[i] = NULL;
    }
}

void ps_ingested_clear(PsIngested *ingested)
{
    ps_ingested_drop_media(ingested);
    for (size_t i = 0; i < ingested->n_parts; i++)
        g_free((char *)ingested->notes[i].caption);
    g_free(ingested->parts);
    g_free(ingested->media);
    g_free(ingested->notes);
    g_clear_pointer(&ingested->texts, g_ptr_array_unref);
    g_free(ingested->trace);
    *ingested = (PsIngested){0};
}

static char *take_trace(PsMaking *making)
{
    if (making->trace->len == 0 && !ps_ingest_has_budget(making->options)) return NULL;
    PsIngestNeed need = ps_ingest_need(making);
    GString *out = g_string_new("{\"parts\":[");
    g_string_append_printf(out, "%s]", making->trace->str);
    ps_json_append_key(out, "bytes");
    ps_json_append_integer(out, (int64_t)need.bytes);
    if (making->reduced < 1) {
        ps_json_append_key(out, "reduced_to");
        ps_json_append_number(out, making->reduced);
    }
    if (making->options->max_request_tokens > 0) {
        ps_json_append_key(out, "tokens");
        ps_json_append_integer(out, (int64_t)need.tokens);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, false);
}

static void take_pieces(PsMaking *making, PsIngested *ingested)
{
    ingested->trace = take_trace(making);
    ingested->n_parts = making->pieces->len;
    ingested->parts = g_new0(PsPart, ingested->n_parts);
    ingested->media = g_new0(const PsMedia *, ingested->n_parts);
    ingested->notes = g_new0(PsPartNote, ingested->n_parts);
    ingested->texts = g_ptr_array_ref(making->texts);
    for (size_t i = 0; i < ingested->n_parts; i++) {
        PsPiece *piece = &g_array_index(making->pieces, PsPiece, i);
        ingested->parts[i] = piece->part;
        ingested->media[i] = g_steal_pointer(&piece->media);
        ingested->notes[i] = (PsPartNote){g_steal_pointer(&piece->caption), piece->time_s};
    }
}

static bool is_needed(const PsIngest *options,
                      unsigned cannot_take,
                      const PsPart *parts,
                      const PsMedia *const *media,
                      size_t n_parts)
{
    if (ps_ingest_has_budget(options)) return true;
    for (size_t i = 0; i < n_parts; i++) {
        bool is_picture = parts[i].kind == PS_PART_IMAGE || parts[i].kind == PS_PART_PAGE;
        if (is_picture && has_cap(options)) return true;
        if (parts[i].kind != PS_PART_TEXT && is_made(options, cannot_take, &parts[i], media[i]))
            return true;
    }
    return false;
}

bool ps_ingest(const PsIngest *ingest,
               unsigned cannot_take,
               const char *prompt,
               const PsPart *parts,
               const PsMedia *const *media,
               size_t n_parts,
               PsIngested *ingested,
               GError **error)
{
    if (!is_needed(ingest, cannot_take, parts, media, n_parts)) return true;
    PsMaking making = {
        .options = ingest, .cannot_take = cannot_take, .prompt = prompt, .reduced = 1};
    making.pieces = g_array_new(false, false, sizeof(PsPiece));
    g_array_set_clear_func(making.pieces, piece_clear);
    making.texts = g_ptr_array_new_with_free_func(g_free);
    making.trace = g_string_new(NULL);
    bool is_ok = true;
    for (size_t i = 0; is_ok && i < n_parts; i++) {
        is_ok = take_part(&making, i, &parts[i], media[i], error);
        if (!is_ok)
            g_prefix_error(error, "part %zu (%s): ", i + 1, ps_part_kind_name(parts[i].kind));
    }
    is_ok = is_ok && ps_ingest_fit(&making, error);
    if (is_ok) take_pieces(&making, ingested);
    g_array_unref(making.pieces);
    g_ptr_array_unref(making.texts);
    g_string_free(making.trace, true);
    return is_ok;
}

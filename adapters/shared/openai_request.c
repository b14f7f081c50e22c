#include "adapters/shared/openai_request.h"

#include "adapters/shared/base64.h"
#include "harness/json.h"

#include <math.h>
#include <string.h>

void ps_openai_frame_init(PsOpenaiFrame *frame, const PsSystem *system)
{
    GString *head = g_string_new("{\"model\":");
    ps_json_append_string(head, system->name);
    g_string_append(head, ",\"messages\":[{\"role\":\"user\",\"content\":");
    GString *tail = g_string_new("}]");
    if (!isnan(system->temperature)) {
        ps_json_append_key(tail, "temperature");
        ps_json_append_number(tail, system->temperature);
    }
    if (system->max_tokens > 0) {
        ps_json_append_key(tail, "max_tokens");
        ps_json_append_integer(tail, system->max_tokens);
    }
    if (system->seed >= 0) {
        ps_json_append_key(tail, "seed");
        ps_json_append_integer(tail, system->seed);
    }
    if (system->logprobs) g_string_append(tail, ",\"logprobs\":true");
    if (system->stream)
        g_string_append(tail, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    g_string_append_c(tail, '}');
    frame->head = g_string_free(head, false);
    frame->tail = g_string_free(tail, false);
}

void ps_openai_frame_clear(PsOpenaiFrame *frame)
{
    g_clear_pointer(&frame->head, g_free);
    g_clear_pointer(&frame->tail, g_free);
}

static void append_text(GString *out, const char *text)
{
    g_string_append(out, "{\"type\":\"text\",\"text\":");
    ps_json_append_string(out, text);
    g_string_append_c(out, '}');
}

static void append_base64(GString *out, const PsMedia *media)
{
    size_t n_bytes;
    const uint8_t *bytes = g_bytes_get_data(media->bytes, &n_bytes);
    ps_base64_append(out, bytes, n_bytes);
}

static bool is_one_of(const char *type, const char *const *types)
{
    for (; *types != NULL; types++)
        if (g_ascii_strcasecmp(type, *types) == 0) return true;
    return false;
}

static PsMedia *picture_as_png(const PsMedia *media, GError **error)
{
    g_autoptr(PsImage) image = ps_image_decode(media, error);
    return image != NULL ? ps_image_encode(image, "image/png", 0, error) : NULL;
}

static bool append_picture(GString *out, const PsMedia *media, GError **error)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/webp", "image/gif",
                                        NULL};
    g_autoptr(PsMedia) converted = NULL;
    if (!is_one_of(media->type, types)) {
        converted = picture_as_png(media, error);
        if (converted == NULL) return false;
        media = converted;
    }
    g_string_append(out, "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:");
    g_string_append(out, media->type);
    g_string_append(out, ";base64,");
    append_base64(out, media);
    g_string_append(out, "\"}}");
    return true;
}

static PsMedia *recording_as_wav(const PsMedia *media, GError **error)
{
    g_autoptr(PsAudio) audio = ps_audio_decode(media, 0, error);
    return audio != NULL ? ps_audio_encode(audio, "audio/wav", error) : NULL;
}

static bool append_recording(GString *out, const PsMedia *media, GError **error)
{
    static const char *const wav[] = {"audio/wav", "audio/x-wav", "audio/wave", NULL};
    static const char *const mp3[] = {"audio/mpeg", "audio/mp3", NULL};
    g_autoptr(PsMedia) converted = NULL;
    bool is_mp3 = is_one_of(media->type, mp3);
    if (!is_mp3 && !is_one_of(media->type, wav)) {
        converted = recording_as_wav(media, error);
        if (converted == NULL) return false;
        media = converted;
    }
    g_string_append(out, "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"");
    append_base64(out, media);
    g_string_append_printf(out, "\",\"format\":\"%s\"}}", is_mp3 ? "mp3" : "wav");
    return true;
}

static bool append_part(GString *out, const PsPart *part, const PsMedia *media, GError **error)
{
    switch (part->kind) {
    case PS_PART_TEXT:
        append_text(out, part->text);
        return true;
    case PS_PART_IMAGE:
    case PS_PART_PAGE:
        return append_picture(out, media, error);
    case PS_PART_AUDIO:
        return append_recording(out, media, error);
    default:
        return ps_fail(error, PS_ERROR_DATA, "openai adapter cannot send %s",
                       ps_part_kind_name(part->kind));
    }
}

// The text if it is all there is to send, or NULL.
static const char *only_text(const PsRequest *request)
{
    if (request->n_parts == 0) return request->prompt != NULL ? request->prompt : "";
    bool is_alone = request->prompt == NULL && request->n_parts == 1;
    return is_alone && request->parts[0].kind == PS_PART_TEXT ? request->parts[0].text : NULL;
}

static bool append_parts(GString *out, const PsRequest *request, GError **error)
{
    g_string_append_c(out, '[');
    if (request->prompt != NULL) append_text(out, request->prompt);
    for (size_t i = 0; i < request->n_parts; i++) {
        if (out->str[out->len - 1] != '[') g_string_append_c(out, ',');
        if (request->notes != NULL && request->notes[i].caption != NULL) {
            append_text(out, request->notes[i].caption);
            g_string_append_c(out, ',');
        }
        if (!append_part(out, &request->parts[i], request->media[i], error)) {
            g_prefix_error(error, "part %zu: ", i + 1);
            return false;
        }
    }
    g_string_append_c(out, ']');
    return true;
}

bool ps_openai_append_body(GString *out,
                           const PsOpenaiFrame *frame,
                           const PsRequest *request,
                           GError **error)
{
    g_string_append(out, frame->head);
    const char *text = only_text(request);
    if (text != NULL)
        ps_json_append_string(out, text);
    else if (!append_parts(out, request, error))
        return false;
    g_string_append(out, frame->tail);
    return true;
}

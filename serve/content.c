#include "serve/content.h"

#include "harness/error.h"

#include <string.h>

#define MADE_INTO_OTHERS (1u << PS_PART_VIDEO | 1u << PS_PART_PAGE)

// A message's parts. Texts are borrowed from the JSON.
typedef struct {
    GArray *parts;    // PsPart
    GPtrArray *media; // PsMedia *, NULL for text; owned
} Content;

static void media_free(void *media)
{
    ps_media_free(media);
}

static void content_clear(Content *content)
{
    g_array_unref(content->parts);
    g_ptr_array_unref(content->media);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Content, content_clear)

static void add(Content *content, PsPartKind kind, const char *text, PsMedia *media)
{
    const PsPart part = {.kind = kind, .text = (char *)text};
    g_array_append_val(content->parts, part);
    g_ptr_array_add(content->media, media);
}

// ---- data

// The bytes of a data URL in base64; of anything else if it is bare base64.
static PsMedia *decode(const char *data, const char *name, bool may_be_bare, GError **error)
{
    const bool is_url = g_str_has_prefix(data, "data:");
    const char *comma = is_url ? strstr(data, ";base64,") : NULL;
    if (comma == NULL && (is_url || !may_be_bare || strstr(data, "://") != NULL))
        return ps_fail_null(error, PS_ERROR_DATA, "a URL has to be a data URL in base64");
    size_t n_bytes = 0;
    guchar *decoded =
        g_base64_decode(comma != NULL ? comma + strlen(";base64,") : data, &n_bytes);
    g_autoptr(GBytes) bytes = g_bytes_new_take(decoded, n_bytes);
    return ps_media_new(bytes, NULL, name);
}

// The type where the first bytes do not tell.
static const char *name_of(PsPartKind kind)
{
    if (kind == PS_PART_AUDIO) return "sound.wav";
    return kind == PS_PART_VIDEO ? "video.mp4" : NULL;
}

bool ps_content_add_media(PsDraft *draft, PsPartKind kind, const char *data, GError **error)
{
    g_autoptr(PsMedia) media = decode(data, name_of(kind), true, error);
    return media != NULL && ps_draft_add_media(draft, kind, media, error);
}

// ---- parts

static const struct {
    const char *type, *member;
    PsPartKind kind;
    bool may_be_bare;
} kinds[] = {
    {"image_url", "url", PS_PART_IMAGE, false}, {"input_audio", "data", PS_PART_AUDIO, true},
    {"audio_url", "url", PS_PART_AUDIO, false}, {"video_url", "url", PS_PART_VIDEO, false},
    {"file", "file_data", PS_PART_PAGE, true},
};

static bool read_part(Content *content, const cJSON *part, GError **error)
{
    const char *type = ps_json_string(part, "type"), *text = ps_json_string(part, "text");
    if (type != NULL && strcmp(type, "text") == 0 && text != NULL)
        return add(content, PS_PART_TEXT, text, NULL), true;
    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(type, kinds[i].type) != 0) continue;
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(part, type);
        const char *data =
            cJSON_IsString(inner) ? inner->valuestring : ps_json_string(inner, kinds[i].member);
        if (data == NULL)
            return ps_fail(error, PS_ERROR_DATA, "%s has no %s", type, kinds[i].member);
        PsMedia *media = decode(data, name_of(kinds[i].kind), kinds[i].may_be_bare, error);
        if (media != NULL) add(content, kinds[i].kind, NULL, media);
        return media != NULL;
    }
    return ps_fail(error, PS_ERROR_DATA,
                   "a content part is neither text, image_url, input_audio, audio_url, "
                   "video_url nor file");
}

static bool read_parts(Content *content, const cJSON *list, GError **error)
{
    const cJSON *part;
    if (cJSON_IsString(list)) return add(content, PS_PART_TEXT, list->valuestring, NULL), true;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > PS_CONTENT_PARTS_MOST)
        return ps_fail(error, PS_ERROR_DATA,
                       "a message's content is neither text nor a list of at most %d parts",
                       PS_CONTENT_PARTS_MOST);
    cJSON_ArrayForEach(part, list) if (!read_part(content, part, error)) return false;
    return true;
}

// ---- as they are sent

static bool add_parts(PsDraft *draft,
                      const PsPart *parts,
                      const PsMedia *const *media,
                      const PsPartNote *notes,
                      size_t n_parts,
                      GError **error)
{
    for (size_t i = 0; i < n_parts; i++) {
        const char *caption = notes != NULL ? notes[i].caption : NULL;
        if (caption != NULL && !ps_draft_add_text(draft, caption, false, error)) return false;
        const bool is_added = parts[i].kind == PS_PART_TEXT
                                  ? ps_draft_add_text(draft, parts[i].text, false, error)
                                  : ps_draft_add_media(draft, parts[i].kind, media[i], error);
        if (!is_added) return false;
    }
    return true;
}

bool ps_content_add(PsDraft *draft,
                    const PsIngest *ingest,
                    const cJSON *content,
                    GError **error)
{
    g_auto(Content) own = {g_array_new(false, false, sizeof(PsPart)),
                           g_ptr_array_new_with_free_func(media_free)};
    PsIngested made = {0};
    if (!read_parts(&own, content, error)) return false;
    const PsPart *parts = (const PsPart *)(void *)own.parts->data;
    const PsMedia *const *media = (const PsMedia *const *)own.media->pdata;
    const size_t n = own.parts->len;
    if (!ps_ingest(ingest, MADE_INTO_OTHERS, NULL, parts, media, n, &made, error)) return false;
    const bool is_ok = made.n_parts > 0 ? add_parts(draft, made.parts, made.media, made.notes,
                                                    made.n_parts, error)
                                        : add_parts(draft, parts, media, NULL, n, error);
    ps_ingested_clear(&made);
    return is_ok;
}

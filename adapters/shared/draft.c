#include "adapters/shared/draft.h"

#include "engine/decoder.h"
#include "harness/error.h"
#include "harness/response.h"

#include <string.h>

// A stretch of the prompt: one of these, or tokens alone.
typedef struct {
    PePrompt text;
    PePicture picture; // its pixels are owned
    PsAudio *audio;
} Piece;

struct PsDraft {
    PsDraftOptions options;
    GArray *pieces; // Piece
    PsDraftCost cost;
    size_t n_media_bytes; // decoded
    const char *lead;     // of what is added next, or NULL
    bool was_stopped;
};

static void piece_clear(void *data)
{
    Piece *piece = data;
    pe_prompt_clear(&piece->text);
    g_free((void *)piece->picture.pixels);
    ps_audio_free(piece->audio);
    *piece = (Piece){0};
}

PsDraft *ps_draft_new(const PsDraftOptions *options)
{
    PsDraft *draft = g_new0(PsDraft, 1);
    draft->options = *options;
    draft->pieces = g_array_new(false, false, sizeof(Piece));
    g_array_set_clear_func(draft->pieces, piece_clear);
    return draft;
}

void ps_draft_free(PsDraft *draft)
{
    if (draft == NULL) return;
    g_array_unref(draft->pieces);
    g_free(draft);
}

const PeModel *ps_draft_model(const PsDraft *draft)
{
    return draft->options.model;
}

const PsDraftCost *ps_draft_cost(const PsDraft *draft)
{
    return &draft->cost;
}

bool ps_draft_was_stopped(const PsDraft *draft)
{
    return draft->was_stopped;
}

static bool stops(PsDraft *draft, GError **error)
{
    const PsDraftOptions *options = &draft->options;
    if (options->should_stop == NULL || !options->should_stop(options->data)) return false;
    draft->was_stopped = true;
    return !ps_fail(error, PS_ERROR_DATA, "stopped before the media were encoded");
}

// ---- the budget

static bool within(const char *what, size_t n, int64_t most, GError **error)
{
    return most <= 0 || n <= (size_t)most
           || ps_fail(error, PS_ERROR_DATA,
                      "the request has %zu %s, its budget is %" G_GINT64_FORMAT, n, what, most);
}

// Memory, as far as it is known.
static void count_bytes(PsDraft *draft)
{
    PsDraftCost *cost = &draft->cost;
    const PeModel *model = draft->options.model;
    const PeDecoder *decoder = &model->decoder;
    const size_t n_positions =
        MIN(cost->n_positions + draft->options.n_answer, draft->options.n_positions_most);
    const size_t n_rows = cost->planned.n_rows;
    cost->n_decode_bytes = draft->n_media_bytes;
    cost->n_encode_bytes =
        cost->planned.n_bytes + n_rows * decoder->n_embedding * sizeof(float);
    cost->n_cache_bytes = pe_cache_bytes(decoder, n_positions);
    if (decoder->has_cross && n_rows > 0)
        cost->n_cache_bytes += pe_cross_media_bytes(&model->cross, decoder, n_rows);
    cost->n_bytes = cost->n_decode_bytes + cost->n_encode_bytes + cost->n_cache_bytes;
}

static bool check(PsDraft *draft, GError **error)
{
    PsDraftCost *cost = &draft->cost;
    const PsBudget *budget = &draft->options.budget;
    count_bytes(draft);
    if (cost->n_positions >= draft->options.n_positions_most)
        return ps_fail(error, PS_ERROR_DATA,
                       "the prompt has %zu positions, which leaves none of %zu for an answer",
                       cost->n_positions, draft->options.n_positions_most);
    if (cost->planned.n_rows > draft->options.n_positions_most)
        return ps_fail(error, PS_ERROR_DATA, "the media have %zu rows, %zu are possible",
                       cost->planned.n_rows, draft->options.n_positions_most);
    if (budget->seconds > 0 && cost->planned.n_seconds > budget->seconds)
        return ps_fail(error, PS_ERROR_DATA,
                       "the request has %.4g seconds of sound, its budget is %.4g",
                       cost->planned.n_seconds, budget->seconds);
    return within("tokens", cost->n_positions, budget->tokens, error)
           && within("bytes of memory to take", cost->n_bytes, budget->bytes, error);
}

static bool spend(PsDraft *draft, const PeSensesPlan *plan, GError **error)
{
    PeSensesPlan *sum = &draft->cost.planned;
    sum->n_pixels += plan->n_pixels;
    sum->n_seconds += plan->n_seconds;
    sum->n_encodes += plan->n_encodes;
    sum->n_rows += plan->n_rows;
    sum->n_positions += plan->n_positions;
    sum->n_bytes = MAX(sum->n_bytes, plan->n_bytes);
    // Of a model with cross-attention rows stand beside the positions.
    const bool has_cross = draft->options.model->decoder.has_cross;
    draft->cost.n_positions += plan->n_positions - (has_cross ? plan->n_rows : 0);
    return check(draft, error);
}

// ---- adding

static Piece *piece_add(PsDraft *draft)
{
    const Piece piece = {.text = {.n_embedding = draft->options.model->decoder.n_embedding}};
    g_array_append_val(draft->pieces, piece);
    return &g_array_index(draft->pieces, Piece, draft->pieces->len - 1);
}

static Piece *piece_of_text(PsDraft *draft)
{
    const guint n = draft->pieces->len;
    Piece *last = n > 0 ? &g_array_index(draft->pieces, Piece, n - 1) : NULL;
    const bool is_text = last != NULL && last->picture.pixels == NULL && last->audio == NULL;
    return is_text ? last : piece_add(draft);
}

void ps_draft_lead(PsDraft *draft, const char *text)
{
    draft->lead = text;
}

// One text with what leads it: " What" is another token than " " and "What".
static char *led_text(PsDraft *draft, const char *text)
{
    char *whole = g_strconcat(draft->lead != NULL ? draft->lead : "", text, NULL);
    draft->lead = NULL;
    return whole;
}

bool ps_draft_add_text(PsDraft *draft, const char *text, bool with_control, GError **error)
{
    PePrompt *tokens = &piece_of_text(draft)->text;
    const size_t n_before = tokens->n_positions;
    g_autofree char *whole = led_text(draft, text);
    if (!ps_engine_add_text(draft->options.model, whole, strlen(whole), with_control, tokens,
                            error))
        return false;
    draft->cost.n_positions += tokens->n_positions - n_before;
    return check(draft, error);
}

bool ps_draft_add_token(PsDraft *draft, int32_t token, GError **error)
{
    PeError problem = {0};
    if (!pe_prompt_add_tokens(&piece_of_text(draft)->text, &token, 1, &problem))
        return ps_engine_fail(error, PS_ERROR_DATA, "the prompt", &problem);
    draft->cost.n_positions++;
    return check(draft, error);
}

// What a picture will take is known from its header.
static bool add_picture(PsDraft *draft, const PsMedia *media, GError **error)
{
    PeSensesPlan plan;
    PeError problem = {0};
    int width_px, height_px;
    if (!ps_image_size(media, &width_px, &height_px, error)) return false;
    const size_t n_pixels = (size_t)width_px * (size_t)height_px;
    if (!within("pixels", draft->cost.planned.n_pixels + n_pixels, draft->options.budget.pixels,
                error)
        || !within("bytes of memory to take", draft->cost.n_bytes + 3 * n_pixels,
                   draft->options.budget.bytes, error))
        return false;
    PePicture *picture = &piece_add(draft)->picture;
    if (!ps_engine_picture(media, picture, error)) return false;
    draft->n_media_bytes += 3 * picture->width_px * picture->height_px;
    if (!pe_senses_plan_picture(draft->options.senses, picture->width_px, picture->height_px,
                                &plan, &problem))
        return ps_engine_fail(error, PS_ERROR_DATA, "the picture", &problem);
    return spend(draft, &plan, error);
}

static bool add_sound(PsDraft *draft, const PsMedia *media, GError **error)
{
    PeSensesPlan plan;
    PeError problem = {0};
    PsAudio *audio = ps_engine_sound(media, error);
    if (audio == NULL) return false;
    piece_add(draft)->audio = audio;
    draft->n_media_bytes += audio->n_frames * sizeof *audio->frames;
    if (!pe_senses_plan_sound(draft->options.senses, audio->n_frames, &plan, &problem))
        return ps_engine_fail(error, PS_ERROR_DATA, "the recording", &problem);
    return spend(draft, &plan, error);
}

bool ps_draft_add_media(PsDraft *draft, PsPartKind kind, const PsMedia *media, GError **error)
{
    if (draft->options.senses == NULL)
        return ps_fail(error, PS_ERROR_DATA, "the model has no senses (no mmproj file)");
    if (stops(draft, error)) return false;
    const int64_t start_ns = ps_now_ns();
    const bool is_picture = kind == PS_PART_IMAGE || kind == PS_PART_PAGE;
    bool is_ok = false;
    if (is_picture) draft->lead = NULL;
    if (draft->lead != NULL && !ps_draft_add_text(draft, "", false, error)) return false;
    if (kind == PS_PART_AUDIO)
        is_ok = add_sound(draft, media, error);
    else if (is_picture)
        is_ok = add_picture(draft, media, error);
    else
        ps_fail(error, PS_ERROR_DATA, "the engine takes no %s", ps_part_kind_name(kind));
    draft->cost.decode_ns += ps_now_ns() - start_ns;
    return is_ok;
}

// ---- encoding

static bool copy_tokens(const PePrompt *text, PePrompt *prompt, PeError *problem)
{
    for (size_t i = 0; i < text->n_items; i++)
        if (!pe_prompt_add_tokens(prompt, text->items[i].tokens, text->items[i].n, problem))
            return false;
    return true;
}

// Frees what was decoded as soon as its rows are there.
static bool encode_piece(Piece *piece, PeSensesWork *work, PePrompt *prompt, PeError *problem)
{
    bool is_ok = copy_tokens(&piece->text, prompt, problem);
    if (is_ok && piece->picture.pixels != NULL)
        is_ok = pe_senses_add_picture(work, &piece->picture, prompt, problem);
    if (is_ok && piece->audio != NULL) {
        const PeSound sound = {piece->audio->n_frames, piece->audio->frames};
        is_ok = pe_senses_add_sound(work, &sound, prompt, problem);
    }
    piece_clear(piece);
    return is_ok;
}

bool ps_draft_encode(PsDraft *draft, PeSensesWork *work, PePrompt *prompt, GError **error)
{
    const PsDraftOptions *options = &draft->options;
    PsDraftCost *cost = &draft->cost;
    PeError problem = {0};
    bool is_ok = true;
    cost->encode_start_ns = ps_now_ns();
    if (work != NULL)
        pe_senses_begin(work, &(PeSensesBudget){0}, options->should_stop, options->data);
    for (guint i = 0; is_ok && i < draft->pieces->len; i++)
        is_ok = encode_piece(&g_array_index(draft->pieces, Piece, i), work, prompt, &problem);
    cost->encode_end_ns = ps_now_ns();
    if (work != NULL) {
        cost->encoding = *pe_senses_cost(work);
        draft->was_stopped = pe_senses_was_stopped(work);
    }
    return is_ok || ps_engine_fail(error, PS_ERROR_DATA, "the media", &problem);
}

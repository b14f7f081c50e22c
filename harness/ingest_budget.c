#include "harness/error.h"
#include "harness/ingest_private.h"

#include <math.h>
#include <string.h>

#define FIT_ROUNDS 14
#define FIT_ROUND_STEEP 2 // from this round on sides shrink by a fifth at least

// Tokens are estimated: a picture has one for 750 pixels, text one for 4 bytes, anything else
// one for 1,024 bytes.
#define PIXELS_A_TOKEN 750.0
#define TEXT_BYTES_A_TOKEN 4.0
#define BYTES_A_TOKEN 1024.0

bool ps_ingest_has_budget(const PsIngest *options)
{
    return options->max_request_bytes > 0 || options->max_request_tokens > 0;
}

PsIngestNeed ps_ingest_need(const PsMaking *making)
{
    double text = making->prompt != NULL ? (double)strlen(making->prompt) : 0;
    PsIngestNeed need = {.bytes = text, .tokens = text / TEXT_BYTES_A_TOKEN};
    for (size_t i = 0; i < making->pieces->len; i++) {
        const PsPiece *piece = &g_array_index(making->pieces, PsPiece, i);
        bool is_text = piece->part.kind == PS_PART_TEXT;
        double bytes = is_text ? (double)strlen(piece->part.text)
                               : (double)g_bytes_get_size(piece->media->bytes);
        double tokens = is_text ? bytes / TEXT_BYTES_A_TOKEN : bytes / BYTES_A_TOKEN;
        if (piece->is_picture) {
            tokens = (double)piece->width_px * piece->height_px / PIXELS_A_TOKEN;
            need.picture_bytes += bytes;
            need.picture_tokens += tokens;
        }
        need.bytes += bytes;
        need.tokens += ceil(tokens);
    }
    return need;
}

// By how much the pictures' sides have to shrink so that need fits; 1: it fits, 0: it never
// will.
static double shrink_for(double need, double of_pictures, int64_t most)
{
    if (most <= 0 || need <= (double)most) return 1;
    double left = (double)most - (need - of_pictures);
    return left > 0 && of_pictures > 0 ? 0.97 * sqrt(left / of_pictures) : 0;
}

static double shrink_factor(const PsIngest *options, const PsIngestNeed *need)
{
    return fmin(shrink_for(need->bytes, need->picture_bytes, options->max_request_bytes),
                shrink_for(need->tokens, need->picture_tokens, options->max_request_tokens));
}

static bool over_budget(const PsIngest *options, const PsIngestNeed *need, GError **error)
{
    bool is_bytes =
        options->max_request_bytes > 0 && need->bytes > (double)options->max_request_bytes;
    int64_t most = is_bytes ? options->max_request_bytes : options->max_request_tokens;
    return ps_fail(error, PS_ERROR_DATA,
                   "the request does not fit its budget: about %.0f %s where %" G_GINT64_FORMAT
                   " are allowed, with its pictures reduced as far as they may be",
                   is_bytes ? need->bytes : need->tokens, is_bytes ? "bytes" : "tokens", most);
}

static bool shrink_pictures(PsMaking *making, double factor, GError **error)
{
    for (size_t i = 0; i < making->pieces->len; i++) {
        PsPiece *piece = &g_array_index(making->pieces, PsPiece, i);
        if (!piece->is_picture) continue;
        g_autoptr(PsImage) image = ps_image_decode(piece->media, error);
        if (image == NULL) return false;
        int width_px = image->width_px, height_px = image->height_px;
        ps_ingest_reduce(&width_px, &height_px, factor);
        if (!ps_ingest_set_picture(piece, image, width_px, height_px,
                                   ps_ingest_picture_type(piece->media), error))
            return false;
    }
    making->reduced *= factor;
    return true;
}

bool ps_ingest_fit(PsMaking *making, GError **error)
{
    if (!ps_ingest_has_budget(making->options)) return true;
    PsIngestNeed need = ps_ingest_need(making);
    for (int round = 0; round < FIT_ROUNDS; round++) {
        double factor = shrink_factor(making->options, &need);
        if (factor >= 1) return true;
        if (factor <= 0) break;
        if (round >= FIT_ROUND_STEEP) factor = fmin(factor, 0.8);
        if (!shrink_pictures(making, factor, error)) return false;
        need = ps_ingest_need(making);
    }
    return shrink_factor(making->options, &need) >= 1
           || over_budget(making->options, &need, error);
}

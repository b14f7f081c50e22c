// A request on its way to the engine. Texts become tokens and media are decoded as they are
// added; what all of it will take is known, and refused where it is over the budget, before an
// encoder runs.
//
//     add text, media … ─→ counted against the budget ─→ encode ─→ prompt
//
// A draft is one thread's at a time.
#pragma once

#include "adapters/shared/engine_media.h"
#include "harness/budget.h"
#include "harness/sample.h"

typedef struct {
    const PeModel *model;
    const PeSenses *senses; // NULL: text alone
    PsBudget budget;
    size_t n_positions_most; // of a sequence, prompt and answer
    size_t n_answer;         // tokens of the answer, at most
    // Asked before each medium, and while encoders run before each layer: whether the caller is
    // gone or late. Or NULL.
    bool (*should_stop)(void *data);
    void *data;
} PsDraftOptions;

// What it takes. Times are of ps_now_ns.
typedef struct {
    PeSensesPlan planned;                   // of all media; of n_bytes the largest
    size_t n_positions;                     // of the prompt
    size_t n_decode_bytes;                  // decoded media
    size_t n_encode_bytes;                  // encoding them, and the rows that come of it
    size_t n_cache_bytes;                   // keys and values of prompt and answer
    size_t n_bytes;                         // all three
    int64_t decode_ns;                      // spent on decoding media
    int64_t encode_start_ns, encode_end_ns; // 0: not encoded
    PeSensesCost encoding;
} PsDraftCost;

typedef struct PsDraft PsDraft;

PsDraft *ps_draft_new(const PsDraftOptions *options);
void ps_draft_free(PsDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsDraft, ps_draft_free)

// Control tokens are looked for only if with_control. PS_ERROR_DATA: over the budget.
bool ps_draft_add_text(PsDraft *draft, const char *text, bool with_control, GError **error);

bool ps_draft_add_token(PsDraft *draft, int32_t token, GError **error);

// text (static) goes in front of what is added next, as one text with it; it is left out in
// front of a picture.
void ps_draft_lead(PsDraft *draft, const char *text);

// A recording, or a picture (anything else is refused). PS_ERROR_DATA: it cannot be decoded,
// the model has no such sense, over the budget, stopped.
bool ps_draft_add_media(PsDraft *draft, PsPartKind kind, const PsMedia *media, GError **error);

// Encodes what was added to the end of prompt, which is empty before; work is of the same
// senses (or NULL if there are none). Once. PS_ERROR_DATA: stopped, no memory.
bool ps_draft_encode(PsDraft *draft, PeSensesWork *work, PePrompt *prompt, GError **error);

const PeModel *ps_draft_model(const PsDraft *draft);
const PsDraftCost *ps_draft_cost(const PsDraft *draft);

// Whether should_stop has ended it.
bool ps_draft_was_stopped(const PsDraft *draft);

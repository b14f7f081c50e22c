// What making the parts of a request (ingest.c) and reducing it to its budget (ingest_budget.c)
// share. Internal to ingest.
#pragma once

#include "harness/ingest.h"

// A part on its way.
typedef struct {
    PsPart part;
    PsMedia *media; // NULL for text
    char *caption;
    double time_s;
    bool is_picture;
    int width_px, height_px; // of a picture that was decoded; else 0
} PsPiece;

typedef struct {
    const PsIngest *options;
    unsigned cannot_take;
    const char *prompt;
    GArray *pieces; // PsPiece
    GPtrArray *texts;
    GString *trace; // members of the list "parts"
    double reduced; // factor on the sides of all pictures, 1: none
    int n_of_kind[PS_N_PART_KINDS];
} PsMaking;

// What a picture is encoded as when it is reduced: JPEG stays JPEG, all else becomes PNG.
const char *ps_ingest_picture_type(const PsMedia *media);

// The sides of a picture that is reduced by factor; as they are if it is 1 or more.
void ps_ingest_reduce(int *width_px, int *height_px, double factor);

// image with these sides becomes the piece's media.
bool ps_ingest_set_picture(PsPiece *piece,
                           const PsImage *image,
                           int width_px,
                           int height_px,
                           const char *type,
                           GError **error);

// What a request takes, and what of it are pictures.
typedef struct {
    double bytes, picture_bytes, tokens, picture_tokens;
} PsIngestNeed;

bool ps_ingest_has_budget(const PsIngest *options);
PsIngestNeed ps_ingest_need(const PsMaking *making);

// Reduces all pictures by the same factor until the request fits its budget. PS_ERROR_DATA if
// it never does.
bool ps_ingest_fit(PsMaking *making, GError **error);

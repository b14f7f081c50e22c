// Ingest: making parts fit for a system before they are sent. Videos become frames, documents
// pictures of their pages, series text, where a system takes no files of them or a suite asks
// for it; pictures are reduced to a cap, and all of it to a budget. docs/adapters.md is the
// manual.
#pragma once

#include "harness/adapter.h"
#include "harness/sampling.h"

#define PS_INGEST_FRAMES 8        // of a video, where nothing else is asked for
#define PS_INGEST_PAGES 8         // of a document
#define PS_INGEST_SERIES_ROWS 200 // lines of a series as text
#define PS_INGEST_PAGES_MOST 100

// Zero: as the system takes it.
typedef struct {
    int64_t
        frames; // of a video, 1 to PS_VIDEO_MAX_PICKED; a system that takes videos gets them
    bool has_sampling;
    PsSampling sampling;
    bool video_sound;           // of a video sent as frames: a recording behind them
    int64_t pages;              // of a document, 1 to PS_INGEST_PAGES_MOST
    int64_t series_rows;        // lines of a series as text
    int64_t max_image_pixels;   // width times height of a picture …
    int64_t max_image_side;     // … and its longer side; larger ones are reduced
    int64_t max_request_bytes;  // texts and media of a request, before base64
    int64_t max_request_tokens; // as estimated: docs/adapters.md
} PsIngest;

// What others states goes before what ingest does.
PsIngest ps_ingest_merge(const PsIngest *ingest, const PsIngest *others);

// Appends what is stated as members of an object: ,"frames":8. Nothing if nothing is.
void ps_ingest_append_json(GString *out, const PsIngest *ingest);

// PS_ERROR_DATA if a number is out of its range; names it.
bool ps_ingest_check(const PsIngest *ingest, GError **error);

// Parts as they are sent. All zero: parts go as they are.
typedef struct {
    size_t n_parts;
    PsPart *parts;         // [n_parts]; texts borrowed from the input, or owned by texts
    const PsMedia **media; // [n_parts] owned; NULL for text
    PsPartNote *notes;     // [n_parts]
    GPtrArray *texts;      // char *
    char *trace;           // JSON: what was made of what
} PsIngested;

void ps_ingested_drop_media(PsIngested *ingested); // the rest stays valid
void ps_ingested_clear(PsIngested *ingested);

// Makes parts[n_parts] and their media (NULL for text) fit for a system that cannot_take these
// kinds. Does nothing, at no cost, where nothing has to be made. PS_ERROR_DATA, naming the
// part, if media are damaged or a request does not fit its budget even with its pictures
// reduced.
bool ps_ingest(const PsIngest *ingest,
               unsigned cannot_take,
               const char *prompt,
               const PsPart *parts,
               const PsMedia *const *media,
               size_t n_parts,
               PsIngested *ingested,
               GError **error);

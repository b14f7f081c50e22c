// A sample: one row of a dataset. Ordered parts go to the system under test, references never
// do. A sample is immutable once it is read, so threads share it without locks.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    PS_PART_TEXT,
    PS_PART_IMAGE,
    PS_PART_AUDIO,
    PS_PART_VIDEO,
    PS_PART_PAGE,   // a document page (PDF or picture)
    PS_PART_SERIES, // a sensor series
} PsPartKind;

#define PS_N_PART_KINDS 6

// One piece of input.
typedef struct {
    PsPartKind kind;
    char *text;       // PS_PART_TEXT: the text; otherwise NULL
    char *path;       // media: where the reader finds it (relative path, or name in a pack)
    char *media_type; // media: MIME type if the dataset states one, else NULL
    char *sha256;     // media: lower-case hex digest if the dataset states one, else NULL
} PsPart;

typedef struct {
    char *key;
    char *value;
} PsAttribute;

// What one modality says where it contradicts the others.
typedef struct {
    PsPartKind modality;
    size_t first_part; // of the sample's parts, beyond its own: what stands in for its parts of
    size_t n_parts;    // that modality; none: the sample as it is holds the contradiction
    size_t n_references;
    char **references; // [n_references] ≥ 1: the answers of whoever follows that modality
} PsContradiction;

typedef struct {
    char *strings; // where all the strings are: one block, taken and given back at once
    char *id;      // unique in its dataset
    char *cluster; // what the sample shares with others (page, prompt, speaker); id if unstated
    size_t n_parts, n_more_parts;
    PsPart *parts; // [n_parts], and behind them [n_more_parts] of the contradictions
    size_t n_references;
    char **references; // [n_references] accepted answers; may be none
    size_t n_attributes;
    PsAttribute *attributes; // [n_attributes] facts to slice by, sorted by key
    char *twin;              // what the media show, in words: stands in for them; or NULL
    size_t n_contradictions;
    PsContradiction *contradictions; // [n_contradictions]
} PsSample;

// A sample with nothing in it but its id.
PsSample *ps_sample_new(const char *id);
void ps_sample_free(PsSample *sample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSample, ps_sample_free)

// The value of attribute key, borrowed from sample, or NULL.
const char *ps_sample_attribute(const PsSample *sample, const char *key);

// "text", "image", …: the word for kind in JSON and tables. Static storage.
const char *ps_part_kind_name(PsPartKind kind);

// The kind called name. False if there is none.
bool ps_part_kind_find(const char *name, PsPartKind *kind);

// Reads one JSON object of the row format of docs/datasets.md. Unknown keys are ignored; a
// wrong type, an empty id, a part with no kind or two is PS_ERROR_DATA. The sample is the
// caller's.
PsSample *ps_sample_from_json(const char *json, size_t length, GError **error);

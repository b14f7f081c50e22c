// A slicer gives a sample, as it was sent, a key; the rows with one key are a slice.
#pragma once

#include "harness/media.h"
#include "harness/sample.h"

typedef enum {
    PS_SLICER_READS_SAMPLE, // attributes and parts only
    PS_SLICER_READS_PARTS,  // the same, and an ablation may change it: the parts as sent
    PS_SLICER_READS_MEDIA,  // the encoded bytes
    PS_SLICER_READS_IMAGE,  // the decoded picture
    PS_SLICER_READS_AUDIO,  // the decoded recording
} PsSlicerReads;

// What a slicer may look at. image, audio and media are those of the sample's first image (or
// page) and first audio part *as sent*, after the capture condition; NULL where there is none.
typedef struct {
    const PsSample *sample;
    const PsMedia *image_media;
    const PsMedia *audio_media;
    const PsImage *image;
    const PsAudio *audio;
    const char *argument; // what the suite wrote after "NAME:", or NULL
} PsSlicerInput;

typedef struct {
    const char *key; // the slice; static storage or borrowed from the sample
    double value;    // what was measured; NAN if nothing was
} PsSliceKey;

typedef struct PsSlicer {
    const char *name;    // as in a suite: "sharpness"; "attribute:NAME" has an argument
    const char *title;   // as in a table
    const char *summary; // what is measured, how, and where the bounds between keys lie
    const char *unit;    // of the value; "" if none
    PsSlicerReads reads;

    // False: this sample is in no slice of this slicer. Thread-safe.
    bool (*key)(const PsSlicerInput *input, PsSliceKey *key);
} PsSlicer;

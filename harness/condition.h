// A capture condition: how the sample was taken. Applied to media at replay, from a seed, so
// the same sample with and without it is a pair. A suite writes NAME@AMOUNT or NAME/SEVERITY.
#pragma once

#include "harness/media.h"
#include "harness/sample.h"

typedef struct PsCondition {
    const char *name;     // "blur"
    const char *summary;  // the physical meaning
    const char *unit;     // of the amount: "px", "dB"
    PsPartKind kind;      // the parts it changes (PS_PART_IMAGE also changes pages)
    double least, most;   // amounts it accepts
    double severities[5]; // the amounts of severity 1 (hardly visible) to 5 (hardly usable)

    // The changed media, a new object. The same (media, amount, seed) gives the same bytes on
    // every run; a picture may be of pixels still (harness/media.h). NULL with PS_ERROR_DATA if
    // media cannot be decoded. Thread-safe.
    PsMedia *(*apply)(const PsMedia *media, double amount, guint64 seed, GError **error);
} PsCondition;

// A device: a name for a chain of conditions (harness/capture.h).
typedef struct {
    const char *name, *chain, *summary;
} PsDevice;

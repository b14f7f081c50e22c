// Evidence: the pictures and sounds behind the numbers, kept in the run file in a form that a
// browser shows, so that a report needs nothing but the run file.
#pragma once

#include "harness/plan.h"
#include "harness/sheet.h"

#define PS_EVIDENCE_MOST_BYTES (8 << 20) // one picture or recording as it is kept
#define PS_EVIDENCE_MOST_SECONDS 60      // of a recording; the rest is cut off

// Keeps, for every sample that sheet shows, its media as they were sent (after the capture
// condition): pictures of moderate size as they are, larger ones as WebP, sounds as FLAC,
// videos as a strip of frames, series as a drawing. Media that cannot be decoded, or are still
// too large, are left out. The datasets of plan must be open.
bool ps_evidence_store(PsRunFile *run,
                       const PsPlan *plan,
                       const PsSheet *sheet,
                       GError **error);

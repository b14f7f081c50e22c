// What one request may take, and what becomes of its media.
#pragma once

#include "harness/budget.h"
#include "harness/ingest.h"
#include "harness/json.h"

typedef struct {
    PsBudget budget;
    double deadline_s; // from the request's arrival to the end of its answer; 0: none
    PsIngest ingest;   // frames of a video, pages of a document, caps of pictures
} PsServeLimits;

// limits, which are the server's, with what the body of a request says of itself:
//
//     "limits": {"pixels", "seconds", "tokens", "bytes", "deadline_s"}   only ever tighter
//     "media": {"frames", "sampling", "pages", "max_image_pixels", "max_image_side"}
//     "media_io_kwargs": {"video": {"num_frames"}}                       vLLM's word for frames
//
// PS_ERROR_DATA: something in there that is no such number.
bool ps_serve_limits_read(PsServeLimits *limits, const cJSON *body, GError **error);

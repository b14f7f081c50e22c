// What a message says: its text, pictures, recordings, videos and documents, as parts of a
// draft.
#pragma once

#include "adapters/shared/draft.h"
#include "harness/ingest.h"
#include "harness/json.h"

#define PS_CONTENT_PARTS_MOST 1000

// Adds content, a text or a list of
//
//     {"type": "text", "text"}
//     {"type": "image_url", "image_url": {"url"}}          a data URL, as all URLs here
//     {"type": "input_audio", "input_audio": {"data", …}}  base64
//     {"type": "audio_url", "audio_url": {"url"}}
//     {"type": "video_url", "video_url": {"url"}}          becomes frames, each behind its time
//     {"type": "file", "file": {"file_data"}}              a PDF; becomes pictures of its pages
//
// to draft. PS_ERROR_DATA in words for the client, as of ps_draft_add_media.
bool ps_content_add(PsDraft *draft,
                    const PsIngest *ingest,
                    const cJSON *content,
                    GError **error);

// Adds one medium, a data URL or bare base64. PS_ERROR_DATA: nothing can be decoded.
bool ps_content_add_media(PsDraft *draft, PsPartKind kind, const char *data, GError **error);

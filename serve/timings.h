// Times and memory of the stages of a request, as answers carry them beside what OpenAI's have.
#pragma once

#include "serve/job.h"

// Appends what the encoders did, without braces: "resize_ms":…,"spectrum_ms":…,"vision_ms":…,
// "audio_ms":…,"encoded":…,"cached":…
void ps_timings_append_encoding(GString *out, const PeSensesCost *encoding);

// Appends ,"timings":{…} of a job that is over, in the order of time:
//
//     decode_ms      media decoded
//     wait_ms        for others whose media were encoded
//     resize_ms, spectrum_ms, vision_ms, audio_ms, encoded, cached     as above
//     queue_ms       until a sequence was free
//     prefill_ms     positions, of which reused were there
//     first_token_ms since the request was there
//     token_ms       from each token to the next
//     bytes          of memory, as estimated before it began
void ps_timings_append(GString *out, const PsJob *job);

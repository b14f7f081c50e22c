// The reference system `reference/unified:FILE`: the bundled engine with the weights of a GGUF
// pair.
#pragma once

#include "adapters/shared/engine_media.h"
#include "engine/chat.h"
#include "engine/session.h"
#include "harness/adapter.h"

// Opened weights, shared by all workers of the process that name the same file.
typedef struct PsUnified PsUnified;

// spec: "LM.gguf", or "LM.gguf+MMPROJ.gguf"; without the second the one file mmproj*.gguf
// beside the first is taken, if there is one. PS_ERROR_USAGE without a file, PS_ERROR_NO_INPUT,
// PS_ERROR_DATA.
PsUnified *ps_unified_open(const char *spec, GError **error);
void ps_unified_unref(PsUnified *unified);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsUnified, ps_unified_unref)

const PeModel *ps_unified_model(const PsUnified *unified);
const PeChat *ps_unified_chat(const PsUnified *unified);
const PeSenses *ps_unified_senses(const PsUnified *unified); // NULL: text alone
#define PS_UNIFIED_CACHE_BYTES ((size_t)256 << 20)
// Of encoded media, shared by whoever encodes with pe_level_default and PE_PRECISION_FAST; NULL
// without senses.
PeSensesCache *ps_unified_cache(const PsUnified *unified);

// A worker of its own memory; n_threads of the engine.
typedef struct PsUnifiedWorker PsUnifiedWorker;
PsUnifiedWorker *ps_unified_worker_new(PsUnified *unified, unsigned n_threads, GError **error);
void ps_unified_worker_free(PsUnifiedWorker *worker);

// As PsAdapter.answer. system's budget is checked before an encoder runs; its time limit ends
// encoders and the network between two of their layers. The trace has the spans
//
//     decode   media decoded, texts tokenised, all of it counted: pixels, seconds, positions,
//              bytes that the request takes, and the budget
//     encode   if there are media: resize, spectrum, vision and audio encoders, cache hits
//     prefill  positions, and how many an earlier request left
//     answer   tokens, the first of which came after first_ms; the gaps between them are
//              response's token_gaps_us
bool ps_unified_answer(PsUnifiedWorker *worker,
                       const PsSystem *system,
                       const PsRequest *request,
                       PsResponse *response,
                       GError **error);

// JSON object: the file, its architecture and size, the level of instructions. The caller's.
char *ps_unified_describe(const PsUnified *unified);

// The language model's network: llama (Touvron et al. 2023), from rows of embeddings to logits.
//
//     d embedding, V tokens, h heads and g key heads of e values each, f feed-forward, n
//     positions
//
//     x[n, d]     a row of token_embedding[V, d] a token; an encoder's row for media
//     n_layers times
//         a[n, d]     = rms_norm(x) · attention_norm
//         q[n, h·e]   = rope(a · queryᵀ)
//         k[n, g·e]   = rope(a · keyᵀ)                                   → cache
//         v[n, g·e]   = a · valueᵀ                                       → cache
//         x          += softmax(q · kᵀ / √e, causal) · v · outputᵀ
//                       (head i of q reads head i·g/h of k and v)
//         b[n, d]     = rms_norm(x) · feed_norm
//         x          += (silu(b · gateᵀ) · (b · upᵀ)) · downᵀ            [n, f] inside
//     logits[n, V] = (rms_norm(x) · output_norm) · headᵀ
//                    (head is token_embedding if the file has none)
//
// rope rotates neighbours (2j, 2j + 1) by position · base^(-2j/n_rotated).
//
// SmolVLM-256M: d 576, V 49280, 30 layers, h 9, g 3, e 64, f 1536.
#pragma once

#include "engine/gguf.h"

typedef struct {
    const float *attention_norm; // [d]
    PeMatrix query;              // [h·e, d]
    PeMatrix key, value;         // [g·e, d]
    PeMatrix output;             // [d, h·e]
    const float *feed_norm;      // [d]
    PeMatrix gate, up;           // [f, d]
    PeMatrix down;               // [d, f]
} PeLayer;

// Immutable; threads share it without locks.
typedef struct {
    size_t n_tokens;            // V
    size_t n_embedding;         // d
    size_t n_heads, n_kv_heads; // h a multiple of g
    size_t head_dim;            // e ≤ PE_HEAD_DIM_MOST
    size_t n_rotated;           // ≤ e
    size_t n_feed;              // f
    size_t n_layers;
    size_t n_positions_most; // that the model was trained for
    float norm_epsilon, rope_base;

    PeMatrix token_embedding; // [V, d]
    PeLayer *layers;          // [n_layers]
    const float *output_norm; // [d]
    PeMatrix head;            // [V, d]
    bool has_cross; // of "llama-cross": the blocks of cross.h stand between the layers
} PeDecoder;

// Finds the weights in gguf, which stay borrowed, and checks every shape; a tensor that is no
// part of this network is refused, as is every architecture but "llama" and "llama-cross",
// whose tensors cross.* are left to pe_cross_init.
bool pe_decoder_init(PeDecoder *decoder, const PeGguf *gguf, PeError *error);
void pe_decoder_clear(PeDecoder *decoder);

// ---- Running it

// The keys and values of one sequence. Those of position p are valid once a span that holds it
// has run; running a position again replaces them.
typedef struct {
    size_t n_positions; // room
    float *keys;        // [n_layers, n_positions, g·e], rotated
    float *values;      // [n_layers, n_positions, g·e]
} PeCache;

size_t pe_cache_bytes(const PeDecoder *decoder, size_t n_positions);
bool pe_cache_init(PeCache *cache,
                   const PeDecoder *decoder,
                   size_t n_positions,
                   PeError *error);
void pe_cache_clear(PeCache *cache);

// What a run works in: rows of up to n_rows_most positions, of all its spans together.
typedef struct {
    size_t n_rows_most;
    float *x;           // [n_rows_most, d] the input, then the output of the last layer
    float *normed;      // [n_rows_most, d]
    float *query;       // [n_rows_most, h·e]
    float *key, *value; // [n_rows_most, g·e]
    float *attended;    // [n_rows_most, h·e]
    float *gate, *up;   // [n_rows_most, f]
    float *cosines;     // [n_rows_most, n_rotated/2]
    float *sines;       // [n_rows_most, n_rotated/2]
    int32_t *positions; // [n_rows_most]
    PeCompute *compute;
} PeWork;

typedef struct {
    PeLevel level;
    PePrecision precision;
    unsigned n_threads;
    size_t n_rows_most; // of a run
    size_t n_positions; // the longest cache
} PeWorkOptions;

size_t pe_work_bytes(const PeDecoder *decoder, const PeWorkOptions *options);
bool pe_work_init(PeWork *work,
                  const PeDecoder *decoder,
                  const PeWorkOptions *options,
                  PeError *error);
void pe_work_clear(PeWork *work);

// n rows of a run that are positions first … first + n of one sequence; those before are
// cached.
typedef struct {
    PeCache *cache;
    size_t first, n; // first + n ≤ cache->n_positions
} PeSpan;

// Writes the embedding of a token to row i of work->x.
void pe_work_set_token(PeWork *work, const PeDecoder *decoder, size_t i, int32_t token);

// Runs the spans, whose rows lie one after another in work->x, through all layers. No two spans
// have the same cache. should_stop (or NULL) is asked before each layer; if it says so the run
// ends there and returns false, and the positions of the spans are not valid.
bool pe_decoder_run(const PeDecoder *decoder,
                    PeWork *work,
                    const PeSpan *spans,
                    size_t n_spans,
                    bool (*should_stop)(void *data),
                    void *data);

// The parts of pe_decoder_run, for a network that does something between its layers: the first
// once, then the layers in their order.
void pe_decoder_begin(const PeDecoder *decoder,
                      PeWork *work,
                      const PeSpan *spans,
                      size_t n_spans);
void pe_decoder_run_layer(
    const PeDecoder *decoder, PeWork *work, const PeSpan *spans, size_t n_spans, size_t layer);

// Of so many rows logits are had at once.
#define PE_LOGITS_MOST (PE_PREFILL_ROWS - 1)

// After a run: logits[n_rows ≤ PE_LOGITS_MOST, V] of some of its rows. Same bits as one by one.
void pe_decoder_logits(
    const PeDecoder *decoder, PeWork *work, const size_t *rows, size_t n_rows, float *logits);
